#include "schedule/finals.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace crescendo {
namespace {

struct Finals {
  int missing = 0;              // repetitions not yet claimed
  std::optional<Promote> next;  // the one to do now: the leader with the fewest, the best of those
  double seconds_each = 0;      // mean time of the leaders' first executions
  double cpu_seconds_each = 0;
  bool begun = false;                     // a leader has been repeated
  bool first_executions_running = false;  // so the leaders may still change
};

Finals survey(const History& history, const FinalsOptions& options) {
  const int top = history.study().top();
  Finals finals;
  int fewest = options.repeats;
  const auto leading = leaders(history, top, options.finalists);
  for (const Finalist& leader : leading) {
    int repeats = 0;
    for (const int child : history.children(leader.trial)) {
      repeats += history.trial(child).tag.repeat > 0 && !history.trial(child).stopped_early;
    }
    finals.begun |= repeats > 0;
    finals.missing += std::max(0, options.repeats - repeats);
    finals.seconds_each += history.trial(leader.trial).seconds / static_cast<double>(leading.size());
    finals.cpu_seconds_each += history.trial(leader.trial).cpu_seconds / static_cast<double>(leading.size());
    if (repeats < fewest) {
      fewest = repeats;
      finals.next = Promote{leader.trial, top, Tag{}};
      finals.next->tag.repeat = repeats + 1;
      finals.next->tag.warm = history.trial(leader.trial).tag.warm;
    }
  }
  finals.first_executions_running = history.first_executions_running(top) > 0;
  return finals;
}

bool time_for_repeats(const History& history, const Finals& finals, const Allowance& allowance, int missing) {
  const double workers = 1 + all_running(history);
  const auto due = [&](double now, double begin, double end, double needed) {
    // Never more than half of what the rung had, whatever the trials took.
    return !std::isinf(end) && end - now <= std::min((finals.begun ? 2 : 1) * needed, (end - begin) / 2);
  };
  // Rounds of one trial a worker, which use no less CPU time for it.
  return due(history.elapsed_seconds(), allowance.begin, allowance.end,
             std::ceil(missing / workers) * finals.seconds_each) ||
         due(history.cpu_seconds(), allowance.cpu_begin, allowance.cpu_end, missing * finals.cpu_seconds_each);
}

}  // namespace

Step finals_step(const History& history, const FinalsOptions& options, const Allowance& allowance,
                 const std::function<Step()>& otherwise) {
  if (options.repeats == 0) return otherwise();
  const int top = history.study().top();
  const Finals finals = survey(history, options);
  // Fewer points than there may be finalists so far: their repetitions are still to be kept room for.
  const int known = static_cast<int>(leaders(history, top, options.finalists).size());
  const int missing = finals.missing + (options.finalists - known) * options.repeats;
  bool due = time_for_repeats(history, finals, allowance, missing);
  // Where trials are counted, by themselves or by a fidelity.
  const int left = trials_left(history, top, allowance);
  const double all = static_cast<double>(left) + static_cast<double>(history.at_rung(top).size());
  const double at_least = std::max(3.0, std::ceil(0.4 * all));
  due |= left <= missing && history.first_executions(top) >= at_least;
  if (!due || missing == 0) return otherwise();
  if (finals.first_executions_running) return Wait{};  // the leaders may still change
  return finals.next ? Step(*finals.next) : otherwise();
}

Step within_budget(const History& history, const FinalsOptions& options, const std::function<Step()>& otherwise) {
  // Not over while a trial runs: its worker may die, and another must be there to take it over.
  if (trials_left(history) == 0) return history.any_running() ? Step(Wait{}) : Step(Finish{});
  return finals_step(history, options, rest_for_top(history), otherwise);
}

}  // namespace crescendo
