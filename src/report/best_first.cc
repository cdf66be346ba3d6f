#include "report/best_first.h"

#include <algorithm>

namespace crescendo {

std::vector<int> best_first(const History& history) {
  std::vector<int> order;
  if (const auto winner = best(history)) order = winner->trials;
  const std::vector<int> first = order;
  for (int rung = history.study().top(); rung >= 0; --rung) {
    for (const int number : history.ranked(rung)) {
      if (std::find(first.begin(), first.end(), number) == first.end()) order.push_back(number);
    }
  }
  return order;
}

}  // namespace crescendo
