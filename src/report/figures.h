#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "crescendo/report.h"

namespace crescendo {

/// A picture that is drawn without a browser.
struct Figure {
  std::string_view name, summary;
  bool of_several = false;  // whether it shows more than one study
  /// The SVG file. Of a figure that is not of several there is one study.
  std::string (*draw)(std::span<const ShownStudy> studies);
};

// The figures. To add one: write src/report/plot_<name>.cc, then one line in each list here.
Figure history_figure();
Figure importance_figure();
Figure marginals_figure();
Figure parallel_figure();
Figure compare_figure();

inline constexpr std::array kFigures = {
    &history_figure, &importance_figure, &marginals_figure, &parallel_figure, &compare_figure,
};

}  // namespace crescendo
