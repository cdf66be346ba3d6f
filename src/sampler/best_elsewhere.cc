#include "sampler/best_elsewhere.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

#include "sampler/generation.h"
#include "sampler/observations.h"
#include "sampler/repair.h"

namespace crescendo {
namespace {

// Observations whose losses compare, handed out best first.
class Ranking {
 public:
  Ranking(int rungs_away, int source, int rung) : key_(rungs_away, source, rung) {}

  void add(const Observation& lesson) { lessons_.push_back(lesson); }
  void begin() { std::make_heap(lessons_.begin(), lessons_.end(), worse); }

  auto key() const { return key_; }
  int rungs_away() const { return std::get<0>(key_); }

  template <class Wanted>
  const Point* next(const History& history, const Wanted& wanted) {
    const auto [rungs_away, source, rung] = key_;
    if (source != kOwnTrials && source != kOwnWarmTrials) {
      if (lessons_.empty()) return nullptr;
      std::pop_heap(lessons_.begin(), lessons_.end(), worse);
      const Point* point = lessons_.back().point;
      lessons_.pop_back();
      return point;
    }
    for (const auto ranked = history.ranked(rung); place_ < ranked.size();) {
      const Trial& trial = history.trial(ranked[place_++]);
      if ((trial.tag.warm == 1) == (source == kOwnWarmTrials) && wanted(trial)) return &*trial.point;
    }
    return nullptr;
  }

 private:
  static bool worse(const Observation& a, const Observation& b) {
    return std::tie(a.loss, a.tie, a.row) > std::tie(b.loss, b.tie, b.row);
  }

  std::tuple<int, int, int> key_;  // rungs away, source, rung
  std::vector<Observation> lessons_;
  std::size_t place_ = 0;
};

std::vector<Ranking> rankings(const History& history, int own_rung, bool alone) {
  std::vector<Ranking> found;
  for (int rung = alone ? own_rung : 0; rung <= (alone ? own_rung : history.study().top()); ++rung) {
    for (const int source : {kOwnWarmTrials, kOwnTrials}) found.emplace_back(std::abs(rung - own_rung), source, rung);
  }
  if (!alone) {
    for (const Observation& lesson : lessons_for(history.study(), own_rung)) {
      if (lesson.standing != Standing::kFinished) continue;
      const std::tuple key(lesson.rungs_away, lesson.source, lesson.rung);
      auto ranking = std::find_if(found.begin(), found.end(), [&](const Ranking& r) { return r.key() == key; });
      if (ranking == found.end()) {
        found.emplace_back(lesson.rungs_away, lesson.source, lesson.rung);
        ranking = found.end() - 1;
      }
      ranking->add(lesson);
    }
  }
  for (Ranking& ranking : found) ranking.begin();
  std::sort(found.begin(), found.end(), [](const Ranking& a, const Ranking& b) { return a.key() < b.key(); });
  return found;
}

}  // namespace

std::vector<const Point*> best_elsewhere(const History& history, int number, std::size_t count, int before) {
  const int own_rung = rung_proposed_for(history, number);
  const auto wanted = [&](const Trial& trial) {
    return trial.number != number && trial.number < before && trial.point && !std::isnan(trial.loss) &&
           !std::isnan(trial.tie) && (trial.rung != own_rung || !is_proposal(trial));
  };
  std::vector<Ranking> all = rankings(history, own_rung, learns_alone(history, number));
  std::vector<const Point*> points;
  for (std::size_t first = 0, end = 0; first < all.size(); first = end) {
    while (end < all.size() && all[end].rungs_away() == all[first].rungs_away()) ++end;
    for (bool more = true; more;) {
      more = false;
      for (std::size_t i = first; i < end; ++i) {
        if (points.size() == count) return points;
        const Point* point = all[i].next(history, wanted);
        if (!point) continue;
        more = true;
        if (std::none_of(points.begin(), points.end(), [&](auto* p) { return *p == *point; })) points.push_back(point);
      }
    }
  }
  return points;
}

const Point* next_of(const std::vector<const Point*>& earlier, const History& history, const Box& box, int number,
                     std::size_t place) {
  for (std::size_t i = 0; i < earlier.size(); ++i) {
    const Point* point = earlier[(place + i) % earlier.size()];
    if (!box.contains(*point) || !history.study().space.allowed(point->values)) continue;
    if (!is_known(history, number, *point)) return point;
  }
  return nullptr;
}

Point like_the_best(const History& history, const Box& box, int number, const Point& point, Rng& rng) {
  const Space& space = history.study().space;
  for (const int ranked : history.ranked(rung_proposed_for(history, number))) {
    const Trial& trial = history.trial(ranked);
    if (ranked != number && trial.point) return repaired(space, box, point, *trial.point, rng);
  }
  const auto elsewhere = best_elsewhere(history, number, 1);
  return elsewhere.empty() ? point : repaired(space, box, point, *elsewhere.front(), rng);
}

}  // namespace crescendo
