#pragma once

#include <functional>
#include <span>
#include <vector>

namespace crescendo {

/// A function's value, and its gradient written to `gradient`; infinite where it has none.
using Slope = std::function<double(std::span<const double> at, std::span<double> gradient)>;

struct DescentOptions {
  int steps = 50;             // at most
  double least_slope = 1e-5;  // it ends where no coordinate that may move has more
  double least_gain = 1e-9;   // or where a step gained less, as a share of 1 + |value|
  double first_step = 0.1;    // the largest move of a coordinate before anything is known of the curvature
};

/// Minimises a function within [low, high] by L-BFGS. `at` is where it begins, inside, at a finite value, and becomes
/// where it ended. Returns the value there, never more than at the start.
///
/// Source: Nocedal 1980; the bounds by projection as Bertsekas 1982: coordinates at a bound that the gradient holds
/// there stand still, and a step is cut off at the bounds.
double descend(const Slope& function, std::span<const double> low, std::span<const double> high, std::span<double> at,
               const DescentOptions& options);

}  // namespace crescendo
