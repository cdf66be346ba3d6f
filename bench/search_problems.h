#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "crescendo/objective.h"
#include "crescendo/space.h"

namespace crescendo {

/// What samplers are compared on: a function of a point, to be minimised, and what is known of its values.
struct SearchProblem {
  std::string name;
  Json params;      // as in a file of problems, parents first, active_if as [[parameter, [values]], ...]
  Space space;      // the same
  double best = 0;  // the lowest value known
  std::optional<double> random_median;  // of random points, where the file says it
  std::vector<std::string> server;      // the program that answers lines with values; none: `loss`
  std::function<double(const Point&)> loss = {};
};

/// The functions with known optima that are built in.
std::vector<SearchProblem> built_in_problems();

/// The problems of a file as in ../shared/problems/problems.json: a list of {"id", "args", "params", "best_known" or
/// "optimum", "random_median"}. `evaluator` is the program that evaluates them, with the data beside the file.
/// Throws Error: not found, or bad input naming the problem and what is wrong with it.
std::vector<SearchProblem> problems_of_file(const std::filesystem::path& file, const std::filesystem::path& evaluator);

/// The program that evaluates the problems of the file: what was `given`, or made once from its source, beside the
/// bench.
std::filesystem::path evaluator_of(const std::filesystem::path& problems_file, const std::filesystem::path& given);

/// SCENARIO/INSTANCE or SCENARIO/INSTANCE/TARGET: as the file's first problem of that scenario, at another instance;
/// nothing is known of its values. Throws Error (bad input) naming the scenarios there are.
SearchProblem surrogate_problem(const std::filesystem::path& file, const std::filesystem::path& evaluator,
                                const std::string& name);

/// Makes the maker of the objectives of one study's workers.
ObjectiveMaker make_objective(const SearchProblem& problem, const Study& study);

/// The named objective and its options, for the study.
Named objective_of(const SearchProblem& problem);

/// Answers each line of standard input, a point as an object, with {"objective": value} or {"error": sentence}: a
/// built-in problem as a program, for searches that are not ours.
void serve(const SearchProblem& problem);

}  // namespace crescendo
