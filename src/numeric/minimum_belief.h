#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "crescendo/rng.h"

namespace crescendo {

/// What is believed of where the lowest of several values lies, where they are normal together, and how much an
/// observation would tell of it.
///
/// Source: the information gain of Entropy Search (Hennig, Schuler 2012) as FABOLAS uses it (Klein et al. 2017).
/// Differs: which value is the lowest is counted in samples of them all, where there expectation propagation
/// approximates it; a sample is moved to what would be believed after an outcome (Matheron's rule), so that every
/// question is asked of the same samples, and the difference of two answers is not their noise.
class MinimumBelief {
 public:
  /// covariance: [value][value], positive semidefinite to rounding. Draws `samples` times from `rng`. Cost: values^3.
  MinimumBelief(std::span<const double> mean, std::span<const double> covariance, int samples, Rng& rng);

  /// By how much an observation is expected to lower the entropy of which value is the lowest, in nats: 0 where it
  /// tells nothing of it, never less. `covariance`: of what is observed with each value; `variance`: its own, noise
  /// included. Cost: samples * values for each of kOutcomes outcomes.
  double information(std::span<const double> covariance, double variance);

  static constexpr int kOutcomes = 8;  // of one observation: the middles of as many equal parts of its distribution

 private:
  std::size_t values_, samples_;
  std::vector<double> factor_;     // [value][value], lower
  std::vector<double> standard_;   // [sample][value + 1]: what the samples were made of, and one more
  std::vector<double> sample_;     // [sample][value]
  std::vector<double> by_factor_;  // room to work in
  std::vector<int> lowest_;        // [outcome][value], of how many samples
};

}  // namespace crescendo
