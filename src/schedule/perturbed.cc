#include "schedule/perturbed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace crescendo {
namespace {

constexpr double kFromZero = 0.01;  // of its range: how far a number at 0 moves
constexpr double kRounding = 1e-9;  // of a step

Box::Side only(const Parameter& p, double value) {
  return has_choices(p) ? Box::Side{0, 0, {static_cast<int>(value)}} : Box::Side{value, value, {}};
}

Box::Side neighbouring_choices(const Parameter& p, const Box::Side& side, int choice) {
  if (p.kind != Kind::kOrdinal) return {0, 0, {choice}};
  Box::Side near = side;
  std::erase_if(near.choices, [&](int other) { return std::abs(other - choice) > 1; });
  if (near.choices.empty()) near.choices = {choice};
  return near;
}

Box::Side neighbourhood(const Parameter& p, const Box::Side& side, double value, double perturb) {
  if (perturb == 0) return only(p, value);
  if (has_choices(p)) return neighbouring_choices(p, side, static_cast<int>(value));
  const double step = step_of(p);
  const double reach = std::max(value == 0 ? kFromZero * (p.high - p.low) : std::abs(value) * perturb, step);
  double low = value - reach, high = value + reach;
  if (step > 0) {
    low = p.low + std::ceil((low - p.low) / step - kRounding) * step;
    high = p.low + std::floor((high - p.low) / step + kRounding) * step;
  }
  low = std::max(low, side.low);
  high = std::min(high, side.high);
  return low <= high ? Box::Side{low, high, {}} : Box::Side{value, value, {}};
}

std::string side_text(const Parameter& p, const Box::Side& side) {
  if (!has_choices(p)) return fmt::format("{:.3g}..{:.3g}", side.low, side.high);
  std::string text;
  for (const int choice : side.choices) {
    text += (text.empty() ? "" : " ") + to_text(p.choices[static_cast<std::size_t>(choice)]);
  }
  return text;
}

}  // namespace

Box perturbed_box(const Study& study, int rung, const Trial& parent, const PerturbOptions& options, Rng& rng) {
  Box box = study.rung_box(rung);
  std::string changes;
  for (std::size_t i = 0; i < study.space.size(); ++i) {
    const Parameter& p = study.space[i];
    const double value = parent.point->values[i];
    // Drawn for all, so that a parameter's fate does not depend on which others are active.
    const bool resampled = rng.uniform() < options.resample;
    if (std::isnan(value)) continue;
    Box::Side& side = box.sides[i];
    if (!p.perturb) {
      side = only(p, value);
      continue;
    }
    if (!resampled) side = neighbourhood(p, side, value, options.perturb);
    changes += fmt::format("{} {}, ", p.name, side_text(p, side));
  }
  box.reason = changes + "all else as in the trial from whose end it goes on";
  return box;
}

}  // namespace crescendo
