#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "crescendo/history.h"

namespace crescendo {

/// A state that each generation's ended trials change in turn, of one history. It keeps the last few states, so that a
/// further generation, or a trial that ends late, costs only what it changes; the answer is that of a fresh fold.
template <class State>
class GenerationFold {
 public:
  /// `seeds`: what the start was made from, to be told from another one.
  void start_from(const std::vector<const Point*>& seeds, State start) {
    seeds_.clear();
    for (const Point* seed : seeds) seeds_.push_back(*seed);
    start_ = start;
    states_.assign(1, std::move(start));
    taken_.clear();
    first_ = 0;
  }

  bool starts_from(const std::vector<const Point*>& seeds) const {
    return start_ && std::equal(seeds_.begin(), seeds_.end(), seeds.begin(), seeds.end(),
                                [](const Point& a, const Point* b) { return a == *b; });
  }

  /// The state after the first `count` generations, or as many as there are, whose ended members these are.
  /// step(state, members) is the next state.
  template <class Step>
  const State& after(const std::vector<std::vector<int>>& ended, std::size_t count, const Step& step) {
    count = std::min(count, ended.size());
    std::size_t same = 0;
    while (same < count && same < taken_.size() && ended[same] == taken_[same]) ++same;
    if (same < first_) {
      states_.assign(1, *start_);
      first_ = same = 0;
    }
    states_.resize(same - first_ + 1, *start_);
    taken_.resize(same);
    for (std::size_t g = same; g < count; ++g) {
      states_.push_back(step(states_.back(), ended[g]));
      taken_.push_back(ended[g]);
      if (states_.size() <= kMost) continue;
      states_.pop_front();
      ++first_;
    }
    return states_.back();
  }

 private:
  static constexpr std::size_t kMost = 8;  // trials rarely end more than two generations late
  std::vector<Point> seeds_;
  std::optional<State> start_;
  std::vector<std::vector<int>> taken_;  // [generation] the ended members that were folded
  std::deque<State> states_;             // after the first first_, first_ + 1, ... generations
  std::size_t first_ = 0;
};

}  // namespace crescendo
