#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>

#include "numeric/parzen.h"
#include "sampler/free_point.h"
#include "sampler/samplers.h"
#include "sampler/tpe_split.h"
#include "sampler/trial_columns.h"

namespace crescendo {
namespace {

struct TpeOptions {
  bool joint = true;
  std::string flavour = "optuna";
  int startup = 10;
  int candidates = 24;
  double gamma = 0.1;
  int most_good = 25;
  double prior_weight = 1;
  int forget_after = 25;
  double clip = 100;
  bool consider_endpoints = false;
};

constexpr Option<TpeOptions> kOptions[] = {
    {"joint", &TpeOptions::joint, 0, 0,
     "one density over all parameters that are active together; false: one for each (always so in flavour hyperopt)"},
    {"flavour", &TpeOptions::flavour, 0, 0, "whose estimator: optuna (5.0) or hyperopt (0.3)"},
    {"startup", &TpeOptions::startup, 1, 10'000,
     "finished trials before the model is used, uniform draws until then; 20 in flavour hyperopt"},
    {"candidates", &TpeOptions::candidates, 1, 10'000,
     "draws from the density of the good trials, of which one is kept"},
    {"gamma", &TpeOptions::gamma, 0, 1,
     "share of the trials that is good; in flavour hyperopt 0.25, of the square root of their number"},
    {"most_good", &TpeOptions::most_good, 1, 10'000, "the most trials that are good"},
    {"prior_weight", &TpeOptions::prior_weight, 0.001, 1000, "weight of the wide kernel, in trials"},
    {"forget_after", &TpeOptions::forget_after, 1, 1'000'000, "trials that keep full weight; older ones weigh less"},
    {"clip", &TpeOptions::clip, 2, 10'000, "the narrowest bandwidth is the range divided by this"},
    {"consider_endpoints", &TpeOptions::consider_endpoints, 0, 0, "the ends of a range count as neighbours"},
};

// Trials that a density is fitted to, at full weight or less, in the order of claims.
using Trials = std::vector<SplitTrial>;

ProductMixture fit(const TrialColumns& columns, const Group& group, std::span<const Axis> axes, const Trials& from,
                   const ParzenRule& rule) {
  Trials trials;
  for (const SplitTrial& t : from) {
    if (!std::isnan(columns.at(group[0], t.row))) trials.push_back(t);
  }
  std::vector<double> weights = forgetting_weights(trials.size(), static_cast<std::size_t>(rule.forget_after));
  constexpr std::uint32_t kNone = ~std::uint32_t{0};
  std::vector<std::uint32_t> kernel_of(columns.rows(), kNone);
  for (std::size_t k = 0; k < trials.size(); ++k) {
    weights[k] *= trials[k].weight;
    kernel_of[static_cast<std::size_t>(trials[k].row)] = static_cast<std::uint32_t>(k);
  }
  const auto observe = [&](std::size_t i, std::vector<Observed>& observed) {
    // Without a branch on what is a member: all but a few are, the few at random places.
    observed.resize(trials.size() + 1);
    std::size_t count = 0;
    for (const Observed& o : columns.ascending(group[i])) {
      const std::uint32_t kernel = kernel_of[o.kernel];
      observed[count] = {o.at, kernel};
      count += kernel != kNone;
    }
    observed.resize(count);
  };
  return ProductMixture(axes, observe, weights, rule);
}

/// The two densities of a group and the draws from them.
class GroupModel {
 public:
  GroupModel(const TrialColumns& columns, Group group, const Split& split, const ParzenRule& rule)
      : group_(std::move(group)),
        axes_(axes_of(columns, group_)),
        good_(fit(columns, group_, axes_, split.good, rule)),
        bad_(fit(columns, group_, axes_, split.bad, rule)) {
    for (const std::size_t p : group_) parameters_.push_back(columns.axes()[p]);
  }
  GroupModel(GroupModel&&) = default;  // the mixtures look at axes_, whose elements do not move

  /// Values of the group's parameters in each candidate, the best ratio of the densities first.
  std::vector<std::vector<double>> ranked_draws(const Box& box, int count, Rng& rng) const {
    std::vector<AxisRange> ranges;
    for (std::size_t i = 0; i < group_.size(); ++i) ranges.push_back(parameters_[i].range(box.sides[group_[i]]));
    std::vector<std::vector<double>> draws;
    std::vector<double> scores;
    LanePoints points(group_.size());
    for (int begin = 0; begin < count; begin += kLanes) {
      good_.draw(ranges, rng, points);
      const int lanes = std::min(kLanes, count - begin);
      for (int lane = 0; lane < lanes; ++lane) draws.push_back(values(box, points, static_cast<std::size_t>(lane)));
      std::array<double, kLanes> good, bad;
      good_.log_density(points, good);
      bad_.log_density(points, bad);
      for (int lane = 0; lane < lanes; ++lane) scores.push_back(good[lane] - bad[lane]);
    }
    std::vector<std::size_t> order(draws.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    std::vector<std::vector<double>> ranked;
    for (const std::size_t i : order) ranked.push_back(std::move(draws[i]));
    return ranked;
  }

  const Group& group() const { return group_; }

 private:
  static std::vector<Axis> axes_of(const TrialColumns& columns, const Group& group) {
    std::vector<Axis> axes;
    for (const std::size_t p : group) axes.push_back(columns.axes()[p].axis());
    return axes;
  }

  // Also moves a coordinate to that of the value it is rounded to, which is what will be executed.
  std::vector<double> values(const Box& box, LanePoints& points, std::size_t lane) const {
    std::vector<double> result(group_.size());
    for (std::size_t i = 0; i < group_.size(); ++i) {
      double& at = points.at[i][lane];
      result[i] = parameters_[i].value(box.sides[group_[i]], at, points.position[i][lane]);
      if (parameters_[i].rounds()) at = parameters_[i].at(result[i]);
    }
    return result;
  }

  Group group_;
  std::vector<Axis> axes_;
  std::vector<ParameterAxis> parameters_;
  ProductMixture good_, bad_;
};

/// Tree-structured Parzen estimator.
///
/// Splits the trials into a better and a worse group (sampler/tpe_split.h), fits a density to each, draws points from
/// the better one and returns the point with the largest ratio.
///
/// Source: Bergstra, Bardenet, Bengio, Kegl 2011, "Algorithms for Hyper-Parameter Optimization", section 4; constants
/// of Optuna 5.0 (joint, or `joint = false`) or hyperopt 0.3. Differs: failed trials are bad (Optuna forgets them); in
/// a space without floats a point that was executed already is passed over for the next best candidate, because
/// executing it again would tell nothing; ints of more than 128 values are modelled as numbers, rounded before they are
/// judged; a candidate that breaks a constraint is passed over too. Conditional parameters: those that were active in the same trials share a density, fitted to these trials.
/// Cost: O(trials x parameters x candidates) per proposal.
class TpeSampler : public Sampler {
 public:
  explicit TpeSampler(TpeOptions options) : options_(std::move(options)), hyperopt_(options_.flavour == "hyperopt") {
    rule_.prior_weight = options_.prior_weight;
    rule_.clip = options_.clip;
    rule_.consider_endpoints = options_.consider_endpoints;
    rule_.forget_after = options_.forget_after;
    rule_.prior_is_neighbour = rule_.pooled_choices = hyperopt_;
    share_ = {options_.gamma, hyperopt_, options_.most_good};
  }

  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    const Space& space = history.study().space;
    const PendingPoints pending(history, number);
    const auto uniform = [&] { return uniform_point(space, box, rng); };
    const std::vector<Observation> all = observations(history, number);
    const std::vector<Observation> seen = one_for_each_point(all);
    const auto finished =
        std::count_if(seen.begin(), seen.end(), [](const Observation& o) { return o.standing == Standing::kFinished; });
    if (finished < options_.startup || space.size() == 0) return free_point(space, box, pending, uniform);

    std::unique_lock lock(memo_lock_);
    memo_.update(space, seen);
    const std::vector<GroupModel> models = fit_groups(space, split(seen, share_, options_.startup));
    lock.unlock();

    const bool discrete = std::isfinite(space.size_of_grid()), constrained = !space.constraints().empty();
    std::optional<Point> executed;  // the best one that is not new, but does not run either
    const int rounds = constrained ? 16 : discrete ? 4 : 1;
    for (int round = 0; round < rounds; ++round) {
      std::vector<std::vector<std::vector<double>>> draws;  // [group][rank][parameter of the group]
      for (const GroupModel& model : models) draws.push_back(model.ranked_draws(box, options_.candidates, rng));
      for (std::size_t rank = 0; rank < static_cast<std::size_t>(options_.candidates); ++rank) {
        Point point{std::vector<double>(space.size(), kInactive)};
        for (std::size_t m = 0; m < models.size(); ++m) {
          const Group& group = models[m].group();
          for (std::size_t i = 0; i < group.size(); ++i) point.values[group[i]] = draws[m][rank][i];
        }
        space.deactivate(point);
        if (constrained && !space.allowed(point.values)) continue;
        if (!discrete) return point;
        const bool known =
            std::any_of(seen.begin(), seen.end(), [&](const Observation& o) { return o.source < 0 && *o.point == point; });
        if (!known) return point;
        if (!executed && !pending.contains(point)) executed = std::move(point);
      }
    }
    return executed ? *executed : free_point(space, box, pending, uniform);
  }

 private:
  std::vector<GroupModel> fit_groups(const Space& space, const Split& halves) const {
    std::vector<Group> groups;
    if (options_.joint) {
      std::vector<int> trials;
      for (const Trials* side : {&halves.good, &halves.bad}) {
        for (const SplitTrial& t : *side) trials.push_back(t.row);
      }
      groups = memo_.groups(space, trials);
    } else {
      for (std::size_t p = 0; p < memo_.axes().size(); ++p) groups.push_back({p});
    }
    std::vector<GroupModel> models;
    for (Group& group : groups) models.emplace_back(memo_, std::move(group), halves, rule_);
    return models;
  }

  TpeOptions options_;
  bool hyperopt_;
  ParzenRule rule_;
  GoodShare share_;
  mutable std::mutex memo_lock_;
  mutable TrialColumns memo_;  // saves encoding and sorting the whole history each time; changes no answer
};

TpeOptions read(const Options& given) {
  TpeOptions options = read_options<TpeOptions>(given, kOptions, "sampler tpe");
  if (options.flavour == "optuna") return options;
  if (options.flavour != "hyperopt") {
    bad_input(fmt::format("sampler tpe: no flavour called '{}'; there are: optuna hyperopt", options.flavour));
  }
  if (given.contains("joint") && options.joint) {
    bad_input("sampler tpe: flavour hyperopt has no joint model; leave joint out or say false");
  }
  options.joint = false;
  if (!given.contains("startup")) options.startup = 20;
  if (!given.contains("gamma")) options.gamma = 0.25;
  return options;
}

}  // namespace

SamplerEntry tpe_sampler() {
  return {"tpe",
          "tree-structured Parzen estimator: learns where good points lie; the usual choice",
          "Bergstra et al. 2011; Optuna 5.0; hyperopt 0.3",
          describe<TpeOptions>(kOptions),
          true,
          [](const Options& given) -> std::unique_ptr<Sampler> { return std::make_unique<TpeSampler>(read(given)); }};
}

}  // namespace crescendo
