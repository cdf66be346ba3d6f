#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "numeric/normal.h"
#include "sampler/best_elsewhere.h"
#include "sampler/generation.h"
#include "sampler/generation_fold.h"
#include "sampler/marginals.h"
#include "sampler/observations.h"
#include "sampler/samplers.h"
#include "sampler/shelf.h"
#include "sampler/unit_cube.h"

namespace crescendo {
namespace {

struct ReinforceOptions {
  int population = 4;
  double rate = 0.5;
  double choice_rate = 1;
  double baseline = 0.1;
  double entropy = 0.01;
  double spread = 0.3;
};

constexpr Option<ReinforceOptions> kOptions[] = {
    {"population", &ReinforceOptions::population, 1, 10'000, "trials that end before the policy is changed"},
    {"rate", &ReinforceOptions::rate, 0, 10, "of learning, for numbers"},
    {"choice_rate", &ReinforceOptions::choice_rate, 0, 100, "of learning, for categories"},
    {"baseline", &ReinforceOptions::baseline, 0.001, 1, "weight of each new loss in the moving averages"},
    {"entropy", &ReinforceOptions::entropy, 0, 1, "weight of the policy's entropy"},
    {"spread", &ReinforceOptions::spread, 0.001, 1, "deviation of the first draws, as a share of each range"},
};

constexpr int kStartingPoints = 10;
constexpr double kLeastSpread = 0.5;  // of the usual one, where the policy starts from points elsewhere
constexpr int kTries = 16;            // draws that break a constraint or are known, until a random point is taken
constexpr double kMostAdvantage = 2;  // in units of the usual distance from the baseline
constexpr double kNarrowest = 0.003, kWidest = 0.5;  // deviation of a number's policy
constexpr double kRarest = 0.005;                    // share of a choice

/// What has been learnt after some generations.
struct Policy {
  std::vector<Marginal> marginals;
  double baseline = 0, distance = 0;  // moving averages of the losses, and of how far they are from the first
  bool has_baseline = false;
};

/// A policy-gradient controller: each parameter has a distribution of its own, and what was drawn becomes likelier by
/// as much as its loss was below a moving average.
///
/// Source: Williams 1992 (REINFORCE, with units that draw from a normal distribution); Zoph, Le 2017 (a controller of
/// networks; moving-average baseline).
/// Differs: a table of distributions instead of a recurrent network, since a search has hundreds of trials, not
/// thousands; natural gradients of the numbers' policies (Williams: rate proportional to the variance), and rates to
/// match; an advantage is counted in units of the moving average of its size, at most 2, so that no unit of the loss
/// matters; a bonus for entropy (Zoph and Le: none; later controllers have one).
/// Parallel: extra workers draw from the same policy while a generation is open. Other rungs, other studies: the first
/// policy has mean, spread and shares of the better half of the best points elsewhere. Failed trials count as the
/// largest disadvantage. Constraints: what breaks one is drawn again, then made more like the best point. Conditional
/// parameters: each learns from the trials in which it is active.
/// Cost: O(trials) a proposal.
class ReinforceSampler : public Sampler {
 public:
  explicit ReinforceSampler(ReinforceOptions options) : options_(options), uniform_(random_sampler().make({})) {}

  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    const Space& space = history.study().space;
    const std::vector<Marginal> policy = learnt(history, number);
    const UnitCube cube(space, box);
    for (int tried = 0; tried < kTries; ++tried) {
      Point point = draw(policy, cube, rng);
      if (!space.allowed(point.values) && tried >= kTries / 2) point = like_the_best(history, box, number, point, rng);
      if (space.allowed(point.values) && !is_known(history, number, point)) return point;
    }
    return uniform_->propose(history, box, number, rng);
  }

  void stamp(const History& history, int rung, Tag& tag) const override {
    if (tag.generation < 0) tag.generation = current_generation(history, rung, options_.population);
  }

 private:
  struct Memo {
    explicit Memo(EndedGenerations known) : generations(std::move(known)) {}
    EndedGenerations generations;
    GenerationFold<Policy> fold;
  };

  std::vector<Marginal> learnt(const History& history, int number) const {
    const Space& space = history.study().space;
    const int rung = rung_proposed_for(history, number);
    const Purpose purpose{rung, learns_alone(history, number)};
    auto memo = memos_.take(history, purpose);
    if (!memo) memo = std::make_unique<Memo>(EndedGenerations(rung, options_.population));
    const EndedGenerations::Seen& known = memo->generations.update(history, number);
    const bool there = static_cast<std::size_t>(number) < history.trials().size();
    const int tagged = there ? history.trial(number).tag.generation : -1;
    const auto generation = static_cast<std::size_t>(tagged >= 0 ? tagged : known.current);
    const auto seeds = starting_points(history, known.first, number, kStartingPoints);
    if (!memo->fold.starts_from(seeds)) {
      const Box box = history.study().rung_box(rung);
      const UnitCube cube(space, box);
      memo->fold.start_from(seeds, Policy{.marginals = first_marginals(seeds, space, cube)});
    }
    const Box whole_space = whole(space);
    const UnitCube cube(space, whole_space);
    auto marginals = memo->fold
                         .after(known.ended, generation,
                                [&](const Policy& policy, const std::vector<int>& members) {
                                  return next(history, cube, policy, members);
                                })
                         .marginals;
    memos_.give_back(history, purpose, std::move(memo));
    return marginals;
  }

  // What was learnt elsewhere may mislead, and small steps from a narrow policy lead nowhere.
  std::vector<Marginal> first_marginals(std::span<const Point* const> points, const Space& space,
                                        const UnitCube& cube) const {
    std::vector<Marginal> marginals = marginals_of(points, space, cube, options_.spread);
    for (std::size_t i = 0; i < marginals.size(); ++i) {
      if (cube.is_categorical(i)) continue;
      const double usual = options_.spread * (cube.range(i).high - cube.range(i).low);
      marginals[i].deviation = std::max(marginals[i].deviation, kLeastSpread * usual);
    }
    return marginals;
  }

  // How much likelier a generation's points are to become.
  std::vector<double> advantages(const History& history, Policy& policy, const std::vector<int>& members) const {
    std::vector<double> losses;
    for (const int number : members) {
      const Trial& trial = history.trial(number);
      const bool finished = trial.state == TrialState::kFinished && !std::isnan(trial.loss);
      losses.push_back(finished ? trial.loss : NAN);
    }
    if (!policy.has_baseline) begin_baseline(policy, losses);
    std::vector<double> found;
    for (const double loss : losses) {
      const double distance = policy.distance > 0 ? (policy.baseline - loss) / policy.distance : 0;
      found.push_back(std::isnan(loss)       ? -kMostAdvantage
                      : std::isnan(distance) ? 0
                                             : std::clamp(distance, -kMostAdvantage, kMostAdvantage));
    }
    for (const double loss : losses) {
      if (std::isnan(loss)) continue;
      // One loss out of all proportion moves the averages no farther than a bad one.
      const double most = 2 * kMostAdvantage * policy.distance;
      const double off = std::clamp(loss - policy.baseline, -most, most);
      policy.baseline += options_.baseline * off;
      policy.distance += options_.baseline * (std::abs(off) - policy.distance);
    }
    return found;
  }

  static void begin_baseline(Policy& policy, std::vector<double> losses) {
    std::erase_if(losses, [](double loss) { return std::isnan(loss); });
    if (losses.empty()) return;
    const auto middle = losses.begin() + static_cast<std::ptrdiff_t>(losses.size() / 2);
    std::nth_element(losses.begin(), middle, losses.end());
    policy.baseline = *middle;
    policy.has_baseline = true;
    for (const double loss : losses) {
      policy.distance += std::abs(loss - policy.baseline) / static_cast<double>(losses.size());
    }
  }

  // What a further generation leads to: a step along the mean gradient of its points.
  Policy next(const History& history, const UnitCube& cube, const Policy& before,
              const std::vector<int>& members) const {
    Policy policy = before;
    if (members.empty()) return policy;
    const std::vector<double> gained = advantages(history, policy, members);
    for (std::size_t i = 0; i < cube.size(); ++i) {
      Marginal& marginal = policy.marginals[i];
      if (cube.is_categorical(i)) {
        marginal.shares = better_shares(history, i, marginal.shares, members, gained);
      } else {
        improve(history, cube, i, marginal, members, gained);
      }
    }
    return policy;
  }

  // Natural gradient: that of the mean is the distance to the draw, that of the deviation's logarithm (z^2 - 1) / 2.
  void improve(const History& history, const UnitCube& cube, std::size_t i, Marginal& marginal,
               const std::vector<int>& members, const std::vector<double>& gained) const {
    double mean = 0, deviation = 0;
    const double count = static_cast<double>(members.size());
    for (std::size_t m = 0; m < members.size(); ++m) {
      const double value = history.trial(members[m]).point->values[i];
      if (std::isnan(value)) continue;
      const double away = cube.middle(i, value) - marginal.mean;
      mean += gained[m] * away / count;
      deviation += gained[m] * (std::pow(away / marginal.deviation, 2) - 1) / (2 * count);
    }
    marginal.mean = std::clamp(marginal.mean + options_.rate * mean, 0.0, 1.0);
    const double growth = options_.rate * std::clamp(deviation, -1.0, 1.0) + options_.entropy;
    marginal.deviation = std::clamp(marginal.deviation * std::exp(growth), kNarrowest, kWidest);
  }

  // A softmax unit: the gradient of the draw's log-probability, and of the entropy, by the logits.
  std::vector<double> better_shares(const History& history, std::size_t i, const std::vector<double>& shares,
                                    const std::vector<int>& members, const std::vector<double>& gained) const {
    std::vector<double> logits;
    double entropy = 0;
    for (const double share : shares) entropy -= share * std::log(share);
    for (const double share : shares) {
      logits.push_back(std::log(share) - options_.entropy * share * (std::log(share) + entropy));
    }
    for (std::size_t m = 0; m < members.size(); ++m) {
      const double value = history.trial(members[m]).point->values[i];
      if (std::isnan(value)) continue;
      const double step = options_.choice_rate * gained[m] / static_cast<double>(members.size());
      for (std::size_t k = 0; k < shares.size(); ++k) logits[k] -= step * shares[k];
      logits[static_cast<std::size_t>(value)] += step;
    }
    const double highest = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (double& logit : logits) sum += logit = std::exp(logit - highest);
    double floored = 0;
    for (double& share : logits) floored += share = std::max(share / sum, kRarest);
    for (double& share : logits) share /= floored;
    return logits;
  }

  static Point draw(const std::vector<Marginal>& policy, const UnitCube& cube, Rng& rng) {
    return cube.point([&](std::size_t i) {
      const Marginal& marginal = policy[i];
      if (cube.is_categorical(i)) return draw_choice(marginal.shares, cube, i, rng);
      const UnitRange range = cube.range(i);
      const double u = rng.uniform();
      return cube.value(i, truncated_normal_quantile(marginal.mean, marginal.deviation, range.low, range.high, u));
    });
  }

  ReinforceOptions options_;
  std::unique_ptr<Sampler> uniform_;
  mutable Shelf<Memo> memos_;  // saves folding the whole history each time; changes no answer
};

}  // namespace

SamplerEntry reinforce_sampler() {
  return {
      "reinforce",
      "a policy gradient: what did better than usual becomes likelier; to compare with reinforcement learning",
      "Williams 1992; Zoph and Le 2017",
      describe<ReinforceOptions>(kOptions),
      true,
      [](const Options& given) -> std::unique_ptr<Sampler> {
        return std::make_unique<ReinforceSampler>(read_options<ReinforceOptions>(given, kOptions, "sampler reinforce"));
      }};
}

}  // namespace crescendo
