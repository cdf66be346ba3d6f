#include "schedule/finals.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace crescendo {
namespace {

struct Finals {
  int missing = 0;                        // repetitions not yet claimed
  std::optional<Promote> next;            // the one to do now: the leader with the fewest, the best of those
  double seconds_each = 0;                // mean time of the leaders' first executions
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
    if (repeats < fewest) {
      fewest = repeats;
      finals.next = Promote{leader.trial, top, Tag{}};
      finals.next->tag.repeat = repeats + 1;
    }
  }
  finals.first_executions_running = history.first_executions_running(top) > 0;
  return finals;
}

int all_running(const History& history) {
  int running = 0;
  for (int rung = 0; rung <= history.study().top(); ++rung) running += history.running(rung);
  return running;
}

bool time_for_repeats(const History& history, const Finals& finals, const Allowance& allowance, int missing) {
  if (std::isinf(allowance.end)) return false;
  const double left = allowance.end - history.elapsed_seconds();
  const double workers = 1 + all_running(history);
  // Rounds of one trial a worker; never more than half of what the rung had, whatever the trials took.
  const double needed = std::ceil(missing / workers) * finals.seconds_each;
  return left <= std::min((finals.begun ? 2 : 1) * needed, (allowance.end - allowance.begin) / 2);
}

}  // namespace

Step finals_step(const History& history, const FinalsOptions& options, const Allowance& allowance,
                 const std::function<Step()>& otherwise) {
  if (options.repeats == 0) return otherwise();
  const Study& study = history.study();
  const int top = study.top();
  const Finals finals = survey(history, options);
  // Fewer points than there may be finalists so far: their repetitions are still to be kept room for.
  const int known = static_cast<int>(leaders(history, top, options.finalists).size());
  const int missing = finals.missing + (options.finalists - known) * options.repeats;
  bool due = time_for_repeats(history, finals, allowance, missing);
  if (study.budget.trials) {
    const int at_least = std::max(3, static_cast<int>(std::ceil(0.4 * allowance.trials)));
    due |= history.first_executions(top) >= at_least && trials_left(history, top, allowance) <= missing;
  }
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
