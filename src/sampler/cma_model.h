#pragma once

#include <functional>
#include <span>
#include <vector>

#include "crescendo/rng.h"
#include "space/encode.h"

namespace crescendo {

/// What CMA-ES knows of a space: numbers with coordinates in 0..1, of which some are rounded to a value that owns a
/// cell of coordinates, and categories.
struct CmaAxes {
  std::vector<char> rounded;                                       // [number]
  std::function<UnitRange(std::size_t number, double unit)> cell;  // of the value that owns a coordinate
  std::vector<int> choices;                                        // [category] how many
};

/// A point as CMA-ES is told of it.
struct CmaPoint {
  std::vector<UnitRange> numbers;  // cells, of one coordinate for what is not rounded; where inactive, 0..1
  std::vector<int> choices;        // -1: inactive
};

/// A normal distribution over numbers and shares of categories, moved towards the better half of each generation by
/// covariance matrix adaptation.
///
/// Source: Hansen 2016, "The CMA Evolution Strategy: A Tutorial" (its default weights and rates, without negative
/// weights); Hamano, Saito, Nomura, Shirakawa 2022, "CMA-ES with Margin": no rounded number settles on a value before
/// another one has a chance of one over population x parameters. Hansen 2011, "Injecting external solutions": a step
/// longer than usual is cut, so points that were not drawn from the distribution do no harm. Categories as in Hamano et
/// al. 2024, "CatCMA", with a fixed rate.
class CmaModel {
 public:
  /// A start: mean and deviation of each number, shares of each category.
  CmaModel(const CmaAxes& axes, std::vector<double> mean, std::vector<double> deviation,
           std::vector<std::vector<double>> shares);

  /// Learns from a generation: its points that finished, best first, and how many there were in all. What lies within
  /// a cell is drawn by `streams`, one a point, so that a rounded number counts as the draw that it was.
  void learn(const CmaAxes& axes, std::span<const CmaPoint> ranked, std::size_t population, std::span<Rng> streams);

  /// Coordinates, which may lie outside 0..1.
  std::vector<double> draw(Rng& rng) const;

  const std::vector<double>& mean() const { return mean_; }
  const std::vector<std::vector<double>>& shares() const { return shares_; }
  double deviation(std::size_t number) const;
  double longest_axis() const;

  /// No number that is not rounded can still move, or the distribution is too long and thin for doubles.
  bool has_converged(const CmaAxes& axes) const;

 private:
  std::vector<double> step_to(const CmaAxes& axes, const CmaPoint& point, Rng& rng) const;
  void adapt(const CmaAxes& axes, const std::vector<std::vector<double>>& steps, std::span<const double> weights,
             double mass);
  void learn_shares(std::span<const CmaPoint> ranked, std::span<const double> weights, double mass);
  void keep_margin(const CmaAxes& axes, double alpha);
  void decompose();

  std::size_t numbers_;
  std::vector<double> mean_;
  double sigma_ = 1;
  std::vector<double> widening_;    // [number] the margin's factor
  std::vector<double> covariance_;  // [number][number]
  std::vector<double> axes_;        // [number][axis] its directions
  std::vector<double> lengths_;     // [axis] square roots of its values
  std::vector<double> sigma_path_, covariance_path_;
  std::vector<std::vector<double>> shares_;
  int updates_ = 0;
};

}  // namespace crescendo
