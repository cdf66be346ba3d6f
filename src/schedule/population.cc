#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "schedule/budget.h"
#include "schedule/perturbed.h"
#include "schedule/schedules.h"

namespace crescendo {
namespace {

struct PopulationOptions : PerturbOptions {
  int population = 0;
  double exploit = 0.2;
};

constexpr Option<PopulationOptions> kOptions[] = {
    {"population", &PopulationOptions::population, 0, 100'000,
     "members; 0: as many as the budget pays for, or ten where it counts nothing but time"},
    {"exploit", &PopulationOptions::exploit, 0, 0.5,
     "share of the members that is replaced at each rung, and share, the best, that they are replaced by"},
    {"perturb", &PopulationOptions::perturb, 0, 0.99, kPerturbHelp},
    {"resample", &PopulationOptions::resample, 0, 1, kResampleHelp},
};

constexpr int kUsualPopulation = 10;
constexpr std::uint64_t kReplacement = 3;  // key of the random stream; 1 and 2 are the trials' own
constexpr double kRounding = 1e-9;         // totals of fractions are not whole to the last bit

PopulationOptions read(const Options& given) {
  return read_options<PopulationOptions>(given, kOptions, "schedule population");
}

double fidelity_of(const Study& study, int rung, const std::string& name) {
  return study.ladder[static_cast<std::size_t>(rung)].fidelity.at(name);
}

bool decides_others(const Space& space, const Parameter& p) {
  const auto names = [&](const Condition& condition) { return condition.parameter == p.name; };
  return std::any_of(space.parameters().begin(), space.parameters().end(), [&](const Parameter& other) {
    return std::any_of(other.active_when.begin(), other.active_when.end(), names);
  });
}

// A given size that the budget cannot carry to the top would leave nothing that compares there.
void check_size(const Study& study, int members) {
  const auto rungs = static_cast<int>(study.ladder.size());
  const auto refuse = [&](const std::string& needs, const std::string& has, int most, const std::string& least) {
    const std::string fewer = most > 0 ? fmt::format("population = {} at most, or ", most) : "";
    bad_input(
        fmt::format("schedule population: {} members on {} rungs use {}, but the budget is {}; give {}{} at least",
                    members, rungs, needs, has, fewer, least));
  };
  if (study.budget.trials && std::int64_t{members} * rungs > *study.budget.trials) {
    refuse(fmt::format("{} trials", std::int64_t{members} * rungs), fmt::format("{}", *study.budget.trials),
           *study.budget.trials / rungs, fmt::format("{} trials", std::int64_t{members} * rungs));
  }
  for (const auto& [name, total] : study.budget.fidelity) {
    const double each = fidelity_of(study, study.top(), name);
    const std::string needs = fmt::format("{} = {}", name, members * each);
    if (members * each <= total * (1 + kRounding)) continue;
    refuse(needs, fmt::format("{} = {}", name, total), static_cast<int>(total / each * (1 + kRounding)), needs);
  }
}

void check_population_study(const Study& study) {
  if (study.top() == 0) {
    bad_input(
        "schedule population: its members go on from rung to rung, so the ladder needs two at least, as "
        "epochs=2,4,6,8");
  }
  for (int rung = 0; rung < study.top(); ++rung) {
    if (study.goes_on(rung, rung + 1)) continue;
    bad_input(fmt::format(
        "schedule population: its members go on from checkpoints, but from rung {} to rung {} trials of this study "
        "begin anew; give a ladder of epochs alone, as epochs=2,4,6,8, with --out, and to a program a study file with "
        "continues = true",
        rung + 1, rung + 2));
  }
  bool any = false;
  for (const Parameter& p : study.space.parameters()) {
    any |= p.perturb;
    if (!p.perturb || !decides_others(study.space, p)) continue;
    bad_input(fmt::format(
        "schedule population: parameter '{}' may not be perturbed, because it decides which others are active",
        p.name));
  }
  if (!any) {
    bad_input(
        "schedule population: no parameter may be perturbed; give perturb = true to those that a trial may have "
        "other values of when it goes on from a checkpoint, as a learning rate");
  }
  check_size(study, read(study.schedule.options).population);
}

bool can_go_on(const Trial& trial) { return trial.state == TrialState::kFinished && !trial.stopped_early; }

// Others would go on from where it ended, not from where it was best.
double last_loss(const Trial& trial) {
  const bool told = !trial.curve.empty() && !std::isnan(trial.curve.back());
  return told ? trial.curve.back() : trial.loss;
}

/// Those that began together: the trials of one bracket, a slot for each member.
struct Population {
  int first = -1;                       // its first trial
  std::vector<int> latest;              // [member] the highest trial of each
  std::vector<std::vector<int>> ended;  // [rung] trials, those that can be gone on from first, the best of them first
};

std::vector<Population> populations(const History& history) {
  std::vector<Population> found(history.brackets().size());
  for (Population& population : found) population.ended.resize(history.study().ladder.size());
  for (const Trial& trial : history.trials()) {
    if (trial.tag.bracket < 0 || trial.tag.slot < 0) continue;
    Population& population = found[static_cast<std::size_t>(trial.tag.bracket)];
    const auto member = static_cast<std::size_t>(trial.tag.slot);
    if (population.first < 0) population.first = trial.number;
    if (member >= population.latest.size()) population.latest.resize(member + 1, -1);
    population.latest[member] = trial.number;
    if (trial.state != TrialState::kRunning) {
      population.ended[static_cast<std::size_t>(trial.rung)].push_back(trial.number);
    }
  }
  const auto rank = [&](int number) {
    const Trial& trial = history.trial(number);
    return can_go_on(trial) ? std::tuple(0, last_loss(trial), trial.tie, number) : std::tuple(1, 0.0, 0.0, number);
  };
  for (Population& population : found) {
    for (auto& ended : population.ended) {
      std::sort(ended.begin(), ended.end(), [&](int a, int b) { return rank(a) < rank(b); });
    }
  }
  return found;
}

bool is_running(const History& history, const Population& population) {
  return std::any_of(population.latest.begin(), population.latest.end(),
                     [&](int number) { return history.trial(number).state == TrialState::kRunning; });
}

/// Population-based training: all members train side by side. At each rung the worst give up, and in place of each a
/// new point goes on from the checkpoint of one of the best: near its point in those parameters that may be perturbed,
/// the same in all others.
///
/// Source: Jaderberg, Dalibard, Osindero, Czarnecki, Donahue, Razavi, Vinyals, Green, Dunning, Simonyan, Fernando,
/// Kavukcuoglu 2017, "Population Based Training of Neural Networks": truncation selection of a fifth, factors 0.8 and
/// 1.2; the probability of a fresh draw beside them as Ray has it.
/// Differs: a factor is drawn between 0.8 and 1.2, so that where a point may fall is a box and those that replace
/// members by the same one differ. Members are compared when they end a rung, with those that have ended it so far,
/// each by its last report. No worker waits for the others: the lowest rung's members move first, the best of them
/// before the worst, so one worker compares whole generations.
/// A member that failed is replaced like the worst. When a population is through and budget is left, another begins;
/// beside it only where workers would wait. Whatever a later population does leaves the budget that those before it
/// need to bring all their members to the top, and a new member also what its own needs. Only when nothing runs and
/// none of those can move any more may their rest be used. There are no finals, as a repetition with one point would
/// not be the training that was found. Cost: O(trials log trials) a step.
class PopulationSchedule : public Schedule {
 public:
  explicit PopulationSchedule(const PopulationOptions& options) : options_(options) {}

