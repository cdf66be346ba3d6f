#include "schedule/budget.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crescendo {

Share ladder_share(const Study& study, int rung) {
  return {rung == 0 ? 0 : study.cumulative_share(rung - 1), study.cumulative_share(rung)};
}

int quota(const Study& study, Share share) {
  if (!study.budget.trials) return std::numeric_limits<int>::max();
  const auto up_to = [&](double part) { return static_cast<int>(std::lround(*study.budget.trials * part)); };
  return up_to(share.to) - up_to(share.from);
}

int trials_left(const History& history, int rung, Share share) {
  const Budget& budget = history.study().budget;
  if (budget.seconds && history.elapsed_seconds() >= *budget.seconds * share.to) return 0;
  return std::max(0, quota(history.study(), share) - static_cast<int>(history.at_rung(rung).size()));
}

}  // namespace crescendo
