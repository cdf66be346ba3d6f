#include "sampler/cma_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "numeric/normal.h"
#include "numeric/symmetric_eigen.h"

namespace crescendo {
namespace {

constexpr double kLargestSigma = 1;        // along the longest axis: the whole range is one deviation
constexpr double kSmallestStep = 1e-13;    // of a coordinate: the last digits of a double
constexpr double kFarOut = 8;              // deviations that no draw reaches
constexpr double kMostCondition = 1e14;    // Hansen 2016
constexpr double kUsualCategories = 0.73;  // probability of a point without a rare category (Hamano et al. 2024)

// Of the better half, log-decreasing; they add up to 1.
std::vector<double> recombination_weights(std::size_t population, std::size_t finished) {
  const std::size_t parents = std::min(finished, std::max<std::size_t>(1, population / 2));
  std::vector<double> weights(parents);
  for (std::size_t i = 0; i < parents; ++i) {
    weights[i] = std::log((static_cast<double>(population) + 1) / 2) - std::log(static_cast<double>(i) + 1);
    weights[i] = std::max(weights[i], 1e-3);
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

double effective_mass(std::span<const double> weights) {
  double squares = 0;
  for (const double weight : weights) squares += weight * weight;
  return 1 / squares;
}

double norm(std::span<const double> values) {
  return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

// Two-sided: the half-width within which a normal of deviation 1 lies with probability 1 - 2 * alpha.
double half_width(double alpha) { return -normal_quantile(std::clamp(alpha, 1e-12, 0.5)); }

}  // namespace

CmaModel::CmaModel(const CmaAxes& axes, std::vector<double> mean, std::vector<double> deviation,
                   std::vector<std::vector<double>> shares)
    : numbers_(mean.size()),
      mean_(std::move(mean)),
      widening_(numbers_, 1.0),
      covariance_(numbers_ * numbers_, 0.0),
      sigma_path_(numbers_, 0.0),
      covariance_path_(numbers_, 0.0),
      shares_(std::move(shares)) {
  for (std::size_t i = 0; i < numbers_; ++i) {
    // The step size is one number; what differs between the deviations is the covariance's.
    sigma_ = i == 0 ? deviation[i] : std::max(sigma_, deviation[i]);
  }
  for (std::size_t i = 0; i < numbers_; ++i) covariance_[i * numbers_ + i] = std::pow(deviation[i] / sigma_, 2);
  decompose();
  keep_margin(axes, 0.01);
}

double CmaModel::deviation(std::size_t i) const {
  return sigma_ * widening_[i] * std::sqrt(covariance_[i * numbers_ + i]);
}

double CmaModel::longest_axis() const {
  return lengths_.empty() ? 0 : sigma_ * *std::max_element(lengths_.begin(), lengths_.end());
}

bool CmaModel::has_converged(const CmaAxes& axes) const {
  bool moves = false, any = false;
  for (std::size_t i = 0; i < numbers_; ++i) {
    if (axes.rounded[i]) continue;
    any = true;
    moves |= deviation(i) > kSmallestStep;
  }
  if (any && !moves) return true;
  if (lengths_.empty()) return false;
  const auto [shortest, longest] = std::minmax_element(lengths_.begin(), lengths_.end());
  return *longest * *longest > kMostCondition * *shortest * *shortest;
}

void CmaModel::decompose() {
  SymmetricEigen eigen = symmetric_eigen(covariance_, numbers_);
  axes_ = std::move(eigen.vectors);
  lengths_ = std::move(eigen.values);
  for (double& length : lengths_) length = std::sqrt(std::max(length, 1e-30));
}

std::vector<double> CmaModel::draw(Rng& rng) const {
  std::vector<double> scaled(numbers_), made(mean_);
  for (std::size_t k = 0; k < numbers_; ++k) scaled[k] = lengths_[k] * rng.normal();
  for (std::size_t i = 0; i < numbers_; ++i) {
    double step = 0;
    for (std::size_t k = 0; k < numbers_; ++k) step += axes_[i * numbers_ + k] * scaled[k];
    made[i] += sigma_ * widening_[i] * step;
  }
  return made;
}

// From the mean, in units of sigma and the widening; cut where it is longer than points of the distribution are.
std::vector<double> CmaModel::step_to(const CmaAxes& axes, const CmaPoint& point, Rng& rng) const {
  std::vector<double> step(numbers_);
  for (std::size_t i = 0; i < numbers_; ++i) {
    UnitRange cell = point.numbers[i];
    double at = cell.low;
    if (axes.rounded[i] || cell.high > cell.low) {
      // The lowest and the highest value own what lies beyond them.
      const double spread = std::max(deviation(i), 1e-12);
      if (cell.low <= 0) cell.low = std::min(0.0, mean_[i] - kFarOut * spread);
      if (cell.high >= 1) cell.high = std::max(1.0, mean_[i] + kFarOut * spread);
      at = truncated_normal_quantile(mean_[i], spread, cell.low, cell.high, rng.uniform());
    }
    step[i] = (at - mean_[i]) / (sigma_ * widening_[i]);
  }
  double squares = 0;
  for (std::size_t k = 0; k < numbers_; ++k) {
    double along = 0;
    for (std::size_t i = 0; i < numbers_; ++i) along += axes_[i * numbers_ + k] * step[i];
    squares += std::pow(along / lengths_[k], 2);
  }
  const double n = static_cast<double>(numbers_), most = std::sqrt(n) + 2 * n / (n + 2), length = std::sqrt(squares);
  if (length > most) {
    for (double& value : step) value *= most / length;
  }
  return step;
}

void CmaModel::learn(const CmaAxes& axes, std::span<const CmaPoint> ranked, std::size_t population,
                     std::span<Rng> streams) {
  if (ranked.empty()) return;
  const std::vector<double> weights = recombination_weights(population, ranked.size());
  const double mass = effective_mass(weights);
  learn_shares(ranked, weights, mass);
  if (numbers_ == 0) return;
  std::vector<std::vector<double>> steps;
  for (std::size_t p = 0; p < weights.size(); ++p) steps.push_back(step_to(axes, ranked[p], streams[p]));
  adapt(axes, steps, weights, mass);
  decompose();
  sigma_ = std::min(sigma_, kLargestSigma * sigma_ / longest_axis());
  keep_margin(axes, 1 / (static_cast<double>(population) * static_cast<double>(numbers_ + shares_.size())));
}

void CmaModel::adapt(const CmaAxes& axes, const std::vector<std::vector<double>>& steps,
                     std::span<const double> weights, double mass) {
  const double n = static_cast<double>(numbers_);
  const double sigma_rate = (mass + 2) / (n + mass + 5);
  const double damping = 1 + 2 * std::max(0.0, std::sqrt((mass - 1) / (n + 1)) - 1) + sigma_rate;
  const double path_rate = (4 + mass / n) / (n + 4 + 2 * mass / n);
  const double rank_one = 2 / (std::pow(n + 1.3, 2) + mass);
  const double rank_mu = std::min(1 - rank_one, 2 * (mass - 2 + 1 / mass) / (std::pow(n + 2, 2) + mass));
  const double usual = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));  // length of a normal vector

  std::vector<double> mean_step(numbers_, 0.0), whitened(numbers_, 0.0);
  for (std::size_t p = 0; p < steps.size(); ++p) {
    for (std::size_t i = 0; i < numbers_; ++i) mean_step[i] += weights[p] * steps[p][i];
  }
  for (std::size_t k = 0; k < numbers_; ++k) {
    double along = 0;
    for (std::size_t i = 0; i < numbers_; ++i) along += axes_[i * numbers_ + k] * mean_step[i];
    for (std::size_t i = 0; i < numbers_; ++i) whitened[i] += axes_[i * numbers_ + k] * along / lengths_[k];
  }
  ++updates_;
  for (std::size_t i = 0; i < numbers_; ++i) {
    mean_[i] += sigma_ * widening_[i] * mean_step[i];
    // Beyond the lowest or highest value the margin says how far a rounded number's may go.
    if (!axes.rounded[i]) mean_[i] = std::clamp(mean_[i], 0.0, 1.0);
    sigma_path_[i] = (1 - sigma_rate) * sigma_path_[i] + std::sqrt(sigma_rate * (2 - sigma_rate) * mass) * whitened[i];
  }
  const double length = norm(sigma_path_);
  const bool moderate =
      length / std::sqrt(1 - std::pow(1 - sigma_rate, 2 * (updates_ + 1))) < (1.4 + 2 / (n + 1)) * usual;
  for (std::size_t i = 0; i < numbers_; ++i) {
    covariance_path_[i] = (1 - path_rate) * covariance_path_[i] +
                          (moderate ? std::sqrt(path_rate * (2 - path_rate) * mass) * mean_step[i] : 0.0);
  }
  const double kept = 1 - rank_one - rank_mu + (moderate ? 0.0 : rank_one * path_rate * (2 - path_rate));
  for (std::size_t i = 0; i < numbers_; ++i) {
    for (std::size_t j = i; j < numbers_; ++j) {
      double outer = 0;
      for (std::size_t p = 0; p < steps.size(); ++p) outer += weights[p] * steps[p][i] * steps[p][j];
      const double value =
          kept * covariance_[i * numbers_ + j] + rank_one * covariance_path_[i] * covariance_path_[j] + rank_mu * outer;
      covariance_[i * numbers_ + j] = covariance_[j * numbers_ + i] = value;
    }
  }
  sigma_ *= std::exp(std::min(1.0, sigma_rate / damping * (length / usual - 1)));
}

void CmaModel::learn_shares(std::span<const CmaPoint> ranked, std::span<const double> weights, double mass) {
  for (std::size_t c = 0; c < shares_.size(); ++c) {
    std::vector<double>& shares = shares_[c];
    const double count = static_cast<double>(shares.size());
    if (shares.size() == 1) continue;
    std::vector<double> seen(shares.size(), 0.0);
    double told = 0;
    for (std::size_t p = 0; p < weights.size(); ++p) {
      if (ranked[p].choices[c] < 0) continue;
      seen[static_cast<std::size_t>(ranked[p].choices[c])] += weights[p];
      told += weights[p];
    }
    if (told == 0) continue;
    const double rate = told * mass / (mass + count);
    const double least = (1 - std::pow(kUsualCategories, 1 / static_cast<double>(shares_.size()))) / (count - 1);
    for (std::size_t k = 0; k < shares.size(); ++k) shares[k] += rate * (seen[k] / told - shares[k]);
    // What is below the margin is raised; the others give it in proportion to what they have above it.
    double lacking = 0, above = 0;
    for (const double share : shares) (share < least ? lacking : above) += std::abs(share - least);
    for (double& share : shares) share = share < least ? least : share - lacking * (share - least) / above;
  }
}

void CmaModel::keep_margin(const CmaAxes& axes, double alpha) {
  for (std::size_t i = 0; i < numbers_; ++i) {
    if (!axes.rounded[i]) continue;
    const UnitRange cell = axes.cell(i, mean_[i]);
    const bool lowest = cell.low <= 1e-9, highest = cell.high >= 1 - 1e-9;
    if (lowest && highest) continue;
    if (lowest || highest) {
      const double border = lowest ? cell.high : cell.low;
      const double most = half_width(alpha) * deviation(i);
      mean_[i] = border + std::clamp(mean_[i] - border, -most, most);
      continue;
    }
    const double spread = std::max(deviation(i), 1e-12);
    const double below = normal_cdf((cell.low - mean_[i]) / spread),
                 above = normal_cdf((mean_[i] - cell.high) / spread);
    if (below >= alpha / 2 && above >= alpha / 2) continue;
    double low = std::max(alpha / 2, below), high = std::max(alpha / 2, above);
    const double inside = 1 - below - above, excess = 1 - low - high - inside, room = low + high + inside - 1.5 * alpha;
    low += excess * (low - alpha / 2) / room;
    high += excess * (high - alpha / 2) / room;
    const double z_low = normal_quantile(low), z_high = -normal_quantile(high);
    const double wanted = (cell.high - cell.low) / (z_high - z_low);
    widening_[i] *= wanted / spread;
    mean_[i] = cell.low - wanted * z_low;
  }
}

}  // namespace crescendo
