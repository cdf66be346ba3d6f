#include "numeric/minimum_belief.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "numeric/normal.h"

namespace crescendo {
namespace {

// Of the largest variance. What is known of values that lie close together is singular to rounding.
constexpr double kLeastPivot = 1e-9;

// L of a covariance [n][n]; a value that those before it leave nothing of adds nothing of its own.
std::vector<double> cholesky(std::span<const double> covariance, std::size_t n) {
  std::vector<double> lower(n * n);
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, covariance[i * n + i]);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double left = covariance[i * n + j];
      for (std::size_t k = 0; k < j; ++k) left -= lower[i * n + k] * lower[j * n + k];
      if (i == j) {
        lower[i * n + i] = left > kLeastPivot * largest ? std::sqrt(left) : 0;
      } else {
        lower[i * n + j] = lower[j * n + j] > 0 ? left / lower[j * n + j] : 0;
      }
    }
  }
  return lower;
}

double entropy(std::span<const int> counts, double all) {
  double sum = 0;
  for (const int count : counts) {
    if (count > 0) sum -= count / all * std::log(count / all);
  }
  return sum;
}

std::array<double, MinimumBelief::kOutcomes> outcomes() {
  std::array<double, MinimumBelief::kOutcomes> found{};
  for (std::size_t k = 0; k < found.size(); ++k) {
    found[k] = normal_quantile((static_cast<double>(k) + 0.5) / static_cast<double>(found.size()));
  }
  return found;
}

}  // namespace

MinimumBelief::MinimumBelief(std::span<const double> mean, std::span<const double> covariance, int samples, Rng& rng)
    : values_(mean.size()),
      samples_(static_cast<std::size_t>(samples)),
      factor_(cholesky(covariance, values_)),
      standard_(samples_ * (values_ + 1)),
      sample_(samples_ * values_),
      by_factor_(values_),
      lowest_(kOutcomes * values_) {
  for (double& z : standard_) z = rng.normal();
  for (std::size_t s = 0; s < samples_; ++s) {
    const double* const z = standard_.data() + s * (values_ + 1);
    for (std::size_t i = 0; i < values_; ++i) {
      double value = mean[i];
      for (std::size_t k = 0; k <= i; ++k) value += factor_[i * values_ + k] * z[k];
      sample_[s * values_ + i] = value;
    }
  }
}

double MinimumBelief::information(std::span<const double> covariance, double variance) {
  const double deviation = std::sqrt(variance);
  // What is observed, in its deviations, is by_factor_ times what a sample was made of, and the rest something new.
  double rest = 1;
  for (std::size_t i = 0; i < values_; ++i) {
    double left = covariance[i] / deviation;
    for (std::size_t k = 0; k < i; ++k) left -= factor_[i * values_ + k] * by_factor_[k];
    by_factor_[i] = factor_[i * values_ + i] > 0 ? left / factor_[i * values_ + i] : 0;
    rest -= by_factor_[i] * by_factor_[i];
  }
  const double own = std::sqrt(std::max(rest, 0.0));
  static const auto kOutcomeAt = outcomes();
  std::fill(lowest_.begin(), lowest_.end(), 0);
  for (std::size_t s = 0; s < samples_; ++s) {
    const double* const z = standard_.data() + s * (values_ + 1);
    const double* const sample = sample_.data() + s * values_;
    double observed = own * z[values_];
    for (std::size_t i = 0; i < values_; ++i) observed += by_factor_[i] * z[i];
    for (std::size_t outcome = 0; outcome < kOutcomes; ++outcome) {
      const double moved = (kOutcomeAt[outcome] - observed) / deviation;
      std::size_t best = 0;
      double least = sample[0] + moved * covariance[0];
      for (std::size_t i = 1; i < values_; ++i) {
        const double value = sample[i] + moved * covariance[i];
        if (value < least) {
          least = value;
          best = i;
        }
      }
      ++lowest_[outcome * values_ + best];
    }
  }
  // The entropy before is that of all outcomes together, so that what tells nothing is worth nothing.
  std::vector<int> before(values_);
  double after = 0;
  for (std::size_t outcome = 0; outcome < kOutcomes; ++outcome) {
    const auto counts = std::span<const int>(lowest_).subspan(outcome * values_, values_);
    for (std::size_t i = 0; i < values_; ++i) before[i] += counts[i];
    after += entropy(counts, static_cast<double>(samples_)) / kOutcomes;
  }
  return std::max(0.0, entropy(before, static_cast<double>(samples_ * kOutcomes)) - after);
}

}  // namespace crescendo
