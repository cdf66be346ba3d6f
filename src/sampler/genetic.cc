#include <algorithm>
#include <cmath>
#include <memory>

#include "sampler/best_elsewhere.h"
#include "sampler/generation.h"
#include "sampler/observations.h"
#include "sampler/repair.h"
#include "sampler/row_space.h"
#include "sampler/samplers.h"

namespace crescendo {
namespace {

struct GeneticOptions {
  int population = 8;
  int tournament = 3;
  int elite = 8;
  double crossover = 0.9;
  double swap = 0.5;
  double mutation = 0;
  double spread = 0.2;
};

constexpr Option<GeneticOptions> kOptions[] = {
    {"population", &GeneticOptions::population, 2, 10'000, "trials that end before the next generation begins"},
    {"tournament", &GeneticOptions::tournament, 1, 1000, "parents drawn for each place, of which the best is taken"},
    {"elite", &GeneticOptions::elite, 0, 10'000, "best parents that stay parents beside their children"},
    {"crossover", &GeneticOptions::crossover, 0, 1, "probability that a child has two parents"},
    {"swap", &GeneticOptions::swap, 0, 1, "probability of each value to come from the second parent"},
    {"mutation", &GeneticOptions::mutation, 0, 1, "probability of each value to change; 0: one over their number"},
    {"spread", &GeneticOptions::spread, 0.001, 10, "deviation of a number's change, as a share of its whole range"},
};

constexpr int kTries = 16;  // children that were tried before, or draws outside the box, until a random one is taken

/// A genetic algorithm: tournaments choose parents, their values are mixed one by one, some are changed, and the best
/// parents stay.
///
/// Source: Hinz, Navarro-Guerrero, Magg, Wermter 2018, "Speeding up the Hyperparameter Optimization of Deep
/// Convolutional Neural Networks", in kind. Rates: as Optuna 5 has them for NSGA-II (crossover 0.9, swap 0.5, mutation
/// one over the number of parameters, the best of parents and children survive).
/// Differs: a population of 8 and tournaments of 3 (there 50 and 2), because a search of a CNN has a hundred trials; a
/// number is changed by a normal step instead of drawn again.
/// Parallel: extra workers draw further children of the same parents while a generation is open.
/// Other rungs: while a rung's own first generation is open, parents are the best of what else is known (other rungs,
/// nearest first; points promoted or given at this one; other studies), in the share of children that they are of a
/// population; the other children are random. Failed trials are never parents. Constraints: children that break one are
/// drawn again, then made more like their first parent. Conditional parameters: a value that neither parent has is
/// drawn. Cost: O(trials log trials).
class GeneticSampler : public Sampler {
 public:
  explicit GeneticSampler(GeneticOptions options) : options_(options), uniform_(random_sampler().make({})) {}

  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    const std::vector<const Point*> parents = choose_parents(history, number, rng);
    const Space& space = history.study().space;
    RowSpace rows(space, box);
    for (int tried = 0; tried < kTries && !parents.empty(); ++tried) {
      const Point point = allowed_child(rows, space, box, parents, rng);
      if (!space.allowed(point.values)) continue;
      if (!is_known(history, number, point)) return point;
    }
    return uniform_->propose(history, box, number, rng);
  }

  void stamp(const History& history, int rung, Tag& tag) const override {
    if (tag.generation < 0) tag.generation = current_generation(history, rung, options_.population);
  }

 private:
  // Best first; none where the child is to be random.
  std::vector<const Point*> choose_parents(const History& history, int number, Rng& rng) const {
    const bool there = static_cast<std::size_t>(number) < history.trials().size();
    const int rung = there ? history.trial(number).rung : history.study().top();
    const int tagged = there ? history.trial(number).tag.generation : -1;
    const Generations known = generations(history, rung, options_.population, number);
    const int generation = tagged >= 0 ? tagged : known.current;
    if (generation == 0) {
      auto seeds = best_elsewhere(history, number, static_cast<std::size_t>(options_.population));
      const double share = static_cast<double>(seeds.size()) / options_.population;
      if (rng.uniform() >= share) seeds.clear();
      return seeds;
    }
    return survivors(history, known.members, generation);
  }

  // The parents of a generation: the best of the one before and of its elite.
  std::vector<const Point*> survivors(const History& history, const std::vector<std::vector<int>>& members,
                                      int generation) const {
    std::vector<int> parents;
    for (int g = 0; g < std::min(generation, static_cast<int>(members.size())); ++g) {
      parents.resize(std::min(parents.size(), static_cast<std::size_t>(options_.elite)));
      for (const int member : members[static_cast<std::size_t>(g)]) {
        if (history.trial(member).state == TrialState::kFinished) parents.push_back(member);
      }
      std::sort(parents.begin(), parents.end(),
                [&](int a, int b) { return better(history.trial(a), history.trial(b)); });
      parents.resize(std::min(parents.size(), static_cast<std::size_t>(options_.population)));
    }
    std::vector<const Point*> points;
    for (const int parent : parents) points.push_back(&*history.trial(parent).point);
    return points;
  }

  // One of a few children; where constraints forbid them all, the last one, which takes values of its first parent
  // until they hold. They need not, where that parent breaks one or lies outside the box.
  Point allowed_child(RowSpace& rows, const Space& space, const Box& box, std::span<const Point* const> parents,
                      Rng& rng) const {
    for (int tried = 1;; ++tried) {
      const Point& first = *parents[winner(parents.size(), rng)];
      const Point point = child(rows, space, box, first, parents, rng);
      if (space.allowed(point.values)) return point;
      if (tried == kTries) return repaired(space, box, point, first, rng);
    }
  }

  Point child(RowSpace& rows, const Space& space, const Box& box, const Point& first,
              std::span<const Point* const> parents, Rng& rng) const {
    const std::size_t parameters = rows.width() - 1;
    std::vector<double> of_first(rows.width()), of_second(rows.width());
    rows.encode(first, 0, of_first);
    std::vector<double> row = of_first;
    const Point* second = &first;
    if (rng.uniform() < options_.crossover) {
      second = parents[winner(parents.size(), rng)];
      rows.encode(*second, 0, of_second);
      for (std::size_t i = 0; i < parameters; ++i) {
        const bool swapped = rng.uniform() < options_.swap;
        if (!rows.active(row, i) || (swapped && rows.active(of_second, i))) row[i] = of_second[i];
      }
    }
    rows.bring_inside(row, rng);
    mutate(rows, row, rng);
    const Point decoded = rows.decode(row);
    Point point = decoded;
    // What came from a parent is its very value: a coordinate of a log scale does not give it back to the last bit, and
    // a child that nothing changed would not be known again.
    for (std::size_t i = 0; i < parameters; ++i) {
      if (row[i] == of_first[i]) point.values[i] = first.values[i];
      if (second != &first && row[i] == of_second[i]) point.values[i] = second->values[i];
    }
    // A last bit may also be what puts it outside the box or switches a parameter on.
    return box.contains(point) && has_the_active(space, point) && space.allowed(point.values) ? point : decoded;
  }

  void mutate(RowSpace& rows, std::span<double> row, Rng& rng) const {
    const std::size_t parameters = rows.width() - 1;
    const double rate =
        options_.mutation > 0 ? options_.mutation : 1.0 / static_cast<double>(std::max<std::size_t>(1, parameters));
    for (std::size_t i = 0; i < parameters; ++i) {
      if (rng.uniform() < rate && rows.active(row, i)) rows.set(row, i, mutated(rows, i, row[i], rng), rng);
    }
  }

  // Parents stand best first, so the lowest place wins.
  std::size_t winner(std::size_t parents, Rng& rng) const {
    std::size_t place = rng.below(parents);
    for (int round = 1; round < options_.tournament; ++round) place = std::min(place, rng.below(parents));
    return place;
  }

  // Another value of the box: any other category, or a normal step.
  double mutated(const RowSpace& rows, std::size_t i, double value, Rng& rng) const {
    if (rows.count(i) == 1) return value;
    if (rows.is_categorical(i)) return other_place(rows, i, value, rng);
    const UnitRange range = rows.range(i);
    for (int tried = 0; tried < kTries; ++tried) {
      const double unit = value + options_.spread * rng.normal();
      if (unit < range.low || unit > range.high) continue;
      if (const double moved = rows.snap(i, unit); moved != value) return moved;
    }
    if (std::isinf(rows.count(i))) return range.low + rng.uniform() * (range.high - range.low);
    // The steps are wide beside the spread: one of them.
    const std::size_t here = rows.place(i, value), count = static_cast<std::size_t>(rows.count(i));
    const bool up = here == 0 || (here + 1 < count && rng.below(2) == 1);
    return rows.at(i, up ? here + 1 : here - 1);
  }

  static double other_place(const RowSpace& rows, std::size_t i, double value, Rng& rng) {
    const std::size_t here = rows.place(i, value);
    const std::size_t other = rng.below(static_cast<std::uint64_t>(rows.count(i)) - 1);
    return rows.at(i, other + (other >= here ? 1 : 0));
  }

  GeneticOptions options_;
  std::unique_ptr<Sampler> uniform_;
};

}  // namespace

SamplerEntry genetic_sampler() {
  return {"genetic",
          "tournaments, crossover and mutation; for many cheap trials, or as the paper's comparison",
          "Hinz et al. 2018",
          describe<GeneticOptions>(kOptions),
          true,
          [](const Options& given) -> std::unique_ptr<Sampler> {
            return std::make_unique<GeneticSampler>(read_options<GeneticOptions>(given, kOptions, "sampler genetic"));
          }};
}

}  // namespace crescendo
