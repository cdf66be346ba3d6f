#pragma once

#include <span>
#include <string>
#include <vector>

namespace crescendo {

/// From `at` on a curve has `value`, until the next step. With `begins` it starts anew there: nothing joins it to what
/// was before.
struct CurveStep {
  double at = 0, value = 0;
  bool begins = false;
};

/// The character of a line of `columns` in which the time `at` lies.
int curve_column(double at, double end, int columns);

/// The curve in `rows` lines of `columns` characters, from 0 to `end` along them and from the smallest value at the
/// bottom to the largest at the top; in one row's middle where all are equal. Braille patterns, or ASCII.
std::vector<std::string> draw_steps(std::span<const CurveStep> steps, double end, int columns, int rows, bool unicode);

}  // namespace crescendo
