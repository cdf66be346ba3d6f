#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>

namespace crescendo {

/// A random stream: the same numbers on every machine and compiler for the same seed and key.
///
/// Source: xoshiro256++ (Blackman and Vigna 2019), seeded through splitmix64.
/// Streams with different keys are independent for every practical purpose; a trial's streams are
/// Rng(seed, {purpose, trial number, ...}).
class Rng {
 public:
  explicit Rng(std::uint64_t seed, std::initializer_list<std::uint64_t> key = {});

  std::uint64_t next();

  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  /// Uniform in 0..count-1, without bias; `count` >= 1.
  std::uint64_t below(std::uint64_t count);

  /// Standard normal (polar method, one value a call).
  double normal();

  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace crescendo
