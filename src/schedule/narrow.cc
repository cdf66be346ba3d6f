#include "schedule/narrow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "space/encode.h"
#include "study/names.h"

namespace crescendo {
namespace {

constexpr std::size_t kFewest = 3;  // good points that say something about a parameter
constexpr double kByChance = 0.05;  // that a category is missing among the good points

// A parameter's value in one of the good points.
struct GoodValue {
  double value, weight;
};

std::vector<int> good_points(const History& history, int rung, double quantile) {
  std::vector<int> points = history.in_order_of_places(rung);
  const auto wanted = static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(points.size())));
  points.resize(std::min(points.size(), std::max(wanted, kFewest)));
  return points;
}

// Of the points in which parameter i is active.
std::vector<GoodValue> good_values(const History& history, const std::vector<int>& good, std::size_t i) {
  std::vector<GoodValue> values;
  for (std::size_t place = 0; place < good.size(); ++place) {
    const double value = history.trial(good[place]).point->values[i];
    if (!std::isnan(value)) values.push_back({value, static_cast<double>(good.size() - place)});
  }
  return values;
}

// How many of a rung's trials have each value of parameter i; none where it is never active.
std::map<double, int> tried_values(const History& history, int rung, std::size_t i) {
  std::map<double, int> counts;
  for (const int number : history.at_rung(rung)) {
    const Trial& trial = history.trial(number);
    if (trial.point && !std::isnan(trial.point->values[i])) ++counts[trial.point->values[i]];
  }
  return counts;
}

// Where the share q of the weights lies below; each value stands at the middle of its weight, and between two of them
// it is interpolated. `values` ascend.
double weighted_quantile(const std::vector<GoodValue>& values, double q) {
  double all = 0, below = 0;
  for (const GoodValue& v : values) all += v.weight;
  const GoodValue* before = nullptr;
  double middle_before = 0;
  for (const GoodValue& v : values) {
    const double middle = (below + v.weight / 2) / all;
    if (q <= middle) {
      if (!before) return v.value;
      return before->value + (v.value - before->value) * (q - middle_before) / (middle - middle_before);
    }
    below += v.weight;
    before = &v;
    middle_before = middle;
  }
  return values.back().value;
}

Box::Side narrowed_range(const Parameter& p, const Box::Side& side, std::vector<GoodValue> values,
                         const NarrowOptions& options) {
  for (GoodValue& v : values) v.value = to_unit(p, v.value);
  std::sort(values.begin(), values.end(), [](const GoodValue& a, const GoodValue& b) { return a.value < b.value; });
  double low = weighted_quantile(values, options.tail) - options.margin;
  double high = weighted_quantile(values, 1 - options.tail) + options.margin;
  const double widen = std::max(0.0, options.least - (high - low)) / 2;
  low = std::clamp(low - widen, 0.0, 1.0 - options.least);
  high = std::clamp(high + widen, options.least, 1.0);
  Box::Side result{std::max(side.low, from_unit(p, low)), std::min(side.high, from_unit(p, high)), {}};
  return result.low <= result.high ? result : side;
}

Box::Side narrowed_choices(const Box::Side& side, const std::vector<GoodValue>& values,
                           const std::map<double, int>& tried) {
  double all = 0;
  for (const auto& [choice, count] : tried) all += count;
  Box::Side result = side;
  std::erase_if(result.choices, [&](int choice) {
    if (std::any_of(values.begin(), values.end(), [&](const GoodValue& v) { return v.value == choice; })) return false;
    const auto found = tried.find(choice);
    const double share = found == tried.end() ? 0 : found->second / all;
    return std::pow(1 - share, static_cast<double>(values.size())) < kByChance;
  });
  return result.choices.empty() ? side : result;
}

