#include <algorithm>
#include <cmath>
#include <memory>

#include "sampler/climb.h"
#include "sampler/gp_model.h"
#include "sampler/samplers.h"
#include "sampler/sobol_point.h"
#include "sampler/starts.h"

namespace crescendo {
namespace {

struct GpOptions {
  int startup = 10;
  int candidates = 256;
  int starts = 8;
  double bold = 0.5;
  int most = 500;
};

constexpr Option<GpOptions> kOptions[] = {
    {"startup", &GpOptions::startup, 1, 10'000, "points of a Sobol sequence before the model is used"},
    {"candidates", &GpOptions::candidates, 1, 1'000'000, "random points that the model is asked about"},
    {"starts", &GpOptions::starts, 2, 1000, "climbs, half of them from the best of these, half from the best trials"},
    {"bold", &GpOptions::bold, 0, 1, "probability that a larger improvement is asked for than any"},
    {"most", &GpOptions::most, 20, 2000, "trials that are learnt from, at most"},
};

constexpr int kRetries = 16;           // random points, where none that is found is new
constexpr double kLeastMargin = 1e-3;  // of a bold proposal, in deviations of the losses; the most is 1

/// A Gaussian process of the loss (GpModel), asked for the point with the largest expected improvement
/// over the lowest loss that it predicts for a trial in the box.
///
/// Half of the proposals are bold: they ask for the improvement beyond a margin, drawn log-uniformly between a
/// thousandth of the losses' deviation and all of it. Where a basin is known to many digits, the improvements left in
/// it are small and certain, and without a margin they would be preferred to large doubtful ones elsewhere.
///
/// Sources: Snoek, Larochelle, Adams 2012, "Practical Bayesian Optimization of Machine Learning Algorithms"; logEI:
/// Ament et al. 2023; startup: Optuna 5.0's GPSampler. Cost, for n <= `most` trials: n^2 for each of the
/// candidates and for each step of a climb; n^3 a few dozen times whenever n has grown by a tenth.
class GpSampler : public Sampler {
 public:
  explicit GpSampler(GpOptions options) : options_(options), uniform_(random_sampler().make({})) {}

  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    const std::vector<Observation> seen = observations_from_top(history, number);
    const auto count = [&](auto&& which) { return std::count_if(seen.begin(), seen.end(), which); };
    const auto finished = count([](const Observation& trial) { return trial.standing == Standing::kFinished; });
    const auto ended = count([](const Observation& trial) { return trial.standing != Standing::kPending; });
    if (finished > 0 && ended >= options_.startup) return best_point(history, box, number, seen, rng);
    const Point point = sobol_point(history.study(), box, number, rng);
    return is_known(observations(history, number), point) ? random_point(history, box, number, rng) : point;
  }

 private:
  Point random_point(const History& history, const Box& box, int number, Rng& rng) const {
    return new_random_point(*uniform_, history, box, number, kRetries, rng);
  }

  Point best_point(const History& history, const Box& box, int number, std::span<const Observation> seen,
                   Rng& rng) const {
    RowSpace rows(history.study().space, box);
    GpModel model(rows, box, history, seen, options_.most, memo_);
    if (rng.uniform() < options_.bold) model.ask_for_more(std::pow(kLeastMargin, rng.uniform()));
    const Worth worth = [&](auto asked, auto values) { model.improvement(asked, values); };
    const WorthSlope slope = [&](auto row, auto slopes) { return model.improvement_of(row, slopes); };
    const std::vector<double> starts = find_starts(rows, model, rng);
    const std::vector<Observation> there = observations(history, number);
    for (const Peak& peak : climb(rows, starts, worth, slope, {}, rng)) {
      Point point = rows.decode(peak.row);
      if (!is_known(there, point)) return point;
    }
    return random_point(history, box, number, rng);
  }

  std::vector<double> find_starts(RowSpace& rows, GpModel& model, Rng& rng) const {
    const std::vector<double> drawn = draw_allowed(rows, static_cast<std::size_t>(options_.candidates), rng);
    const std::size_t width = rows.width(), most = static_cast<std::size_t>(options_.starts);
    std::vector<double> cost(drawn.size() / width);
    model.improvement(drawn, cost);
    for (double& value : cost) value = -value;
    std::vector<double> starts = lowest(drawn, cost, width, most - most / 2);
    const std::vector<double> tried =
        brought_inside(rows, lowest(model.trials(), model.predicted(), width, most / 2), rng);
    starts.insert(starts.end(), tried.begin(), tried.end());
    return starts;
  }

  GpOptions options_;
  std::unique_ptr<Sampler> uniform_;
  mutable FittedKernels memo_;
};

}  // namespace

SamplerEntry gp_sampler() {
  return {"gp",
          "a Gaussian process and expected improvement; strong on smooth losses of few parameters, up to 500 trials",
          "Snoek et al. 2012, Ament et al. 2023",
          describe<GpOptions>(kOptions),
          true,
          [](const Options& given) -> std::unique_ptr<Sampler> {
            return std::make_unique<GpSampler>(read_options<GpOptions>(given, kOptions, "sampler gp"));
          }};
}

}  // namespace crescendo
