#include "study/course.h"

#include <algorithm>
#include <utility>

namespace crescendo {
namespace {

std::vector<BestSoFar> in_order_of_ends(const History& history, int lowest, int highest) {
  std::vector<BestSoFar> ended;
  for (int rung = lowest; rung <= highest; ++rung) {
    for (const int number : history.full(rung)) {
      const Trial& trial = history.trial(number);
      // A trial that another program was given may run on while the study's time stands still.
      const double latest = std::max(trial.elapsed_seconds, history.elapsed_seconds());
      ended.push_back({std::min(trial.elapsed_seconds + trial.seconds, latest), number});
    }
  }
  std::sort(ended.begin(), ended.end(), [](const BestSoFar& a, const BestSoFar& b) {
    return std::pair(a.seconds, a.trial) < std::pair(b.seconds, b.trial);
  });
  return ended;
}

std::vector<BestSoFar> records(const History& history, int lowest, int highest) {
  std::vector<BestSoFar> course;
  for (const BestSoFar& next : in_order_of_ends(history, lowest, highest)) {
    if (!course.empty()) {
      const Trial &trial = history.trial(next.trial), &best = history.trial(course.back().trial);
      if (trial.rung < best.rung || (trial.rung == best.rung && !better(trial, best))) continue;
    }
    course.push_back(next);
  }
  return course;
}

}  // namespace

std::vector<BestSoFar> course_at(const History& history, int rung) { return records(history, rung, rung); }

std::vector<BestSoFar> course(const History& history) { return records(history, 0, history.study().top()); }

}  // namespace crescendo