// The parameter before parameter i in its numbered family: of a layer, whose number is what both depend on, or only
// the later one where the first is always there. Not l1 and l2, each with a switch of its own.
std::optional<std::size_t> one_before(const Space& space, std::size_t i) {
  const Parameter& p = space[i];
  const std::size_t digits = p.name.find_last_not_of("0123456789") + 1;
  if (p.active_when.empty() || digits == p.name.size() || p.name.size() - digits > 6) return {};
  const int number = std::stoi(p.name.substr(digits));
  const auto found = space.find(fmt::format("{}{}", p.name.substr(0, digits), number - 1));
  if (!found) return {};
  const Parameter& other = space[*found];
  const bool alike = other.kind == p.kind && other.low == p.low && other.high == p.high && other.log == p.log &&
                     other.step == p.step && other.choices == p.choices;
  const bool depend_alike =
      other.active_when.empty() || other.active_when.front().parameter == p.active_when.front().parameter;
  return alike && depend_alike ? found : std::nullopt;
}

std::string range_text(const Parameter& p, const Box::Side& side) {
  if (side.choices.empty()) return fmt::format("{:.3g}..{:.3g}", side.low, side.high);
  std::string text;
  for (const int choice : side.choices) {
    text += (text.empty() ? "" : " ") + to_text(p.choices[static_cast<std::size_t>(choice)]);
  }
  return text;
}

/// A box that becomes narrower side by side, and says why.
class Narrowing {
 public:
  Narrowing(const History& history, int below, int rung, const NarrowOptions& options)
      : history_(history),
        below_(below),
        options_(options),
        good_(good_points(history, below, options.quantile)),
        box_(history.study().rung_box(rung)),
        known_(box_.sides.size()),
        tried_(box_.sides.size()) {}

  Box result() {
    if (good_.size() < kFewest) return std::move(box_);
    for (std::size_t i = 0; i < known_.size(); ++i) narrow_to_good(i);
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (!tried_[i] && space()[i].narrow) infer(i);
    }
    if (!changes_.empty()) {
      const Study& study = history_.study();
      box_.reason = fmt::format("{}, because {}the best {} of {} points at {} lie there", changes_,
                                all_inside() ? "" : "most of ", good_.size(), history_.ranked(below_).size(),
                                rung_name(study, below_));
    }
    return std::move(box_);
  }

 private:
  const Space& space() const { return history_.study().space; }

  void narrow_to_good(std::size_t i) {
    const auto tried = tried_values(history_, below_, i);
    tried_[i] = !tried.empty();
    const std::vector<GoodValue> values = good_values(history_, good_, i);
    known_[i] = space()[i].narrow && values.size() >= kFewest;
    if (!known_[i]) return;
    const Box::Side& side = box_.sides[i];
    change(i, side.choices.empty() ? narrowed_range(space()[i], side, values, options_)
                                   : narrowed_choices(side, values, tried));
  }

  void infer(std::size_t i) {
    auto before = one_before(space(), i);
    while (before && !known_[*before]) before = one_before(space(), *before);
    if (!before) return;
    Box::Side side = box_.sides[*before];
    side.low = std::max(side.low, box_.sides[i].low);
    side.high = std::min(side.high, box_.sides[i].high);
    if (side.low <= side.high) change(i, side, " as " + space()[*before].name);
  }

  void change(std::size_t i, const Box::Side& side, const std::string& how = "") {
    const Parameter& p = space()[i];
    if (side == box_.sides[i]) return;
    changes_ += fmt::format("{}{} {} -> {}{}", changes_.empty() ? "" : ", ", p.name, range_text(p, box_.sides[i]),
                            range_text(p, side), how);
    box_.sides[i] = side;
  }

  bool all_inside() const {
    return std::all_of(good_.begin(), good_.end(), [&](int number) {
      const Point& point = *history_.trial(number).point;
      Box known = whole(space());
      for (std::size_t i = 0; i < known_.size(); ++i) {
        if (known_[i]) known.sides[i] = box_.sides[i];
      }
      return known.contains(point);
    });
  }

  const History& history_;
  int below_;
  const NarrowOptions& options_;
  std::vector<int> good_;
  Box box_;
  std::vector<char> known_;  // [parameter] the good points say where it lies
  std::vector<char> tried_;  // [parameter] some trial below had it
  std::string changes_;
};

}  // namespace

Box narrowed_box(const History& history, int below, int rung, const NarrowOptions& options) {
  return Narrowing(history, below, rung, options).result();
}

}  // namespace crescendo
