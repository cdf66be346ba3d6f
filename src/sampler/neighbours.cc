#include "sampler/neighbours.h"

#include <cmath>
#include <limits>

namespace crescendo {
namespace {

constexpr double kToDraw = std::numeric_limits<double>::quiet_NaN();
constexpr int kDraws = 32;  // of a value that is inside and new, before the neighbour is left out

}  // namespace

Neighbourhood::Neighbourhood(RowSpace& rows, std::span<const double> centre, double deviation, Rng& rng)
    : rows_(&rows), centre_(centre.begin(), centre.end()), deviation_(deviation) {
  changes_.reserve(centre.size() * kNumericNeighbours);
  for (std::size_t i = 0; i + 1 < rows.width(); ++i) {
    if (!rows.active(centre, i) || rows.count(i) == 1) continue;
    const bool is_ordinal = rows.is_ordinal(i);
    if (rows.is_categorical(i) || is_ordinal || rows.count(i) <= kNumericNeighbours + 1) {
      const auto count = static_cast<std::size_t>(rows.count(i)), here = rows.place(i, centre[i]);
      for (std::size_t place = 0; place < count; ++place) {
        const bool adjacent = place + 1 == here || place == here + 1;
        if (place != here && (!is_ordinal || adjacent)) changes_.push_back({i, rows.at(i, place)});
      }
    } else {
      changes_.insert(changes_.end(), kNumericNeighbours, {i, kToDraw});
    }
  }
  rng.shuffle(std::span(changes_));
}

bool Neighbourhood::next(std::span<double> row, Rng& rng) {
  while (next_ < changes_.size()) {
    Change& change = changes_[next_];
    if (std::isnan(change.value)) change.value = draw(change.parameter, rng);
    ++next_;
    if (std::isnan(change.value)) continue;
    std::copy(centre_.begin(), centre_.end(), row.begin());
    rows_->set(row, change.parameter, change.value, rng);
    if (rows_->allowed(row)) return true;
  }
  return false;
}

double Neighbourhood::draw(std::size_t i, Rng& rng) const {
  const UnitRange range = rows_->range(i);
  for (int draw = 0; draw < kDraws; ++draw) {
    const double unit = centre_[i] + deviation_ * rng.normal();
    if (unit < range.low || unit > range.high) continue;
    const double value = rows_->snap(i, unit);
    if (is_new(i, value)) return value;
  }
  // The deviation is small beside the steps of an int: the nearest values that are new.
  if (std::isinf(rows_->count(i))) return kToDraw;
  const std::size_t here = rows_->place(i, centre_[i]), count = static_cast<std::size_t>(rows_->count(i));
  for (std::size_t away = 1; away < count; ++away) {
    const bool up_first = rng.below(2) == 1;
    for (const bool up : {up_first, !up_first}) {
      if (up ? here + away >= count : here < away) continue;
      const double value = rows_->at(i, up ? here + away : here - away);
      if (is_new(i, value)) return value;
    }
  }
  return kToDraw;
}

bool Neighbourhood::is_new(std::size_t i, double value) const {
  if (value == centre_[i]) return false;
  for (std::size_t k = 0; k < next_; ++k) {
    if (changes_[k].parameter == i && changes_[k].value == value) return false;
  }
  return true;
}

}  // namespace crescendo
