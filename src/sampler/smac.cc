#include <algorithm>
#include <cmath>
#include <memory>

#include "sampler/forest_model.h"
#include "sampler/local_search.h"
#include "sampler/samplers.h"
#include "sampler/sobol_point.h"
#include "sampler/starts.h"

namespace crescendo {
namespace {

struct SmacOptions {
  int startup_per_parameter = 10;
  double startup_share = 0.1;
  double random = 0.2;
  int candidates = 10'000;
  int starts = 10;
  int plateau = 10;
  int retries = 16;
  int trees = 10;
  double features = 1;
  int min_split = 2;
  int min_leaf = 1;
};

constexpr Option<SmacOptions> kOptions[] = {
    {"startup_per_parameter", &SmacOptions::startup_per_parameter, 0, 1000,
     "points of the initial design for each parameter, at most"},
    {"startup_share", &SmacOptions::startup_share, 0, 1, "share of the budget for the initial design, at most"},
    {"random", &SmacOptions::random, 0, 1, "probability of a random point instead of the model's"},
    {"candidates", &SmacOptions::candidates, 1, 1'000'000, "random points that the model is asked about"},
    {"starts", &SmacOptions::starts, 1, 1000, "local searches from the best trials, and as many from random points"},
    {"plateau", &SmacOptions::plateau, 1, 1000, "neighbourhoods without a better point that end a local search"},
    {"retries", &SmacOptions::retries, 0, 10'000, "of the best points, those passed over that were tried before"},
    {"trees", &SmacOptions::trees, 1, 1000, "of the forest"},
    {"features", &SmacOptions::features, 0, 1, "share of the parameters that each split looks at"},
    {"min_split", &SmacOptions::min_split, 2, 1000, "trials below which a node is not split"},
    {"min_leaf", &SmacOptions::min_leaf, 1, 1000, "trials in a leaf, at least"},
};

constexpr double kPartWithLessons = 0.25;  // of the initial design, where another study is learnt from

/// Sequential model-based algorithm configuration: a random forest of the logarithm of the loss, asked for the point
/// with the largest expected improvement over what it predicts for the best trial.
///
/// Sources: Hutter, Hoos, Leyton-Brown 2011, "Sequential Model-Based Optimization for General Algorithm Configuration";
/// Lindauer et al. 2022, "SMAC3: A Versatile Bayesian Optimization Package for Hyperparameter Optimization"; constants
/// of SMAC3 2.4's hyperparameter-optimisation facade.
/// Differs: the initial design is a tenth of the budget (there: a quarter), which is far better after few trials
/// (docs/benchmarks.md). The forest is refitted for every proposal (there, every 8), because it costs milliseconds
/// here. Trials of other rungs and studies are learnt from too, the distance in rungs and the source being one more
/// feature; all proposals are for the top one, whatever rung they begin at. Losses of another study are transformed
/// among themselves, and its lessons take the place of three quarters of the initial design. Running trials are learnt
/// from with the loss that the forest predicts for them, so that workers spread out (there, they are ignored). A failed
/// trial counts as the worst loss seen. The initial design also ends with startup_share of the time or of a fidelity
/// that the budget names. Constraints: candidates and neighbours that break one are passed over. Conditional
/// parameters: an inactive one has a value of its own that splits tell apart. Cost: O(trials log trials x parameters x
/// trees) for the fit, O(trees x depth) a candidate.
class SmacSampler : public Sampler {
 public:
  explicit SmacSampler(SmacOptions options) : options_(options), uniform_(random_sampler().make({})) {}

  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    if (in_initial_design(history, number)) {
      const Point point = sobol_point(history.study(), box, number, rng);
      if (!is_known(observations(history, number), point)) return point;
      return random_point(history, box, number, rng);
    }
    const bool at_random = rng.uniform() < options_.random;
    const std::vector<Observation> seen = observations_from_top(history, number);
    const bool any_finished = std::any_of(
        seen.begin(), seen.end(), [](const Observation& trial) { return trial.standing == Standing::kFinished; });
    if (at_random || !any_finished) return random_point(history, box, number, rng);
    return best_point(history, box, number, seen, rng);
  }

  void stamp(const History& history, int rung, Tag& tag) const override {
    const int number = static_cast<int>(history.trials().size());
    tag.design = belongs_to_design(history, number, rung, tag.alone == 1, history.elapsed_seconds()) ? 1 : 0;
  }

 private:
  // What was decided when the trial was claimed; a budget may have grown since.
  bool in_initial_design(const History& history, int number) const {
    const bool there = static_cast<std::size_t>(number) < history.trials().size();
    if (there && history.trial(number).tag.design >= 0) return history.trial(number).tag.design == 1;
    const double elapsed = there ? history.trial(number).elapsed_seconds : history.elapsed_seconds();
    const int rung = rung_proposed_for(history, number);
    return belongs_to_design(history, number, rung, learns_alone(history, number), elapsed);
  }

  // For one that learns from its own rung alone the search began there, with the rung's share of the budget.
  bool belongs_to_design(const History& history, int number, int rung, bool alone, double elapsed_seconds) const {
    const Study& study = history.study();
    double part = study.lessons && !alone ? kPartWithLessons : 1, share = 1;
    if (alone) {
      const auto there = history.at_rung(rung);
      number = static_cast<int>(std::lower_bound(there.begin(), there.end(), number) - there.begin());
      elapsed_seconds -= there.empty() ? elapsed_seconds : history.trial(there.front()).elapsed_seconds;
      share = study.cumulative_share(rung) - (rung > 0 ? study.cumulative_share(rung - 1) : 0);
    }
    if (number == 0) return true;
    if (number >= part * options_.startup_per_parameter * static_cast<double>(study.space.size())) return false;
    part *= options_.startup_share * share;
    if (study.budget.trials && number >= std::floor(part * *study.budget.trials)) return false;
    for (const auto& [name, total] : study.budget.fidelity) {
      if (!alone && history.used(name) >= part * total) return false;  // what the rungs below used is no part of it
    }
    return !study.budget.seconds || elapsed_seconds < part * *study.budget.seconds;
  }

  Point random_point(const History& history, const Box& box, int number, Rng& rng) const {
    return new_random_point(*uniform_, history, box, number, options_.retries, rng);
  }

  ForestOptions forest_options() const {
    ForestOptions options;
    options.trees = options_.trees;
    options.features_per_split = options_.features;
    options.min_split = options_.min_split;
    options.min_leaf = options_.min_leaf;
    return options;
  }

  Point best_point(const History& history, const Box& box, int number, std::span<const Observation> seen,
                   Rng& rng) const {
    RowSpace rows(history.study().space, box);
    const ForestModel model(rows, seen, forest_options(), rng);
    const std::vector<double> starts = find_starts(rows, model, rng);
    const Worth worth = [&](auto asked, auto values) { model.improvement(asked, values); };
    LocalSearchOptions climb;
    climb.plateau_steps = options_.plateau;
    const std::vector<Observation> there = observations(history, number);
    int passed = 0;
    for (const Peak& peak : local_search(rows, starts, worth, climb, rng)) {
      const Point point = rows.decode(peak.row);
      if (!is_known(there, point)) return point;
      if (++passed > options_.retries) break;
    }
    return random_point(history, box, number, rng);
  }

  // Where local searches begin: at the trials with the best predictions, and at the best of many random rows.
  std::vector<double> find_starts(RowSpace& rows, const ForestModel& model, Rng& rng) const {
    const std::size_t width = rows.width(), most = static_cast<std::size_t>(options_.starts);
    const std::vector<double> drawn = draw_allowed(rows, static_cast<std::size_t>(options_.candidates), rng);
    std::vector<double> worth(drawn.size() / width);
    model.improvement(drawn, worth);
    for (double& value : worth) value = -value;

    std::vector<double> starts = brought_inside(rows, lowest(model.trials(), model.predicted(), width, most), rng);
    const std::vector<double> random = lowest(drawn, worth, width, most);
    starts.insert(starts.end(), random.begin(), random.end());
    return starts;
  }

  SmacOptions options_;
  std::unique_ptr<Sampler> uniform_;
};

}  // namespace

SamplerEntry smac_sampler() {
  return {"smac",
          "a random forest and expected improvement; strong where parameters interact or are many and mixed",
          "Hutter et al. 2011, Lindauer et al. 2022",
          describe<SmacOptions>(kOptions),
          true,
          [](const Options& given) -> std::unique_ptr<Sampler> {
            return std::make_unique<SmacSampler>(read_options<SmacOptions>(given, kOptions, "sampler smac"));
          }};
}

}  // namespace crescendo
