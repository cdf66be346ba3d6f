#include "numeric/descent.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace crescendo {
namespace {

constexpr std::size_t kMemory = 8;  // steps that tell of the curvature
constexpr int kMostCuts = 20;       // of a step
constexpr double kEnough = 1e-4;    // of the gain that the slope promises

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// What the last steps tell of the curvature.
class Curvature {
 public:
  explicit Curvature(std::size_t width) {
    for (Pair& pair : pairs_) pair = {std::vector<double>(width), std::vector<double>(width), 0};
  }

  bool empty() const { return count_ == 0; }
  void forget() { count_ = 0; }

  void learn(std::span<const double> from, std::span<const double> to, std::span<const double> slope_from,
             std::span<const double> slope_to) {
    Pair& pair = pairs_[next_ % kMemory];
    for (std::size_t i = 0; i < from.size(); ++i) {
      pair.step[i] = to[i] - from[i];
      pair.change[i] = slope_to[i] - slope_from[i];
    }
    const double bend = dot(pair.step, pair.change);
    if (!(bend > 1e-12 * dot(pair.change, pair.change))) return;
    pair.inverse = 1 / bend;
    ++next_;
    count_ = std::min(count_ + 1, kMemory);
  }

  /// slope -> inverse curvature * slope.
  void apply(std::span<double> slope) const {
    std::array<double, kMemory> share;
    for (std::size_t k = 0; k < count_; ++k) {
      const Pair& pair = pairs_[(next_ - 1 - k) % kMemory];
      share[k] = pair.inverse * dot(pair.step, slope);
      for (std::size_t i = 0; i < slope.size(); ++i) slope[i] -= share[k] * pair.change[i];
    }
    const Pair& last = pairs_[(next_ - 1) % kMemory];
    const double scale = 1 / (last.inverse * dot(last.change, last.change));
    for (double& value : slope) value *= scale;
    for (std::size_t k = count_; k-- > 0;) {
      const Pair& pair = pairs_[(next_ - 1 - k) % kMemory];
      const double rest = share[k] - pair.inverse * dot(pair.change, slope);
      for (std::size_t i = 0; i < slope.size(); ++i) slope[i] += rest * pair.step[i];
    }
  }

 private:
  struct Pair {
    std::vector<double> step, change;
    double inverse;  // of their product
  };
  std::array<Pair, kMemory> pairs_;
  std::size_t next_ = 0, count_ = 0;
};

class Descent {
 public:
  Descent(const Slope& function, std::span<const double> low, std::span<const double> high, std::span<double> at,
          const DescentOptions& options)
      : function_(function),
        low_(low),
        high_(high),
        at_(at),
        options_(options),
        slope_(at.size()),
        way_(at.size()),
        next_(at.size()),
        next_slope_(at.size()),
        curvature_(at.size()) {}

  double run() {
    value_ = function_(at_, slope_);
    for (int step = 0; step < options_.steps && std::isfinite(value_); ++step) {
      if (!choose_way()) break;
      const double before = value_;
      if (!walk()) {
        if (curvature_.empty()) break;
        curvature_.forget();
        continue;
      }
      if (before - value_ < options_.least_gain * (1 + std::abs(value_))) break;
    }
    return value_;
  }

 private:
  bool held(std::size_t i) const {
    return (at_[i] <= low_[i] && slope_[i] > 0) || (at_[i] >= high_[i] && slope_[i] < 0);
  }

  // False where it is flat.
  bool choose_way() {
    double steepest = 0;
    for (std::size_t i = 0; i < way_.size(); ++i) {
      way_[i] = held(i) ? 0 : slope_[i];
      steepest = std::max(steepest, std::abs(way_[i]));
    }
    if (steepest <= options_.least_slope) return false;
    if (!curvature_.empty()) {
      curvature_.apply(way_);
      for (std::size_t i = 0; i < way_.size(); ++i) way_[i] = held(i) ? 0 : -way_[i];
      if (dot(way_, slope_) < 0) return true;
      curvature_.forget();
    }
    for (std::size_t i = 0; i < way_.size(); ++i) {
      way_[i] = held(i) ? 0 : -slope_[i] / steepest * options_.first_step;
    }
    return true;
  }

  // False where no cut of the step gains enough.
  bool walk() {
    double length = 1;
    for (int cut = 0; cut < kMostCuts; ++cut) {
      double promised = 0;
      for (std::size_t i = 0; i < next_.size(); ++i) {
        next_[i] = std::clamp(at_[i] + length * way_[i], low_[i], high_[i]);
        promised += slope_[i] * (next_[i] - at_[i]);
      }
      const double value = function_(next_, next_slope_);
      if (value <= value_ + kEnough * promised && promised < 0) {
        curvature_.learn(at_, next_, slope_, next_slope_);
        std::copy(next_.begin(), next_.end(), at_.begin());
        slope_.swap(next_slope_);
        value_ = value;
        return true;
      }
      // The minimum of the parabola through both values and the slope, if there is one in between.
      const double parabola = -promised / (2 * (value - value_ - promised));
      length *= std::isfinite(parabola) ? std::clamp(parabola, 0.1, 0.5) : 0.5;
    }
    return false;
  }

  const Slope& function_;
  std::span<const double> low_, high_;
  std::span<double> at_;
  const DescentOptions& options_;
  double value_ = 0;
  std::vector<double> slope_, way_, next_, next_slope_;
  Curvature curvature_;
};

}  // namespace

double descend(const Slope& function, std::span<const double> low, std::span<const double> high, std::span<double> at,
               const DescentOptions& options) {
  return Descent(function, low, high, at, options).run();
}

}  // namespace crescendo
