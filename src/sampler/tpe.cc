#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "crescendo/error.h"
#include "numeric/parzen.h"
#include "sampler/free_point.h"
#include "sampler/samplers.h"
#include "sampler/shelf.h"
#include "sampler/tpe_model.h"

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
  double clip = 10;
  bool consider_endpoints = false;
};

constexpr double kPublishedClip = 100;  // of both sources, where each parameter has a density of its own

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
    {"clip", &TpeOptions::clip, 2, 10'000, "the narrowest bandwidth is the range divided by this; 100 where not joint"},
    {"consider_endpoints", &TpeOptions::consider_endpoints, 0, 0, "the ends of a range count as neighbours"},
};

/// The density of a group's good trials, and the draws from it.
class GroupModel {
 public:
  GroupModel(const TrialColumns& columns, const TpeModel::Part& part, const ParzenRule& rule)
      : part_(part), axes_(axes_of(columns, part.group)), good_(fit(columns, part, axes_, rule)) {
    for (const std::size_t p : part.group) parameters_.push_back(columns.axes()[p]);
  }
  GroupModel(GroupModel&&) = default;  // the mixture looks at axes_, whose elements do not move

  /// Values of the group's parameters in each candidate, the best ratio of the densities first. `best_alone`: only of
  /// the first of them, for a fraction of the time.
  std::vector<std::vector<double>> ranked_draws(const Box& box, int count, bool best_alone, Rng& rng) const {
    std::vector<Candidate> candidates = draw(box, count, rng);
    const std::size_t blocks = part_.bad.blocks(), rest = best_alone ? blocks - (blocks + 7) / 8 : 0;
    const auto batch_at = [&](std::size_t begin) {
      return std::span(candidates).subspan(begin, std::min(kBatch, candidates.size() - begin));
    };
    const double none = -std::numeric_limits<double>::infinity();
    for (std::size_t begin = 0; begin < candidates.size(); begin += kBatch) judge(batch_at(begin), blocks, rest, none);
    std::stable_sort(candidates.begin(), candidates.end(), higher);
    // A part of the bad ones' density bounds the ratio, which shows of most candidates that they are not the best.
    std::size_t judged = rest > 0 ? 0 : candidates.size();
    for (double best = none; judged < candidates.size(); judged = std::min(judged + kBatch, candidates.size())) {
      const std::span<Candidate> batch = batch_at(judged);
      if (batch.front().score < best - kRounding) break;
      judge(batch, rest, 0, best);
      for (const Candidate& c : batch) best = std::max(best, c.score);
    }
    candidates.resize(judged);
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      return a.score > b.score || (a.score == b.score && a.number < b.number);
    });
    std::vector<std::vector<double>> ranked;
    for (Candidate& c : candidates) ranked.push_back(std::move(c.values));
    return ranked;
  }

  const Group& group() const { return part_.group; }

 private:
  struct Candidate {
    int number;
    double good;                                   // log of the good ones' density
    double score;                                  // log of the ratio of the densities, or a bound of it
    std::optional<std::pair<double, double>> bad;  // offset and sum of what of the bad ones' density is added up
    std::vector<double> values, at;
    std::vector<int> position;
  };

  static bool higher(const Candidate& a, const Candidate& b) { return a.score > b.score; }

  static std::vector<Axis> axes_of(const TrialColumns& columns, const Group& group) {
    std::vector<Axis> axes;
    for (const std::size_t p : group) axes.push_back(columns.axes()[p].axis());
    return axes;
  }

  static ProductMixture fit(const TrialColumns& columns, const TpeModel::Part& part, std::span<const Axis> axes,
                            const ParzenRule& rule) {
    const auto observe = [&](std::size_t i, std::vector<Observed>& observed) {
      for (std::size_t k = 0; k < part.good.size(); ++k) {
        observed.push_back({columns.at(part.group[i], part.good[k]), static_cast<std::uint32_t>(k)});
      }
      std::stable_sort(observed.begin(), observed.end(),
                       [](const Observed& a, const Observed& b) { return a.at < b.at; });
    };
    return ProductMixture(axes, observe, part.weights, rule);
  }

  std::vector<Candidate> draw(const Box& box, int count, Rng& rng) const {
    std::vector<AxisRange> ranges;
    for (std::size_t i = 0; i < group().size(); ++i) ranges.push_back(parameters_[i].range(box.sides[group()[i]]));
    std::vector<Candidate> candidates;
    LanePoints points(group().size());
    for (int begin = 0; begin < count; begin += kLanes) {
      good_.draw(ranges, rng, points);
      const int lanes = std::min(kLanes, count - begin);
      for (int lane = 0; lane < lanes; ++lane) {
        Candidate c{begin + lane, 0, 0, {}, values(box, points, static_cast<std::size_t>(lane)), {}, {}};
        for (std::size_t i = 0; i < group().size(); ++i) {
          c.at.push_back(points.at[i][static_cast<std::size_t>(lane)]);
          c.position.push_back(points.position[i][static_cast<std::size_t>(lane)]);
        }
        candidates.push_back(std::move(c));
      }
      std::array<double, kLanes> good;
      good_.log_density(points, good);
      for (int lane = 0; lane < lanes; ++lane) {
        candidates[static_cast<std::size_t>(begin + lane)].good = good[static_cast<std::size_t>(lane)];
      }
    }
    return candidates;
  }

  // What rounding may do to a score.
  static constexpr double kRounding = 1e-9;

  // Adds the bad ones' blocks below `from` down to `to` to what a batch's scores are based on, or until all of them are
  // below `best`.
  void judge(std::span<Candidate> batch, std::size_t from, std::size_t to, double best) const {
    PointBatch points(group().size());
    for (std::size_t j = 0; j < kBatch; ++j) {
      const Candidate& c = batch[std::min(j, batch.size() - 1)];
      for (std::size_t i = 0; i < group().size(); ++i) {
        points.at[i][j] = c.at[i];
        points.position[i][j] = c.position[i];
      }
    }
    GrowingMixture::Sums sums = part_.bad.prior(points);
    std::array<double, kBatch> enough;
    for (std::size_t j = 0; j < kBatch; ++j) {
      const Candidate& c = batch[std::min(j, batch.size() - 1)];
      if (c.bad) std::tie(sums.offset[j], sums.sum[j]) = *c.bad;
      enough[j] = c.good - best + kRounding;
    }
    part_.bad.add(points, from, to, enough, sums);
    const auto densities = part_.bad.log_of(sums);
    for (std::size_t j = 0; j < batch.size(); ++j) {
      batch[j].bad = {sums.offset[j], sums.sum[j]};
      batch[j].score = batch[j].good - densities[j];
    }
  }

  // Also moves a coordinate to that of the value it is rounded to, which is what will be executed.
  std::vector<double> values(const Box& box, LanePoints& points, std::size_t lane) const {
    std::vector<double> result(group().size());
    for (std::size_t i = 0; i < group().size(); ++i) {
      double& at = points.at[i][lane];
      result[i] = parameters_[i].value(box.sides[group()[i]], at, points.position[i][lane]);
      if (parameters_[i].rounds()) at = parameters_[i].at(result[i]);
    }
    return result;
  }

  const TpeModel::Part& part_;
  std::vector<Axis> axes_;
  std::vector<ParameterAxis> parameters_;
  ProductMixture good_;
};

