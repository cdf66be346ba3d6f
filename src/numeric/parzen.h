#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "crescendo/rng.h"

namespace crescendo {

/// One coordinate of a mixture.
struct Axis {
  enum class Kind {
    kContinuous,  // a number in 0..1; kernels are normals truncated to 0..1
    kCells,       // one of the cells into which `edges` cut 0..1; kernels are the same normals, summed up over the cell
    kChoices,     // one of `choices` positions without an order
  };
  Kind kind = Kind::kContinuous;
  std::vector<double> edges = {};  // ascending from 0 to 1, one more than there are cells
  int choices = 0;

  int positions() const { return kind == Kind::kCells ? static_cast<int>(edges.size()) - 1 : choices; }
};

/// Where draws of one coordinate may fall.
struct AxisRange {
  double low = 0, high = 1;         // continuous
  std::vector<int> positions = {};  // cells and choices: those that are allowed, ascending, at least one
};

/// An observed coordinate and the kernel that stands for it.
struct Observed {
  double at = 0;  // in 0..1; of a choice: its position
  std::uint32_t kernel = 0;
};

/// Constants by which the published estimators differ.
struct ParzenRule {
  double prior_weight = 1;
  double clip = 100;                // bandwidths are at least range / min(clip, 1 + kernels)
  bool consider_endpoints = false;  // the ends of the range are neighbours too, also when there are two observations
  bool prior_is_neighbour =
      false;                    // hyperopt: the prior's mean is one of the points among which neighbours are looked for
  bool pooled_choices = false;  // hyperopt: choices are counts plus the prior weight, not smoothed kernel by kernel
  int forget_after = 25;        // observations that keep their full weight: the newest ones
};

/// Weights of n observations, oldest first: 1 for the newest `keep`; the older ones rise linearly from 1/n to 1.
std::vector<double> forgetting_weights(std::size_t n, std::size_t keep);

/// The one of observation i.
double forgetting_weight(std::size_t i, std::size_t n, std::size_t keep);

/// Bandwidth of one of n observations in 0..1: the larger distance to its neighbours, clipped.
double neighbour_bandwidth(std::optional<double> left, double at, std::optional<double> right, std::size_t n,
                           const ParzenRule& rule);

/// Those of observations in ascending order.
std::vector<double> neighbour_bandwidths(std::span<const double> ascending, const ParzenRule& rule);

/// Share of a normal's mass that lies between low and high.
double mass_between(double mean, double sigma, double low, double high);

/// Stands for a probability of 0, whose logarithm could not be added up.
inline constexpr double kLowestProbability = 1e-300;

/// Probabilities of a choice under kernels that saw it or another, after `n` observations of `count` choices.
struct ChoiceProbability {
  ChoiceProbability(std::size_t n, int count, const ParzenRule& rule);
  double same, other;
};

/// Points that are drawn or judged together: 24, the number of candidates of all published estimators, is a multiple of
/// every vector length.
inline constexpr int kLanes = 24;

struct LanePoints {
  explicit LanePoints(std::size_t axes) : at(axes), position(axes) {}
  std::vector<std::array<double, kLanes>> at;     // [axis][lane], continuous axes
  std::vector<std::array<int, kLanes>> position;  // [axis][lane], the others
};

/// A mixture of products: every kernel is a product over the axes, one a observation, and one more, the prior, that is
/// wide. Kernels' numbers are those of the weights, the prior's is the last.
///
/// Source: Bergstra et al. 2011, section 4; products as in BOHB (Falkner et al. 2018) and Optuna's multivariate TPE.
class ProductMixture {
 public:
  /// Appends what an axis has observed: all kernels but the prior, in ascending order of `at`; in any order for
  /// choices.
  using Observe = std::function<void(std::size_t axis, std::vector<Observed>& observed)>;

  /// `weights`: of the kernels but the prior, in a scale in which the prior has the rule's weight. `axes` must outlive
  /// the mixture; `observe` is called once for each of them.
  ProductMixture(std::span<const Axis> axes, const Observe& observe, std::span<const double> weights,
                 const ParzenRule& rule);

  std::size_t kernels() const { return weights_.size(); }

  /// Log of the density (of the probability, for cells and choices) at each lane, the same bits with every instruction
  /// set. `plain`: without the instructions that not every machine has. Cost: kernels x axes x lanes.
  void log_density(const LanePoints& points, std::array<double, kLanes>& result, bool plain = false) const;

  /// Fills the lanes with draws from the mixture within the ranges, one for each axis.
  void draw(std::span<const AxisRange> ranges, Rng& rng, LanePoints& points) const;

 private:
  // A column is what one axis adds to every kernel.
  struct Column {
    std::vector<double> mean;         // [kernel]; of a kind for cells
    std::vector<double> steepness;    // [kernel] 1 / (sqrt(2) sigma), continuous
    std::vector<double> sigma;        // [kind] cells
    std::vector<std::uint32_t> kind;  // [kernel] which of the few different kernels it is, for cells and choices
    std::vector<double> probability;  // [kind][position], choices
  };

  void fit_normals(std::size_t axis, std::span<const Observed> observed, const ParzenRule& rule,
                   std::vector<double>& factors);
  void fit_cells(std::size_t axis, std::span<const Observed> observed, const ParzenRule& rule);
  void fit_choices(std::size_t axis, std::span<const Observed> observed, const ParzenRule& rule);
  double probability(std::size_t axis, std::size_t kernel, int position) const;
  double mass_within(std::size_t axis, std::size_t kernel, const AxisRange& range) const;
  void draw_axis(std::size_t axis, std::size_t kernel, const AxisRange& range, Rng& rng, LanePoints& points,
                 std::size_t lane) const;
  std::vector<double> lane_table(std::size_t axis, const LanePoints& points) const;

  std::span<const Axis> axes_;
  std::vector<Column> columns_;
  std::vector<double> weights_;    // normalised
  std::vector<double> log_scale_;  // [kernel] log(weight / product of the normalising constants)
};

}  // namespace crescendo
