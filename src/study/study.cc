#include "crescendo/study.h"

#include <algorithm>

namespace crescendo {

Box Study::rung_box(int rung) const {
  Box box = whole(space);
  for (const auto& [parameter, limits] : ladder[static_cast<std::size_t>(rung)].limits) {
    Box::Side& side = box.sides[*space.find(parameter)];
    side.low = std::max(side.low, limits.first);
    side.high = std::min(side.high, limits.second);
  }
  return box;
}

double Study::cumulative_share(int rung) const {
  if (rung >= top()) return 1;
  double below = 0, all = 0;
  for (int r = 0; r <= top(); ++r) {
    const double share = ladder[static_cast<std::size_t>(r)].share;
    all += share;
    if (r <= rung) below += share;
  }
  return below / all;
}

}  // namespace crescendo
