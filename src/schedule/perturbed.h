#pragma once

#include <string_view>

#include "crescendo/history.h"
#include "crescendo/rng.h"

namespace crescendo {

struct PerturbOptions {
  double perturb = 0.2;    // the factors lie within 1 - this and 1 + this
  double resample = 0.25;  // probability that a parameter is drawn anew instead
};

inline constexpr std::string_view kPerturbHelp =
    "a parameter's new value lies within this share of the old one, below or above";
inline constexpr std::string_view kResampleHelp = "probability that a parameter is drawn anew from its whole range";

/// Where the point of a trial may fall that goes on at `rung` from where `parent` ended, with the reason in words: the
/// same for the same sides, since trials share a box that has them.
///
/// Of the parameters that may be perturbed a number keeps to its neighbourhood (`perturb`), on its steps and never
/// closer than the next one on each side; one at 0, which no factor moves, to a hundredth of its range; an ordinal
/// to its neighbours; a category to itself; with `perturb` 0 everything to itself. Each of them may have the rung's
/// whole range instead, with the probability `resample`. All other parameters keep the parent's value, so the same ones
/// are active.
Box perturbed_box(const Study& study, int rung, const Trial& parent, const PerturbOptions& options, Rng& rng);

}  // namespace crescendo