  Step next(const History& history) const override {
    const std::vector<Population> all = populations(history);
    const bool runs = history.any_running();
    std::vector<const Population*> claimants;  // of the budget, before others: they have members on the way
    std::optional<Step> rest;                  // the first step that there is room for, though not beside the claimants
    bool lacks_budget = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::vector<Step> steps = steps_of(history, all[i], static_cast<int>(i));
      for (const Step& step : steps) {
        if (!fits(history, step)) continue;
        if (leaves_enough(history, claimants, &all[i], step)) return step;
        if (!rest) rest = step;
      }
      lacks_budget |= !steps.empty();
      if (!steps.empty() || is_running(history, all[i])) claimants.push_back(&all[i]);
    }
    if (!runs && rest) return *rest;
    const Step begin = newcomer(history, static_cast<int>(all.size()), 0);
    const bool may_begin =
        !runs || (has_fixed_size(history.study()) && leaves_enough(history, claimants, nullptr, begin));
    if (!lacks_budget && may_begin && fits(history, begin)) return begin;
    return runs ? Step(Wait{}) : Step(Finish{});
  }

  std::optional<bool> may_go_on_from(const History& history, int number) const override {
    const Trial& trial = history.trial(number);
    if (trial.tag.bracket < 0 || trial.rung == history.study().top()) return {};
    const auto& levels = history.brackets()[static_cast<std::size_t>(trial.tag.bracket)].levels;
    return levels[static_cast<std::size_t>(trial.rung) + 1].claimed < levels[0].claimed;
  }

 private:
  static int rung_of(const Step& step) {
    const auto* promote = std::get_if<Promote>(&step);
    return promote ? promote->rung : *std::get<Start>(step).rung;
  }

  static bool is_newcomer(const Step& step) {
    const auto* start = std::get_if<Start>(&step);
    return start && !start->parent;
  }

  static bool fits(const History& history, const Step& step) {
    const int rung = rung_of(step);
    return has_room(history, rung, is_newcomer(step) ? std::nullopt : std::optional(rung - 1));
  }

  // What a population would do next, whether or not the budget has room for it: the first of these for which there is.
  std::vector<Step> steps_of(const History& history, const Population& population, int number) const {
    std::vector<Step> steps;
    if (lacking(history, population) > 0) {
      steps.push_back(newcomer(history, number, static_cast<int>(population.latest.size())));
    }
    for (int rung = 0; rung < history.study().top(); ++rung) {
      if (auto step = step_from(history, population, rung)) steps.push_back(*std::move(step));
    }
    return steps;
  }