/// Tree-structured Parzen estimator.
///
/// Splits the trials into a better and a worse group (sampler/tpe_model.h), fits a density to each, draws points from
/// the better one and returns the point with the largest ratio.
///
/// Source: Bergstra, Bardenet, Bengio, Kegl 2011, "Algorithms for Hyper-Parameter Optimization", section 4; constants
/// of Optuna 5.0 (joint, or `joint = false`) or hyperopt 0.3. Differs: joint kernels are never narrower than a tenth of
/// the range (Optuna: a hundredth), which lowers the regret (docs/benchmarks.md, tpe beside tpe:clip=100); failed
/// trials are bad (Optuna forgets them); in a space without floats a point that was executed already is passed over for
/// the next best candidate, because executing it again would tell nothing; ints of more than 128 values are modelled as
/// numbers, rounded before they are judged; what breaks a constraint is passed over too. Conditional parameters: those
/// that were active in the same trials share a density, fitted to these trials. Rungs: a proposal for a rung below the
/// highest one that has `startup` trials in full learns from that one alone (Falkner, Klein, Hutter 2018, BOHB); others
/// mix the rungs (RungWeights). Cost: O(trials x parameters x
/// candidates) per proposal, most of it saved where trials or candidates are far off.
class TpeSampler : public Sampler {
 public:
  explicit TpeSampler(TpeOptions options) : options_(std::move(options)), hyperopt_(options_.flavour == "hyperopt") {
    rule_.parzen.prior_weight = options_.prior_weight;
    rule_.parzen.clip = options_.clip;
    rule_.parzen.consider_endpoints = options_.consider_endpoints;
    rule_.parzen.forget_after = options_.forget_after;
    rule_.parzen.prior_is_neighbour = rule_.parzen.pooled_choices = hyperopt_;
    rule_.share = {options_.gamma, hyperopt_, options_.most_good};
    rule_.enough = options_.startup;
    rule_.joint = options_.joint;
  }

  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    const Space& space = history.study().space;
    const auto uniform = [&] { return uniform_point(space, box, rng); };
    const auto drawn_at_random = [&] { return free_point(space, box, PendingPoints(history, number), uniform); };
    if (space.size() == 0) return drawn_at_random();
    const Purpose purpose = purpose_of(history, number);
    std::unique_ptr<TpeModel> model = up_to_date(history, purpose, number);
    const auto give_back = [&] {
      // What was asked to leave a point out does not know it the next time.
      if (!has_point(history, number)) models_.give_back(history, purpose, std::move(model));
    };
    if (model->finished() < options_.startup) {
      give_back();
      return drawn_at_random();
    }
    const bool aims_higher = purpose.rung > rung_proposed_for(history, number);
    Point point = search(history, box, number, *model, aims_higher, rng).value_or(Point{});
    give_back();
    return point.values.empty() ? drawn_at_random() : point;
  }

 private:
  // Where a rung above has enough trials, they alone say what is good: the lower one's ranking may mislead.
  Purpose purpose_of(const History& history, int number) const {
    const Purpose own{rung_proposed_for(history, number), learns_alone(history, number)};
    for (int rung = history.study().top(); rung > own.rung && !own.alone; --rung) {
      if (static_cast<int>(history.full(rung).size()) >= options_.startup) return {rung, true};
    }
    return own;
  }

  static bool has_point(const History& history, int number) {
    return static_cast<std::size_t>(number) < history.trials().size() && history.trial(number).point.has_value();
  }

  std::unique_ptr<TpeModel> up_to_date(const History& history, const Purpose& purpose, int number) const {
    std::unique_ptr<TpeModel> model = has_point(history, number) ? nullptr : models_.take(history, purpose);
    if (model && model->update(history, number)) return model;
    model = std::make_unique<TpeModel>(history.study().space, rule_, purpose.rung, purpose.alone);
    check(model->update(history, number), "a fresh model can follow any history");
    return model;
  }

  static bool was_tried(const History& history, int number, const Point& point) {
    const auto trials = history.trials();
    return std::any_of(trials.begin(), trials.end(),
                       [&](const Trial& trial) { return trial.number != number && trial.point == point; });
  }

  // None where every candidate runs already or breaks a constraint.
  // `aims_higher`: what was learnt is of another rung, so it does not know every point.
  std::optional<Point> search(const History& history, const Box& box, int number, TpeModel& learnt, bool aims_higher,
                              Rng& rng) const {
    const Space& space = history.study().space;
    std::vector<GroupModel> models;
    for (const TpeModel::Part& part : learnt.parts()) models.emplace_back(learnt.columns(), part, rule_.parzen);
    const bool discrete = std::isfinite(space.size_of_grid()), constrained = !space.constraints().empty();
    std::optional<Point> executed;  // the best one that is not new, but does not run either
    const int rounds = constrained ? 16 : discrete ? 4 : 1;
    for (int round = 0; round < rounds; ++round) {
      std::vector<std::vector<std::vector<double>>> draws;  // [group][rank][parameter of the group]
      for (const GroupModel& model : models) {
        draws.push_back(model.ranked_draws(box, options_.candidates, !discrete && !constrained, rng));
      }
      for (std::size_t rank = 0; rank < static_cast<std::size_t>(options_.candidates); ++rank) {
        Point point{std::vector<double>(space.size(), kInactive)};
        for (std::size_t m = 0; m < models.size(); ++m) {
          const Group& group = models[m].group();
          for (std::size_t i = 0; i < group.size(); ++i) point.values[group[i]] = draws[m][rank][i];
        }
        space.deactivate(point);
        if (constrained && !space.allowed(point.values)) continue;
        if (!discrete || !(aims_higher ? was_tried(history, number, point) : learnt.knows(point))) return point;
        if (!executed && !PendingPoints(history, number).contains(point)) executed = std::move(point);
      }
    }
    return executed;
  }

  TpeOptions options_;
  bool hyperopt_;
  TpeRule rule_;
  mutable Shelf<TpeModel> models_;  // saves reading the whole history each time; changes no answer
};

TpeOptions read(const Options& given) {
  TpeOptions options = read_options<TpeOptions>(given, kOptions, "sampler tpe");
  const bool joint = options.joint && options.flavour == "optuna";
  if (!joint && !given.contains("clip")) options.clip = kPublishedClip;
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
          "tree-structured Parzen estimator: learns where good points lie; the quickest that learns well",
          "Bergstra et al. 2011; Optuna 5.0; hyperopt 0.3",
          describe<TpeOptions>(kOptions),
          true,
          [](const Options& given) -> std::unique_ptr<Sampler> { return std::make_unique<TpeSampler>(read(given)); }};
}

}  // namespace crescendo
