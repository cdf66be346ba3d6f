#include "sampler/tpe_split.h"

#include <algorithm>
#include <cmath>

namespace crescendo {

int GoodShare::count(int n) const {
  const double size = of_root ? std::sqrt(static_cast<double>(n)) : static_cast<double>(n);
  return std::min(most, static_cast<int>(std::ceil(gamma * size)));
}

RungWeights::RungWeights(const std::map<int, int>& finished, int enough) {
  const auto first = [&](int least) {
    return std::find_if(finished.begin(), finished.end(), [&](const auto& entry) { return entry.second >= least; });
  };
  auto nearest = first(std::max(1, enough));
  if (nearest == finished.end()) nearest = first(1);
  if (nearest == finished.end()) return;
  full_until_ = nearest->first;
  if (full_until_ == 0 && nearest->second > enough) fading_ = static_cast<double>(enough) / nearest->second;
}

double RungWeights::operator()(int distance) const {
  if (distance <= full_until_) return 1;
  return std::ldexp(full_until_ == 0 ? fading_ : 1, full_until_ - distance);
}

void SplitTrials::add(const Observation& o) {
  RungTrials& rung = rungs_[{o.rungs_away, o.source, -o.rung}];
  if (o.standing == Standing::kFinished) rung.finished.insert({o.loss, o.tie, o.row});
  if (o.standing != Standing::kPending) ++rung.ended;
}

void SplitTrials::remove(const Observation& o) {
  RungTrials& rung = rungs_[{o.rungs_away, o.source, -o.rung}];
  if (o.standing == Standing::kFinished) rung.finished.erase({o.loss, o.tie, o.row});
  if (o.standing != Standing::kPending) --rung.ended;
}

int SplitTrials::finished() const {
  std::size_t count = 0;
  for (const auto& [where, rung] : rungs_) count += rung.finished.size();
  return static_cast<int>(count);
}

std::vector<int> SplitTrials::good(const GoodShare& share) const {
  std::vector<int> good;
  for (const auto& [where, rung] : rungs_) {
    const int left = share.most - static_cast<int>(good.size());
    const int count = std::min({share.count(rung.ended), static_cast<int>(rung.finished.size()), left});
    auto best = rung.finished.begin();
    for (int i = 0; i < count; ++i) good.push_back(std::get<2>(*best++));
  }
  std::sort(good.begin(), good.end());
  return good;
}

RungWeights SplitTrials::weights(int enough) const {
  std::map<int, int> finished;
  for (const auto& [where, rung] : rungs_) finished[std::get<0>(where)] += static_cast<int>(rung.finished.size());
  return {finished, enough};
}

}  // namespace crescendo
