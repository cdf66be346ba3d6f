#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "sampler/best_elsewhere.h"
#include "sampler/observations.h"
#include "sampler/repair.h"
#include "sampler/samplers.h"
#include "sampler/slots.h"
#include "sampler/unit_cube.h"

namespace crescendo {
namespace {

struct DifferentialOptions {
  int population = 10;
  double factor = 0.5;
  double crossover = 0.5;
  int tournament = 2;
};

constexpr Option<DifferentialOptions> kOptions[] = {
    {"population", &DifferentialOptions::population, 4, 10'000, "individuals; trials compete with them in turn"},
    {"factor", &DifferentialOptions::factor, 0, 2, "F: how much of the difference of two parents is added to a third"},
    {"crossover", &DifferentialOptions::crossover, 0, 1, "Cr: probability of each value to come from the mutant"},
    {"tournament", &DifferentialOptions::tournament, 1, 1000, "parents drawn to be added to, of which the best is"},
};

constexpr std::size_t kParents = 3;
constexpr int kTries = 16;  // children that were tried before, until a random point is taken

/// Differential evolution, rand/1/bin: a parent plus a part of the difference of two others, crossed with the
/// individual that the trial competes with and replaces if it is not worse.
///
/// Source: Storn, Price 1997; Awad, Mallik, Hutter 2021 (DEHB), whose constants, boundary rule (a coordinate outside is
/// drawn again) and immediate replacement these are.
/// Differs: an individual's coordinates are drawn anew within what its values own, since a history keeps values (DEHB
/// keeps vectors); a rung's parents are its own individuals and the best third of those one rung below (DEHB: those
/// alone); points that were promoted compete like all others.
/// Parallel: a slot is a place in the order of claims, so workers breed for different slots, from what has ended.
/// Other rungs, other studies: the first population is the best of what was tried elsewhere, nearest rungs first, and
/// they are parents until it is complete. Where all of it is of other studies, half of the first population is drawn at
/// random, because a population that lies in one wrong place never leaves it. Failed trials are no individuals.
/// Constraints: children that break one are bred again, then made more like the individual. Conditional parameters:
/// what a parent lacks is drawn. Cost: O(trials) a proposal, 10 us at 1,000.
class DifferentialSampler : public Sampler {
 public:
  explicit DifferentialSampler(DifferentialOptions options) : options_(options), uniform_(random_sampler().make({})) {}

  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    const Space& space = history.study().space;
    const Slots slots(history, rung_proposed_for(history, number), options_.population);
    const std::size_t place = slots.place(number);
    const auto earlier = best_elsewhere(history, number, population());
    const bool foreign = knows_other_studies_only(history, number);
    if (place < (foreign ? population() / 2 : population())) {
      if (const Point* next = next_of(earlier, history, box, number, place)) return *next;
    }
    if (foreign && place < population()) return uniform_->propose(history, box, number, rng);
    const std::vector<int> own = slots.best(number);
    const std::vector<const Point*> parents = choose_parents(history, number, own, earlier);
    if (parents.size() > kParents &&
        rng.uniform() * static_cast<double>(population()) < static_cast<double>(parents.size())) {
      const int holder = own[slots.slot(place)];
      const Point& target = holder >= 0 ? *history.trial(holder).point : *parents[rng.below(parents.size())];
      const UnitCube cube(space, box);
      for (int tried = 0; tried < kTries; ++tried) {
        const Point point = allowed_child(cube, space, box, target, parents, rng);
        if (space.allowed(point.values) && !is_known(history, number, point)) return point;
      }
    }
    return uniform_->propose(history, box, number, rng);
  }

 private:
  std::size_t population() const { return static_cast<std::size_t>(options_.population); }

  static bool knows_other_studies_only(const History& history, int number) {
    if (!history.study().lessons) return false;
    const int own = rung_proposed_for(history, number);
    for (int rung = 0; rung <= history.study().top(); ++rung) {
      if (rung != own && !history.ranked(rung).empty()) return false;
    }
    return true;
  }

  static std::vector<int> best_first(const History& history, std::vector<int> holders) {
    std::erase(holders, -1);
    std::sort(holders.begin(), holders.end(), [&](int a, int b) { return better(history.trial(a), history.trial(b)); });
    return holders;
  }

  std::vector<const Point*> choose_parents(const History& history, int number, const std::vector<int>& own,
                                           const std::vector<const Point*>& earlier) const {
    std::vector<const Point*> parents;
    const auto add = [&](const Point* point) {
      if (std::none_of(parents.begin(), parents.end(), [&](auto* p) { return *p == *point; })) parents.push_back(point);
    };
    for (const int holder : best_first(history, own)) {
      add(&*history.trial(holder).point);
    }
    const int rung = rung_proposed_for(history, number);
    if (rung > 0 && !learns_alone(history, number)) {
      std::vector<int> below = Slots(history, rung - 1, options_.population).best(number);
      std::erase(below, -1);
      std::sort(below.begin(), below.end(), [&](int a, int b) { return better(history.trial(a), history.trial(b)); });
      below.resize(std::min(below.size(), (population() + 2) / 3));
      for (const int holder : below) add(&*history.trial(holder).point);
    }
    for (const Point* point : earlier) {
      if (parents.size() >= population()) break;
      add(point);
    }
    return parents;
  }

  // One of a few children; where constraints forbid them all, the last one, made more like the target.
  Point allowed_child(const UnitCube& cube, const Space& space, const Box& box, const Point& target,
                      const std::vector<const Point*>& parents, Rng& rng) const {
    for (int tried = 1;; ++tried) {
      const Point point = child(cube, target, parents, rng);
      if (space.allowed(point.values)) return point;
      if (tried == kTries) return repaired(space, box, point, target, rng);
    }
  }

  Point child(const UnitCube& cube, const Point& target, std::vector<const Point*> parents, Rng& rng) const {
    std::erase_if(parents, [&](const Point* parent) { return *parent == target; });
    std::size_t first = rng.below(parents.size());
    for (int round = 1; round < options_.tournament; ++round) first = std::min(first, rng.below(parents.size()));
    std::swap(parents[0], parents[first]);
    for (std::size_t i = 1; i < kParents; ++i) std::swap(parents[i], parents[i + rng.below(parents.size() - i)]);
    const std::size_t always = rng.below(cube.size());
    return cube.point([&](std::size_t i) {
      const double kept = target.values[i];
      const bool crossed = rng.uniform() < options_.crossover || i == always;
      if (!crossed && !std::isnan(kept) && cube.in_box(i, kept)) return kept;
      const auto at = [&](std::size_t parent) { return cube.draw_in_cell(i, parents[parent]->values[i], rng); };
      const double base = at(0), difference = at(1) - at(2);
      const double unit = base + options_.factor * difference;
      return cube.in_range(i, unit) ? cube.value(i, unit) : cube.draw_value(i, rng);
    });
  }

  DifferentialOptions options_;
  std::unique_ptr<Sampler> uniform_;
};

}  // namespace

SamplerEntry differential_sampler() {
  return {"differential",
          "differential evolution: adds differences of good points to others; for many cheap trials, or as in DEHB",
          "Storn and Price 1997; Awad et al. 2021",
          describe<DifferentialOptions>(kOptions),
          true,
          [](const Options& given) -> std::unique_ptr<Sampler> {
            return std::make_unique<DifferentialSampler>(
                read_options<DifferentialOptions>(given, kOptions, "sampler differential"));
          }};
}

}  // namespace crescendo
