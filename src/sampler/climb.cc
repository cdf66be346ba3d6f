#include "sampler/climb.h"

#include <algorithm>
#include <cmath>

#include "numeric/descent.h"

namespace crescendo {
namespace {

constexpr double kFewValues = 8;  // that are all tried
constexpr int kHalvings = 6;      // of a way that leads where constraints forbid

class Climber {
 public:
  Climber(RowSpace& rows, std::span<const double> start, const Worth& worth, const WorthSlope& slope,
          const ClimbOptions& options, Rng& rng)
      : rows_(rows),
        worth_(worth),
        slope_(slope),
        options_(options),
        rng_(rng),
        peak_{{start.begin(), start.end()}, value(start)},
        slopes_(rows.width() - 1) {}

  const Peak& peak() const { return peak_; }

  void follow_slopes() {
    find_numbers();
    if (numbers_.empty()) return;
    row_ = peak_.row;
    const Slope lack = [this](std::span<const double> at, std::span<double> slope) {
      for (std::size_t k = 0; k < numbers_.size(); ++k) row_[numbers_[k]] = at[k];
      const double found = slope_(row_, slopes_);
      for (std::size_t k = 0; k < numbers_.size(); ++k) slope[k] = -slopes_[numbers_[k]];
      return -found;
    };
    DescentOptions descent;
    descent.steps = options_.steps;
    descent.least_slope = 1e-3;
    descent.least_gain = 1e-6;
    descend(lack, low_, high_, at_, descent);
    settle();
  }

  void finish() {
    for (int round = 1; exchange() && round < options_.rounds; ++round) follow_slopes();
  }

 private:
  double value(std::span<const double> row) const {
    double found;
    worth_(row, {&found, 1});
    return found;
  }

  void find_numbers() {
    numbers_.clear();
    low_.clear();
    high_.clear();
    at_.clear();
    for (std::size_t i = 0; i + 1 < rows_.width(); ++i) {
      const UnitRange range = rows_.range(i);
      if (rows_.is_categorical(i) || !rows_.active(peak_.row, i) || !(range.low < range.high)) continue;
      numbers_.push_back(i);
      low_.push_back(range.low);
      high_.push_back(range.high);
      at_.push_back(std::clamp(peak_.row[i], range.low, range.high));
    }
  }

  // Takes where the slopes led, or a point on the way there, if it is better among the values that there are.
  void settle() {
    for (int halving = 0; halving <= kHalvings; ++halving) {
      row_ = peak_.row;
      for (std::size_t k = 0; k < numbers_.size(); ++k) {
        const double from = peak_.row[numbers_[k]];
        row_[numbers_[k]] = from + std::ldexp(at_[k] - from, -halving);
      }
      rows_.bring_inside(row_, rng_);  // to values that there are; and what becomes active by them is drawn
      if (!rows_.allowed(row_)) continue;
      if (const double found = value(row_); found > peak_.worth) peak_ = {row_, found};
      return;
    }
  }

  // Whether any was better.
  bool exchange() {
    bool better = false;
    for (std::size_t i = 0; i + 1 < rows_.width(); ++i) {
      if (!rows_.active(peak_.row, i) || !std::isfinite(rows_.count(i))) continue;
      offer_others(i);
      const std::size_t width = rows_.width(), count = offered_.size() / width;
      if (count == 0) continue;
      values_.resize(count);
      worth_(offered_, values_);
      const auto best = std::max_element(values_.begin(), values_.end());
      if (*best <= peak_.worth) continue;
      const auto row = std::span(offered_).subspan(static_cast<std::size_t>(best - values_.begin()) * width, width);
      peak_ = {{row.begin(), row.end()}, *best};
      better = true;
    }
    return better;
  }

  void offer_others(std::size_t i) {
    offered_.clear();
    const auto count = static_cast<std::size_t>(rows_.count(i)), place = rows_.place(i, peak_.row[i]);
    const bool all = rows_.is_categorical(i) || rows_.count(i) <= kFewValues;
    const std::size_t first = all ? 0 : place - std::min<std::size_t>(place, 1);
    const std::size_t end = all ? count : std::min(place + 2, count);
    for (std::size_t other = first; other < end; ++other) {
      if (other == place) continue;
      row_ = peak_.row;
      rows_.set(row_, i, rows_.at(i, other), rng_);
      if (rows_.allowed(row_)) offered_.insert(offered_.end(), row_.begin(), row_.end());
    }
  }

  RowSpace& rows_;
  const Worth& worth_;
  const WorthSlope& slope_;
  const ClimbOptions& options_;
  Rng& rng_;
  Peak peak_;
  std::vector<std::size_t> numbers_;  // parameters that have a slope
  std::vector<double> low_, high_, at_, slopes_, row_, offered_, values_;
};

}  // namespace

std::vector<Peak> climb(RowSpace& rows, std::span<const double> starts, const Worth& worth, const WorthSlope& slope,
                        const ClimbOptions& options, Rng& rng) {
  std::vector<Climber> climbers;
  for (std::size_t i = 0; i < starts.size(); i += rows.width()) {
    climbers.emplace_back(rows, starts.subspan(i, rows.width()), worth, slope, options, rng);
    climbers.back().follow_slopes();
  }
  std::vector<Climber*> order;
  for (Climber& climber : climbers) order.push_back(&climber);
  const auto by_worth = [](auto&& a, auto&& b) { return a.worth > b.worth; };
  std::stable_sort(order.begin(), order.end(),
                   [&](const Climber* a, const Climber* b) { return by_worth(a->peak(), b->peak()); });
  std::vector<Peak> peaks;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i < (order.size() + 1) / 2) order[i]->finish();
    peaks.push_back(order[i]->peak());
  }
  std::stable_sort(peaks.begin(), peaks.end(), by_worth);
  return peaks;
}

}  // namespace crescendo
