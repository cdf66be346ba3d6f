#pragma once

#include <string>
#include <vector>

#include "crescendo/space.h"
#include "crescendo/study.h"

namespace crescendo {

struct Tick {
  double value = 0;
  std::string text;
};

/// One direction of a picture: which numbers lie where on it, and which of them are written there.
struct PlotAxis {
  std::string label;
  double low = 0, high = 1;  // low < high; of a logarithmic one, above 0
  bool log = false;
  std::vector<Tick> ticks = {};  // within low..high, ascending

  /// 0 at low, 1 at high; what lies outside is put on the nearer end.
  double place(double value) const;
};

/// An axis that holds low..high, its ends on round numbers. Any finite numbers will do: a range without extent gets
/// some. Numbers are written with `factor` times their size, and `unit` behind.
PlotAxis number_axis(std::string label, double low, double high, bool log, double factor = 1, std::string unit = "");

/// The values of a parameter: its range, or its choices at 0, 1, 2, ...
PlotAxis parameter_axis(const Parameter& parameter);

/// The losses of a study as users see them: of all these that are finite, or where these are above 0 and range over
/// some orders of magnitude, logarithmic. In percent where they are shares.
PlotAxis loss_axis(const Study& study, std::vector<double> losses);

/// Time from 0 in seconds, minutes or hours.
PlotAxis time_axis(std::string label, double seconds);

}  // namespace crescendo
