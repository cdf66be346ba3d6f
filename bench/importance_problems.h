#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "crescendo/space.h"

namespace crescendo {

/// A function whose functional ANOVA is known.
struct AnovaProblem {
  struct Pair {
    std::size_t a, b;
    double share;
  };

  std::string name;
  Space space;
  std::function<double(const Point&)> loss;
  std::vector<double> main;  // [parameter]: share of the variance
  std::vector<Pair> pairs;   // all others are 0, where `all_pairs`; else some are not known
  bool all_pairs = true;
};

/// Ishigami's, Sobol's g of 8 parameters, an additive one, Friedman's with 5 parameters of no effect, two with cliffs,
/// and mixed10.
std::vector<AnovaProblem> anova_functions();

/// log10 of the mean loss in the tables of a folder of problems (tabular/hpolib), numbers as ordinals.
std::vector<AnovaProblem> anova_tables(const std::filesystem::path& problems);

}  // namespace crescendo
