#include "sampler/tpe_split.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace crescendo {
namespace {

struct RungTrials {
  std::vector<const Observation*> finished;
  int ended = 0;
};

// The weight of a trial by its distance.
class RungWeights {
 public:
  RungWeights(const std::vector<Observation>& seen, int enough) {
    std::map<int, int> finished;  // by distance
    for (const Observation& o : seen) finished[o.rungs_away] += o.standing == Standing::kFinished;
    const auto first = [&](int least) {
      return std::find_if(finished.begin(), finished.end(), [&](const auto& entry) { return entry.second >= least; });
    };
    auto nearest = first(std::max(1, enough));
    if (nearest == finished.end()) nearest = first(1);
    if (nearest == finished.end()) return;
    full_until_ = nearest->first;
    if (full_until_ == 0 && nearest->second > enough) fading_ = static_cast<double>(enough) / nearest->second;
  }

  double operator()(int distance) const {
    if (distance <= full_until_) return 1;
    return std::ldexp(full_until_ == 0 ? fading_ : 1, full_until_ - distance);
  }

 private:
  int full_until_ = 0;
  double fading_ = 1;
};

bool better_observation(const Observation* a, const Observation* b) {
  return std::tie(a->loss, a->tie, a->row) < std::tie(b->loss, b->tie, b->row);
}

}  // namespace

int GoodShare::count(int n) const {
  const double size = of_root ? std::sqrt(static_cast<double>(n)) : static_cast<double>(n);
  return std::min(most, static_cast<int>(std::ceil(gamma * size)));
}

Split split(const std::vector<Observation>& seen, const GoodShare& share, int enough) {
  std::map<std::tuple<int, int, int>, RungTrials> rungs;  // by distance; of two as near the higher rung first
  for (const Observation& o : seen) {
    RungTrials& rung = rungs[{o.rungs_away, o.source, -o.rung}];
    if (o.standing == Standing::kFinished) rung.finished.push_back(&o);
    if (o.standing != Standing::kPending) ++rung.ended;
  }
  std::vector<int> good;  // rows
  for (auto& [where, rung] : rungs) {
    const int left = share.most - static_cast<int>(good.size());
    const int count = std::min({share.count(rung.ended), static_cast<int>(rung.finished.size()), left});
    std::partial_sort(rung.finished.begin(), rung.finished.begin() + count, rung.finished.end(), better_observation);
    for (int i = 0; i < count; ++i) good.push_back(rung.finished[static_cast<std::size_t>(i)]->row);
  }
  std::sort(good.begin(), good.end());

  const RungWeights weights(seen, enough);
  Split result;
  result.bad.reserve(seen.size());
  for (const Observation& o : seen) {
    const bool is_good = std::binary_search(good.begin(), good.end(), o.row);
    (is_good ? result.good : result.bad).push_back({o.row, weights(o.rungs_away)});
  }
  return result;
}

}  // namespace crescendo
