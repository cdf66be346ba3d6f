#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "numeric/kernel_sum.h"
#include "numeric/parzen.h"

namespace crescendo {

struct PointBatch {
  explicit PointBatch(std::size_t axes) : at(axes), position(axes) {}
  std::vector<std::array<double, kBatch>> at;     // [axis][lane], continuous axes
  std::vector<std::array<int, kBatch>> position;  // [axis][lane], the others
};

/// The density of a ProductMixture whose kernels come and go: what a kernel's coming changes is its neighbours'
/// bandwidths, not the mixture. For many kernels; it cannot be drawn from.
///
/// 1. What it answers depends on the kernels that are there, their numbers, coordinates and weights, not on how they
/// came there: the same bits. 2. Kernels have numbers of their own, with gaps; they are added up in blocks of these,
/// the last block first.
class GrowingMixture {
 public:
  GrowingMixture(std::vector<Axis> axes, const ParzenRule& rule);

  /// `at`: a coordinate for each axis, of a choice its position. A kernel that is there leaves before it comes again.
  void join(std::size_t kernel, std::span<const double> at);
  void leave(std::size_t kernel);
  bool contains(std::size_t kernel) const { return kernel < there_.size() && there_[kernel]; }
  std::size_t kernels() const { return count_; }

  /// Has to be called after kernels came or went, before a density is asked for. `weights`: [kernel], up to 1, 0 for
  /// those that are not there. Cost: O(kernels), and O(axes x log kernels) for each that came or went.
  void settle(std::span<const double> weights);

  /// Log of the density at each lane, the same bits with every instruction set. Cost: kernels x axes, less for those
  /// that are far from all lanes.
  void log_density(const PointBatch& points, std::array<double, kBatch>& result, bool plain = false) const;

  // The same step by step, for who can do without those points at which it turns out high.

  /// What has been added up at some points: sum * exp(offset), before it is divided by the kernels' weight.
  struct Sums {
    std::array<double, kBatch> offset, sum;
  };

  /// How many blocks of kernels there are to add up: from the last one down to 0.
  std::size_t blocks() const;

  Sums prior(const PointBatch& points) const;

  /// Adds the blocks below `from` down to `to`, or until the density is above `enough` at every lane.
  void add(const PointBatch& points, std::size_t from, std::size_t to, const std::array<double, kBatch>& enough,
           Sums& sums, bool plain = false) const;

  /// Log of the density of what has been added up so far, which is never more than the whole.
  std::array<double, kBatch> log_of(const Sums& sums) const;

 private:
  // The few different kernels of an axis of cells: (mean, bandwidth).
  struct Kinds {
    std::map<std::pair<double, double>, std::uint32_t> known;
    std::vector<std::pair<double, double>> kernel;  // [kind]
    std::vector<int> users;                         // [kind]
    std::vector<std::uint32_t> unused;
    std::vector<double> logs;  // [kind][position] of the probabilities
  };

  void come_together();
  void come_alone(std::size_t axis, std::uint32_t kernel);
  void go_alone(std::size_t axis, std::uint32_t kernel);
  void fit(std::size_t axis, std::size_t place);
  void fit_all();
  void set_kind(std::size_t axis, std::size_t kernel, double mean, double bandwidth);
  void release_kind(std::size_t axis, std::size_t kernel);
  void fit_norms();
  void append_table(std::size_t axis, const PointBatch& points, std::vector<double>& table) const;
  bool before(std::size_t axis, std::uint32_t a, std::uint32_t b) const;

  std::vector<Axis> axes_;
  ParzenRule rule_;
  std::vector<std::size_t> normals_, tables_;    // axes that are continuous, and the others
  std::vector<std::vector<double>> prior_logs_;  // [axis] of each cell; of a choice, the same for all, only one
  std::vector<std::size_t> slot_;                // [axis] which of those it is
  std::vector<std::vector<double>> at_;          // [axis][kernel]
  std::vector<std::vector<std::uint32_t>>
      order_;                           // [axis] kernels in ascending order of (at, kernel); none for choices
  std::vector<char> there_;             // [kernel]
  std::vector<std::uint32_t> joining_;  // came since they were settled
  std::size_t count_ = 0;
  std::size_t least_ = 0;                // fewest kernels that there were since they were settled
  bool left_ = false;                    // one has left since
  std::vector<double> rows_;             // [kernel][normal]{mean, steepness}
  std::vector<double> factors_;          // [kernel][normal] the density at the mean
  std::vector<double> log_norms_;        // [kernel] log of their product
  std::vector<std::uint32_t> kinds_;     // [kernel][table]
  std::vector<Kinds> cells_;             // [axis]
  std::vector<std::uint32_t> stale_;     // kernels whose log_norms_ is to be computed
  std::vector<double> weights_;          // [kernel]
  double prior_weight_ = 1, total_ = 1;  // of the prior, and of all
};

}  // namespace crescendo
