#pragma once

#include "train/kernels/square_root.h"
#include "train/network.h"

namespace crescendo {
namespace {

/// What an Update says, worked out before the loops over the weights. squares: second moments, for Adam alone.
template <Optimiser kOptimiser>
struct UpdateRule;

template <>
struct UpdateRule<Optimiser::kSgd> {
  explicit UpdateRule(const Update& update) : u(update) {}

  template <class Number>
  ALWAYS_INLINE Number next(Number w, Number& m, Number&, Number gradient) const {
    m = u.momentum * m + gradient;
    return w - u.learning_rate * m;
  }

  static constexpr bool kSquares = false;
  const Update u;  // its own, which no store through a float pointer can change
};

template <>
struct UpdateRule<Optimiser::kAdam> {
  explicit UpdateRule(const Update& update)
      : u(update), rate(u.learning_rate / unbias(u.momentum)), square_share(1.0f / unbias(u.decay2)) {}

  /// 1 - decay^count: the moments start at zero.
  float unbias(float decay) const {
    return static_cast<float>(1.0 - __builtin_pow(static_cast<double>(decay), static_cast<double>(u.count)));
  }

  template <class Number>
  ALWAYS_INLINE Number next(Number w, Number& m, Number& v, Number gradient) const {
    m = u.momentum * m + (1.0f - u.momentum) * gradient;
    v = u.decay2 * v + (1.0f - u.decay2) * gradient * gradient;
    return w - rate * m / (square_root(v * square_share) + u.epsilon);
  }

  static constexpr bool kSquares = true;
  const Update u;
  float rate, square_share;
};

/// One vector, at an offset, of the step that `Update` promises. sign(0) is 0, so padding stays zero. squares may be
/// null where the rule has none.
template <class Rule>
ALWAYS_INLINE void update_vector(float* weights, float* momenta, float* squares, std::size_t at, Vec gradient,
                                 const Rule& rule, bool decays) {
  const Vec w = load(weights + at);
  if (decays) {
    // A comparison is -1 where true: (w < 0) - (w > 0) is the sign.
    const Vec sign = __builtin_convertvector((w < 0.0f) - (w > 0.0f), Vec);
    gradient += rule.u.l2 * w + rule.u.l1 * sign;
  }
  Vec m = load(momenta + at);
  Vec v{};
  if constexpr (Rule::kSquares) v = load(squares + at);
  store(weights + at, rule.next(w, m, v, gradient));
  store(momenta + at, m);
  if constexpr (Rule::kSquares) store(squares + at, v);
}

/// The same for one value without decay.
template <class Rule>
ALWAYS_INLINE void update_value(float* weights, float* momenta, float* squares, std::size_t at, float gradient,
                                const Rule& rule) {
  float v = 0;
  if constexpr (Rule::kSquares) v = squares[at];
  weights[at] = rule.next(weights[at], momenta[at], v, gradient);
  if constexpr (Rule::kSquares) squares[at] = v;
}

ALWAYS_INLINE bool has_decay(const Update& u) { return u.l1 != 0.0f || u.l2 != 0.0f; }

/// Calls with the rule of the update: run(UpdateRule<Optimiser::kSgd>) or run(UpdateRule<Optimiser::kAdam>).
template <class Run>
ALWAYS_INLINE void with_rule(const Update& u, Run run) {
  if (u.optimiser == Optimiser::kAdam) {
    run(UpdateRule<Optimiser::kAdam>(u));
  } else {
    run(UpdateRule<Optimiser::kSgd>(u));
  }
}

void update(std::size_t count, float* weights, float* momenta, float* squares, const float* gradient, float factor,
            const Update& u) {
  const bool decays = has_decay(u);
  with_rule(u, [&](const auto& rule) {
    for (std::size_t i = 0; i < count; i += kLanes) {
      // Pinned: a product that became part of an FMA would change the last digits of steps whose factor is 1.
      update_vector(weights, momenta, squares, i, pinned(load(gradient + i) * factor), rule, decays);
    }
  });
}

/// In double precision: the gradients that clipping is there for may have squares beyond a float's range.
double sum_of_squares(std::size_t count, const float* values) {
  double sums[kLanes] = {};
  for (std::size_t i = 0; i < count; i += kLanes) {
    UNROLL_FOR(lane, kLanes) {
      const auto value = static_cast<double>(values[i + lane]);
      sums[lane] += value * value;
    }
  }
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace
}  // namespace crescendo
