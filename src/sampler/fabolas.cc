#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "numeric/minimum_belief.h"
#include "sampler/climb.h"
#include "sampler/cost_model.h"
#include "sampler/gp_model.h"
#include "sampler/samplers.h"
#include "sampler/sobol_point.h"
#include "sampler/starts.h"

namespace crescendo {
namespace {

struct FabolasOptions {
  int startup = 10;
  int candidates = 500;
  double near = 0.3;
  double spread = 0.1;
  int representers = 50;
  int samples = 400;
  int starts = 10;
  double overhead = 0.05;
  double unchecked = 2;
  int most = 300;
};

constexpr Option<FabolasOptions> kOptions[] = {
    {"startup", &FabolasOptions::startup, 1, 10'000,
     "points of a Sobol sequence at the lowest rungs, before the model"},
    {"candidates", &FabolasOptions::candidates, 2, 100'000, "points that the model is asked about, some near the best"},
    {"near", &FabolasOptions::near, 0, 1, "of them, the share that lies near the one predicted to be best"},
    {"spread", &FabolasOptions::spread, 0, 1, "how far: the deviation of numbers, the probability of another category"},
    {"representers", &FabolasOptions::representers, 2, 500,
     "of them, points among which the best at the top is sought"},
    {"samples", &FabolasOptions::samples, 10, 100'000, "draws of their losses, by which it is counted"},
    {"starts", &FabolasOptions::starts, 2, 1000,
     "climbs for a larger improvement, half from candidates, half from trials"},
    {"overhead", &FabolasOptions::overhead, 0, 1e9, "seconds that a trial takes besides those that are measured"},
    {"unchecked", &FabolasOptions::unchecked, 0, 1e9,
     "times the seconds of a trial at the top, after which one follows if all went below"},
    {"most", &FabolasOptions::most, 20, 2000, "trials that are learnt from, at most"},
};

constexpr int kLowestRungs = 3;  // that the first points take in turn; never the top one

/// FABOLAS: points and rungs together, each trial the one that is expected to tell most, in a second, of which point is
/// best at the top rung; but some of them at the top itself.
///
/// A Gaussian process learns the loss over points and rungs (GpModel, as in gp), another the seconds (CostModel). Of
/// the candidates those with a large expected improvement at the top stand for where the best may lie (the
/// representers, drawn in proportion to it). For each of them and each rung it is reckoned by how much the entropy of
/// which of them is the best would fall (MinimumBelief), and divided by the predicted seconds and the overhead. The
/// first points come from a Sobol sequence and take the lowest rungs in turn. Where the trials since the last one at
/// the top take `unchecked` times as long as one there, the next one goes there, where it tells most. Once the schedule
/// settles, what is predicted to be best of the points that were tried goes to the top; where it was there already, and
/// where the schedule says the rung, it proposes as gp does.
///
/// Source: Klein, Falkner, Bartels, Hennig, Hutter 2017, "Fast Bayesian Optimization of Machine Learning
/// Hyperparameters on Large Datasets"; numbers of candidates, representers and samples: RoBO's fmin/fabolas.
///
/// Differs, because it shares the models of gp: losses are clipped, not logarithms; a rung is a number like a
/// parameter's, neighbours as far apart as the ladder has them, where there the size has a kernel of its own; the most
/// probable kernel takes the place of a mean over kernels drawn by MCMC. A point of the initial design is executed at
/// one of the low rungs instead of at all. The information is asked of the representers and of the peaks of the
/// expected improvement. The overhead is an option, because nothing that decides reads a clock. And the top is looked
/// at now and then (`unchecked`): what is believed at first of how rungs go together is a guess, and a cheap rung that
/// says nothing of the top is believed for ever where nobody looks (tests/search/fabolas_test.cc).
/// Cost, for n <= `most` trials: as gp, and n^2 for each representer and rung, samples * representers * 8 besides.
class FabolasSampler : public Sampler {
 public:
  explicit FabolasSampler(FabolasOptions options)
      : options_(options), uniform_(random_sampler().make({})), gp_(gp_sampler().make(gp_options(options))) {}

  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    const bool there = static_cast<std::size_t>(number) < history.trials().size();
    if (there && history.trial(number).tag.settle == 1) {
      if (auto point = predicted_best(history, box, number)) return *std::move(point);
    }
    return gp_->propose(history, box, number, rng);
  }

  Proposal propose_with_rung(const History& history, const Box& box, int number, Rng& rng) const override {
    const int top = history.study().top();
    if (top == 0) return {gp_->propose(history, box, number, rng), top};
    const std::vector<Observation> seen = observations_from_top(history, number);
    const auto count = [&](auto&& which) { return std::count_if(seen.begin(), seen.end(), which); };
    const auto finished = count([](const Observation& trial) { return trial.standing == Standing::kFinished; });
    const auto ended = count([](const Observation& trial) { return trial.standing != Standing::kPending; });
    if (finished == 0 || ended < options_.startup) return first_point(history, box, number, seen, rng);
    if (auto found = most_telling(history, box, seen, rng)) return *std::move(found);
    return {gp_->propose(history, box, number, rng), top};
  }

 private:
  static constexpr int kRetries = 16;  // random points, where none that is found is new

  static Options gp_options(const FabolasOptions& options) {
    return {{"startup", static_cast<double>(options.startup)},
            {"candidates", static_cast<double>(options.candidates)},
            {"starts", static_cast<double>(options.starts)},
            {"most", static_cast<double>(options.most)}};
  }

  // At one of the lowest rungs, or the next one above whose limits hold the point.
  Proposal first_point(const History& history, const Box& box, int number, std::span<const Observation> seen,
                       Rng& rng) const {
    const Study& study = history.study();
    Point point = sobol_point(study, box, number, rng);
    int rung = number % std::min(kLowestRungs, study.top());
    while (rung < study.top() && !study.rung_box(rung).contains(point)) ++rung;
    if (is_there(seen, point, rung)) point = new_random_point(*uniform_, history, box, number, kRetries, rng);
    while (rung < study.top() && !study.rung_box(rung).contains(point)) ++rung;
    return {std::move(point), rung};
  }

  // Whether a trial has this point at the rung, or runs it at any.
  static bool is_there(std::span<const Observation> seen, const Point& point, int rung) {
    return std::any_of(seen.begin(), seen.end(), [&](const Observation& o) {
      return o.trial >= 0 && (o.rung == rung || o.standing == Standing::kPending) && *o.point == point;
    });
  }

  // Of the points that were tried, in the box, the one whose loss at the top is predicted to be lowest; none where it
  // is there already, or nothing is known.
  std::optional<Point> predicted_best(const History& history, const Box& box, int number) const {
    const std::vector<Observation> seen = observations_from_top(history, number);
    if (std::none_of(seen.begin(), seen.end(), [](const auto& o) { return o.standing == Standing::kFinished; }))
      return {};
    RowSpace rows(history.study().space, box);
    GpModel model(rows, box, history, seen, options_.most, memo_, true);
    std::vector<const Observation*> tried;
    for (const Observation& trial : seen) {
      if (trial.standing == Standing::kFinished && box.contains(*trial.point)) tried.push_back(&trial);
    }
    if (tried.empty()) return {};
    const std::size_t width = rows.width();
    std::vector<double> asked(tried.size() * width), mean(tried.size()), variance(tried.size());
    for (std::size_t i = 0; i < tried.size(); ++i) {
      rows.encode(*tried[i]->point, 0, std::span(asked).subspan(i * width, width));
    }
    model.beliefs(asked, mean, variance);
    const Point& best =
        *tried[static_cast<std::size_t>(std::min_element(mean.begin(), mean.end()) - mean.begin())]->point;
    return is_there(seen, best, history.study().top()) ? std::nullopt : std::optional(best);
  }

  // None where nothing that is new tells anything.
  std::optional<Proposal> most_telling(const History& history, const Box& box, std::span<const Observation> seen,
                                       Rng& rng) const {
    const Study& study = history.study();
    RowSpace rows(study.space, box);
    GpModel model(rows, box, history, seen, options_.most, memo_, true);
    CostModel cost(rows, history, seen, options_.most, cost_memo_);
    const std::size_t width = rows.width();
    std::vector<double> pool = find_candidates(rows, model, rng);
    if (pool.empty()) return {};
    const std::vector<double> peaks = find_peaks(rows, model, pool, rng);
    pool.insert(pool.end(), peaks.begin(), peaks.end());
    const std::vector<double> representers = draw_by_improvement(model, pool, width, rng);
    std::vector<double> asked = representers;
    asked.insert(asked.end(), peaks.begin(), peaks.end());
    const int lowest_rung = is_unchecked(rows, model, cost, seen, study.top()) ? study.top() : 0;
    const std::vector<double> worth =
        information(model, cost, representers, asked, width, {lowest_rung, study.top()}, rng);

    std::vector<std::size_t> order(worth.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return worth[a] > worth[b]; });
    const std::size_t count = asked.size() / width;
    for (const std::size_t i : order) {
      if (worth[i] <= 0) break;
      const int rung = lowest_rung + static_cast<int>(i / count);
      Point point = rows.decode(std::span(asked).subspan(i % count * width, width));
      if (study.rung_box(rung).contains(point) && !is_there(seen, point, rung)) return Proposal{std::move(point), rung};
    }
    return {};
  }

  // Whether so much went below since the last trial at the top that one is due.
  bool is_unchecked(RowSpace& rows, const GpModel& model, CostModel& cost, std::span<const Observation> seen,
                    int top) const {
    const std::size_t width = rows.width();
    std::vector<double> asked;
    for (auto trial = seen.rbegin(); trial != seen.rend() && trial->trial >= 0 && trial->rung < top; ++trial) {
      asked.resize(asked.size() + width);
      rows.encode(*trial->point, top - trial->rung, std::span(asked).last(width));
    }
    std::vector<double> best = lowest(model.trials(), model.predicted(), width, 1), seconds(asked.size() / width);
    if (seconds.empty()) return false;
    cost.seconds(asked, seconds);
    best.back() = 0;
    double at_top = 0;
    cost.seconds(best, {&at_top, 1});
    const double below =
        std::accumulate(seconds.begin(), seconds.end(), 0.0) + static_cast<double>(seconds.size()) * options_.overhead;
    return below >= options_.unchecked * (at_top + options_.overhead);
  }

  struct Rungs {
    int lowest, top;
  };

  // [rung][row of `asked`]: nats a second.
  std::vector<double> information(GpModel& model, CostModel& cost, std::span<const double> representers,
                                  std::vector<double> asked, std::size_t width, Rungs rungs, Rng& rng) const {
    const std::size_t values = representers.size() / width, count = asked.size() / width;
    std::vector<double> mean(values), variance(values), together(values * values);
    model.beliefs(representers, mean, variance);
    model.doubts(representers, representers, together);
    MinimumBelief belief(mean, together, options_.samples, rng);
    std::vector<double> found, at(count), doubt(count), with(count * values), seconds(count);
    for (int rung = rungs.lowest; rung <= rungs.top; ++rung) {
      for (std::size_t i = 0; i < count; ++i) asked[i * width + width - 1] = rungs.top - rung;
      model.beliefs(asked, at, doubt);
      model.doubts(asked, representers, with);
      cost.seconds(asked, seconds);
      for (std::size_t i = 0; i < count; ++i) {
        const double told = belief.information(std::span(with).subspan(i * values, values), doubt[i] + model.noise());
        found.push_back(told / (seconds[i] + options_.overhead));
      }
    }
    return found;
  }

  // Most of them uniform in the box, the others near the point that is predicted to be best.
  std::vector<double> find_candidates(RowSpace& rows, const GpModel& model, Rng& rng) const {
    const auto close = static_cast<std::size_t>(options_.near * options_.candidates);
    std::vector<double> found = draw_allowed(rows, static_cast<std::size_t>(options_.candidates) - close, rng);
    const std::vector<double> best =
        brought_inside(rows, lowest(model.trials(), model.predicted(), rows.width(), 1), rng);
    if (best.empty()) return found;
    for (std::size_t i = 0; i < close; ++i) {
      std::vector<double> row = best;
      stray(rows, row, rng);
      if (rows.allowed(row)) found.insert(found.end(), row.begin(), row.end());
    }
    return found;
  }

  void stray(RowSpace& rows, std::span<double> row, Rng& rng) const {
    for (std::size_t i = 0; i + 1 < rows.width(); ++i) {
      if (!rows.active(row, i)) continue;
      if (!rows.is_categorical(i)) {
        rows.set(row, i, rows.snap(i, row[i] + options_.spread * rng.normal()), rng);
      } else if (rng.uniform() < options_.spread) {
        rows.set(row, i, rows.at(i, rng.below(static_cast<std::uint64_t>(rows.count(i)))), rng);
      }
    }
  }

  std::vector<double> find_peaks(RowSpace& rows, GpModel& model, std::span<const double> pool, Rng& rng) const {
    const std::size_t width = rows.width(), most = static_cast<std::size_t>(options_.starts);
    std::vector<double> cost(pool.size() / width);
    model.improvement(pool, cost);
    for (double& value : cost) value = -value;
    std::vector<double> starts = lowest(pool, cost, width, most - most / 2);
    const std::vector<double> tried =
        brought_inside(rows, lowest(model.trials(), model.predicted(), width, most / 2), rng);
    starts.insert(starts.end(), tried.begin(), tried.end());
    const Worth worth = [&](auto asked, auto values) { model.improvement(asked, values); };
    const WorthSlope slope = [&](auto row, auto slopes) { return model.improvement_of(row, slopes); };
    std::vector<double> found;
    for (const Peak& peak : climb(rows, starts, worth, slope, {}, rng)) {
      found.insert(found.end(), peak.row.begin(), peak.row.end());
    }
    return found;
  }

  // Without putting back: the largest of the logarithms of improvement with a Gumbel variable added to each.
  std::vector<double> draw_by_improvement(GpModel& model, std::span<const double> pool, std::size_t width,
                                          Rng& rng) const {
    std::vector<double> keys(pool.size() / width);
    model.improvement(pool, keys);
    for (double& key : keys) key = -(key - std::log(-std::log1p(-rng.uniform())));
    return lowest(pool, keys, width, static_cast<std::size_t>(options_.representers));
  }

  FabolasOptions options_;
  std::unique_ptr<Sampler> uniform_, gp_;
  mutable FittedKernels memo_, cost_memo_;
};

}  // namespace

SamplerEntry fabolas_sampler() {
  return {.name = "fabolas",
          .summary = "FABOLAS: points and rungs by what they tell of the best in a second; up to 300 trials",
          .source = "Klein et al. 2017",
          .options = describe<FabolasOptions>(kOptions),
          .learns = true,
          .make = [](const Options& given) -> std::unique_ptr<Sampler> {
            return std::make_unique<FabolasSampler>(read_options<FabolasOptions>(given, kOptions, "sampler fabolas"));
          },
          .chooses_rung = true};
}

}  // namespace crescendo
