#include "store/elapsed.h"

#include <algorithm>

namespace crescendo {

double elapsed_seconds(std::vector<std::pair<double, double>> sessions) {
  std::sort(sessions.begin(), sessions.end());
  double total = 0, covered = 0;
  for (const auto& [begin, end] : sessions) {
    const double from = total == 0 && covered == 0 ? begin : std::max(begin, covered);
    if (end > from) total += end - from;
    covered = std::max(covered, end);
  }
  return total;
}

}  // namespace crescendo
