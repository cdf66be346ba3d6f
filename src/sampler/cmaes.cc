#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "sampler/best_elsewhere.h"
#include "sampler/cma_model.h"
#include "sampler/generation.h"
#include "sampler/generation_fold.h"
#include "sampler/marginals.h"
#include "sampler/observations.h"
#include "sampler/samplers.h"
#include "sampler/shelf.h"
#include "sampler/unit_cube.h"

namespace crescendo {
namespace {

struct CmaesOptions {
  int population = 0;
  double spread = 0.3;
  bool restart = true;
};

constexpr Option<CmaesOptions> kOptions[] = {
    {"population", &CmaesOptions::population, 0, 10'000, "trials that end before it learns; 0: 4 + 3 ln(parameters)"},
    {"spread", &CmaesOptions::spread, 0.001, 1, "deviation of the first draws, as a share of each range"},
    {"restart", &CmaesOptions::restart, 0, 0, "whether it begins anew, with twice the population, when it stagnates"},
};

constexpr int kTries = 16;              // draws that break a constraint or are known, until a random point is taken
constexpr int kDraws = 10;              // for one that lies in the box, until it is moved there
constexpr double kFlat = 1e-12;         // difference between best losses of generations that stagnate
constexpr std::uint64_t kCells = 0x63;  // key of the streams that say where in its cell a value lies
constexpr std::uint64_t kStarts = 0x64;

/// Where a search stands after some generations.
struct Run {
  CmaModel model;
  int number = 0;                  // of restarts so far
  std::vector<int> waiting = {};   // trials of generations that wait for the rest of a larger population
  int generations = 0;             // among them
  std::vector<double> bests = {};  // of the updates since the start
};

/// The space as CMA-ES sees it: which parameters are numbers, and which are categories.
class CmaSpace {
 public:
  explicit CmaSpace(const Space& space) : whole_(crescendo::whole(space)), cube_(space, whole_) {
    for (std::size_t i = 0; i < space.size(); ++i) {
      if (cube_.is_categorical(i)) {
        categories_.push_back(i);
        axes_.choices.push_back(static_cast<int>(space[i].choices.size()));
      } else {
        numbers_.push_back(i);
        axes_.rounded.push_back(!cube_.is_float(i));
      }
    }
    axes_.cell = [this](std::size_t number, double unit) {
      return cube_.cell(numbers_[number], cube_.value(numbers_[number], unit));
    };
  }
  CmaSpace(const CmaSpace&) = delete;

  const CmaAxes& axes() const { return axes_; }
  const std::vector<std::size_t>& numbers() const { return numbers_; }
  const std::vector<std::size_t>& categories() const { return categories_; }

  CmaPoint told(const Point& point) const {
    CmaPoint told;
    for (const std::size_t i : numbers_) {
      const double value = point.values[i];
      told.numbers.push_back(std::isnan(value) ? UnitRange{0, 1} : cube_.cell(i, value));
    }
    for (const std::size_t i : categories_) {
      told.choices.push_back(std::isnan(point.values[i]) ? -1 : static_cast<int>(point.values[i]));
    }
    return told;
  }

 private:
  Box whole_;
  UnitCube cube_;
  std::vector<std::size_t> numbers_, categories_;
  CmaAxes axes_;
};

/// Covariance matrix adaptation: draws from a normal distribution that moves and stretches towards the better half of
/// each generation.
///
/// Source: Hansen, Ostermeier 2001; Hansen 2016; Hamano et al. 2022 (margin), 2024 (categories). Restarts: Auger,
/// Hansen 2005 (IPOP). Differs: no negative weights; what a rounded number was before it was rounded is drawn again,
/// from the distribution within the value's cell, since a history keeps values; a generation of a doubled population is
/// two of the usual size, so that tags can be stamped without the model. Bounds: a draw outside is repeated, then moved
/// to the bounds. Parallel: extra workers draw from the same distribution while a generation is open; what ends late is
/// learnt from as part of its own generation. Other rungs, other studies: the start has mean and spread of the better
/// half of the best points elsewhere, as they were when the rung's first proposal was claimed. Failed trials are worse
/// than all others. Constraints: what breaks one is drawn again, then made more like the best point. Conditional
/// parameters: one that is not active counts as any draw. Cost: O(trials) a proposal; a generation O(parameters^3).
class CmaesSampler : public Sampler {
 public:
  explicit CmaesSampler(CmaesOptions options) : options_(options), uniform_(random_sampler().make({})) {}

  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    const Space& space = history.study().space;
    if (space.size() == 0) return uniform_->propose(history, box, number, rng);
    const CmaSpace seen(space);
    const CmaModel model = learnt(history, seen, number);
    const UnitCube cube(space, box);
    for (int tried = 0; tried < kTries; ++tried) {
      Point point = draw(model, seen, cube, rng);
      if (!space.allowed(point.values) && tried >= kTries / 2) point = like_the_best(history, box, number, point, rng);
      if (space.allowed(point.values) && !is_known(history, number, point)) return point;
    }
    return uniform_->propose(history, box, number, rng);
  }

  void stamp(const History& history, int rung, Tag& tag) const override {
    if (tag.generation < 0) tag.generation = current_generation(history, rung, population(history.study().space));
  }

 private:
  struct Memo {
    explicit Memo(EndedGenerations known) : generations(std::move(known)) {}
    EndedGenerations generations;
    GenerationFold<Run> fold;
  };

  int population(const Space& space) const {
    if (options_.population > 0) return std::max(2, options_.population);
    return 4 + static_cast<int>(3 * std::log(static_cast<double>(std::max<std::size_t>(1, space.size()))));
  }

  CmaModel learnt(const History& history, const CmaSpace& seen, int number) const {
    const int rung = rung_proposed_for(history, number), size = population(history.study().space);
    const Purpose purpose{rung, learns_alone(history, number)};
    auto memo = memos_.take(history, purpose);
    if (!memo) memo = std::make_unique<Memo>(EndedGenerations(rung, size));
    const EndedGenerations::Seen& known = memo->generations.update(history, number);
    const bool there = static_cast<std::size_t>(number) < history.trials().size();
    const int tagged = there ? history.trial(number).tag.generation : -1;
    const auto generation = static_cast<std::size_t>(tagged >= 0 ? tagged : known.current);
    const auto seeds = starting_points(history, known.first, number, size);
    if (!memo->fold.starts_from(seeds)) {
      memo->fold.start_from(seeds, Run{start(history.study(), seen, rung, seeds)});
    }
    CmaModel model = memo->fold
                         .after(known.ended, generation,
                                [&](const Run& run, const std::vector<int>& members) {
                                  return next(history, seen, rung, run, members);
                                })
                         .model;
    memos_.give_back(history, purpose, std::move(memo));
    return model;
  }

  CmaModel start(const Study& study, const CmaSpace& seen, int rung, const std::vector<const Point*>& points) const {
    const Box box = study.rung_box(rung);
    return model_of(seen, marginals_of(points, study.space, UnitCube(study.space, box), options_.spread));
  }

  static CmaModel model_of(const CmaSpace& seen, const std::vector<Marginal>& marginals) {
    std::vector<double> means, deviations;
    for (const std::size_t i : seen.numbers()) {
      means.push_back(marginals[i].mean);
      deviations.push_back(marginals[i].deviation);
    }
    std::vector<std::vector<double>> shares;
    for (const std::size_t i : seen.categories()) shares.push_back(marginals[i].shares);
    return {seen.axes(), std::move(means), std::move(deviations), std::move(shares)};
  }

  // What a further generation leads to.
  Run next(const History& history, const CmaSpace& seen, int rung, const Run& before,
           const std::vector<int>& members) const {
    Run run = before;
    run.waiting.insert(run.waiting.end(), members.begin(), members.end());
    if (++run.generations < 1 << std::min(run.number, 20)) return run;
    std::vector<int> finished;
    for (const int number : run.waiting) {
      const Trial& trial = history.trial(number);
      if (trial.state == TrialState::kFinished && !std::isnan(trial.loss)) finished.push_back(number);
    }
    std::sort(finished.begin(), finished.end(),
              [&](int a, int b) { return better(history.trial(a), history.trial(b)); });
    std::vector<CmaPoint> points;
    std::vector<Rng> streams;
    for (const int number : finished) {
      points.push_back(seen.told(*history.trial(number).point));
      streams.emplace_back(history.study().seed,
                           std::initializer_list<std::uint64_t>{kCells, static_cast<std::uint64_t>(number)});
    }
    run.model.learn(seen.axes(), points, run.waiting.size(), streams);
    if (!finished.empty()) run.bests.push_back(history.trial(finished.front()).loss);
    const std::size_t population_size = run.waiting.size();
    run.waiting.clear();
    run.generations = 0;
    if (options_.restart && stagnates(run, seen, population_size)) return anew(history.study(), seen, rung, run);
    return run;
  }

  static bool stagnates(const Run& run, const CmaSpace& seen, std::size_t population_size) {
    if (run.model.has_converged(seen.axes())) return true;
    const double parameters = static_cast<double>(seen.numbers().size() + seen.categories().size());
    const auto window =
        static_cast<std::size_t>(10 + std::ceil(30 * parameters / static_cast<double>(population_size)));
    if (run.bests.size() < window) return false;
    const auto [low, high] =
        std::minmax_element(run.bests.end() - static_cast<std::ptrdiff_t>(window), run.bests.end());
    return *high - *low <= kFlat;
  }

  // Around a random place.
  Run anew(const Study& study, const CmaSpace& seen, int rung, const Run& run) const {
    Rng rng(study.seed, {kStarts, static_cast<std::uint64_t>(rung), static_cast<std::uint64_t>(run.number)});
    const Box box = study.rung_box(rung);
    const UnitCube cube(study.space, box);
    std::vector<Marginal> marginals = marginals_of({}, study.space, cube, options_.spread);
    for (const std::size_t i : seen.numbers()) marginals[i].mean = cube.draw(i, rng);
    Run fresh{model_of(seen, marginals)};
    fresh.number = run.number + 1;
    return fresh;
  }

  Point draw(const CmaModel& model, const CmaSpace& seen, const UnitCube& cube, Rng& rng) const {
    std::vector<double> units(cube.size());
    for (int tried = 0; tried < kDraws; ++tried) {
      const std::vector<double> drawn = model.draw(rng);
      bool inside = true;
      for (std::size_t n = 0; n < drawn.size(); ++n) {
        const std::size_t i = seen.numbers()[n];
        inside &= cube.in_range(i, drawn[n]) || !cube.is_float(i);
        units[i] = std::clamp(drawn[n], cube.range(i).low, cube.range(i).high);
      }
      if (inside) break;
    }
    std::vector<std::size_t> category(cube.size());
    for (std::size_t c = 0; c < seen.categories().size(); ++c) category[seen.categories()[c]] = c;
    return cube.point([&](std::size_t i) {
      if (!cube.is_categorical(i)) return cube.value(i, units[i]);
      return draw_choice(model.shares()[category[i]], cube, i, rng);
    });
  }

  CmaesOptions options_;
  std::unique_ptr<Sampler> uniform_;
  mutable Shelf<Memo> memos_;  // saves folding the whole history each time; changes no answer
};

}  // namespace

SamplerEntry cmaes_sampler() {
  return {
      "cmaes",
      "covariance matrix adaptation: a normal distribution that moves towards good points; for floats that interact",
      "Hansen 2016; Hamano et al. 2022",
      describe<CmaesOptions>(kOptions),
      true,
      [](const Options& given) -> std::unique_ptr<Sampler> {
        return std::make_unique<CmaesSampler>(read_options<CmaesOptions>(given, kOptions, "sampler cmaes"));
      }};
}

}  // namespace crescendo