  // Members still to gather; none once one has moved.
  int lacking(const History& history, const Population& population) const {
    const bool gathers = std::all_of(population.latest.begin(), population.latest.end(),
                                     [&](int trial) { return history.trial(trial).rung == 0; });
    return gathers ? std::max(0, size_of(history, population.first) - static_cast<int>(population.latest.size())) : 0;
  }

  // Of the first member that has ended the rung and not moved, the best first.
  std::optional<Step> step_from(const History& history, const Population& population, int rung) const {
    const std::vector<int>& ended = population.ended[static_cast<std::size_t>(rung)];
    const std::size_t replaced = replaced_of(ended.size());
    const auto alive = static_cast<std::size_t>(
        std::count_if(ended.begin(), ended.end(), [&](int number) { return can_go_on(history.trial(number)); }));
    const std::size_t best = std::min(replaced, alive);
    for (std::size_t place = 0; place < ended.size(); ++place) {
      const Trial& trial = history.trial(ended[place]);
      if (population.latest[static_cast<std::size_t>(trial.tag.slot)] != trial.number) continue;
      if (place < alive && place + replaced < ended.size()) {
        return Promote{trial.number, rung + 1, moved(trial.tag, trial.tag.warm)};
      }
      if (best > 0) return replacement(history, trial, std::span(ended).first(best));
    }
    return {};
  }

  // As many of the worst as of the best, and different ones.
  std::size_t replaced_of(std::size_t ended) const {
    const auto share = static_cast<std::size_t>(std::ceil(options_.exploit * static_cast<double>(ended)));
    return std::min(share, ended / 2);
  }

  static Tag moved(const Tag& of, int warm) {
    Tag tag;
    tag.bracket = of.bracket;
    tag.slot = of.slot;
    tag.warm = warm;
    return tag;
  }

  Step newcomer(const History& history, int population, int member) const {
    Tag tag;
    tag.bracket = population;
    tag.slot = member;
    return Start{0, history.study().rung_box(0), tag};
  }

  Step replacement(const History& history, const Trial& member, std::span<const int> best) const {
    const Study& study = history.study();
    Rng rng(study.seed, {kReplacement, history.trials().size()});
    const Trial& parent = history.trial(best[rng.below(best.size())]);
    Start start{member.rung + 1, perturbed_box(study, member.rung + 1, parent, options_, rng), moved(member.tag, 1)};
    start.parent = parent.number;
    return start;
  }

  bool has_fixed_size(const Study& study) const {
    return options_.population > 0 || (!study.budget.trials && study.budget.fidelity.empty());
  }

  // `first`: the population's first trial.
  int size_of(const History& history, int first) const {
    const Study& study = history.study();
    if (has_fixed_size(study)) return options_.population > 0 ? options_.population : kUsualPopulation;
    double most = std::numeric_limits<double>::infinity();
    if (study.budget.trials) most = (*study.budget.trials - first) / static_cast<double>(study.ladder.size());
    for (const auto& [name, total] : study.budget.fidelity) {
      double left = total;
      for (const Trial& trial : history.trials().first(static_cast<std::size_t>(first))) {
        left -= study.used_by(trial, trial.parent ? &history.trial(*trial.parent) : nullptr, name);
      }
      most = std::min(most, left / fidelity_of(study, study.top(), name) + 1e-9);
    }
    return std::max(1, static_cast<int>(most));
  }

  // Whether, after a step of population `own` (null: a new one), all members of those before it can come to the top,
  // those still to gather too; and where the step begins a member, all that `own` has as well.
  bool leaves_enough(const History& history, std::span<const Population* const> before, const Population* own,
                     const Step& step) const {
    const Study& study = history.study();
    // of_rung: what a member has used when it has come there.
    const auto needed = [&](auto&& of_rung) {
      double sum = of_rung(rung_of(step)) - (is_newcomer(step) ? 0 : of_rung(rung_of(step) - 1));
      const auto add = [&](const Population& population) {
        for (const int number : population.latest) sum += of_rung(study.top()) - of_rung(history.trial(number).rung);
      };
      for (const Population* population : before) {
        add(*population);
        sum += lacking(history, *population) * of_rung(study.top());
      }
      if (own && is_newcomer(step)) add(*own);
      return sum;
    };
    const auto claimed = static_cast<double>(history.trials().size());
    if (study.budget.trials && claimed + needed([](int rung) { return rung + 1.0; }) > *study.budget.trials)
      return false;
    return std::all_of(study.budget.fidelity.begin(), study.budget.fidelity.end(), [&](const auto& budget) {
      const auto number = [&, &name = budget.first](int rung) { return fidelity_of(study, rung, name); };
      return history.used(budget.first) + needed(number) <= budget.second * (1 + kRounding);
    });
  }

  PopulationOptions options_;
};

}  // namespace

ScheduleEntry population_schedule() {
  return {"population",
          "population-based training: the worst go on from the best's checkpoints, with perturbed parameters",
          "Jaderberg et al. 2017",
          describe<PopulationOptions>(kOptions),
          [](const Options& given) -> std::unique_ptr<Schedule> {
            return std::make_unique<PopulationSchedule>(read(given));
          },
          check_population_study};
}

}  // namespace crescendo
