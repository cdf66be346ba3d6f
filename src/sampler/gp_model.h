#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "numeric/gaussian_process.h"
#include "sampler/observations.h"
#include "sampler/row_space.h"

namespace crescendo {

/// Kernels that were fitted lately, with what they were fitted to and a process of theirs. A memo: who gives the same
/// rows and targets is spared the fit and most of the factor, and gets the same bits. Thread-safe.
class FittedKernels {
 public:
  /// A process whose first rows are these, with the kernel that is fitted to them.
  GaussianProcess get(const std::vector<Compare>& features, const std::vector<double>& rows,
                      const std::vector<double>& targets);

  /// A process of these rows and then the further ones, with the kernel that is fitted to the first; it is kept. It
  /// lacks targets.
  GaussianProcess grown(const std::vector<Compare>& features, const std::vector<double>& rows,
                        const std::vector<double>& targets, std::span<const double> further);

  /// Keeps what a process knows of further rows.
  void keep(const std::vector<double>& rows, const std::vector<double>& targets, GaussianProcess process);

 private:
  static constexpr std::size_t kMost = 8;
  struct Kept {
    std::vector<double> rows, targets;
    std::shared_ptr<const GaussianProcess> process;
  };
  std::mutex mutex_;
  std::vector<Kept> kept_;  // the one used last at the end
};

/// What a Gaussian process has learnt of the losses, and what a point promises at the rung that is proposed for.
///
/// Every trial teaches, wherever it lies and whatever its rung or study. The distance in rungs is a number like a
/// parameter's, which study it is another, and each rung of each study has a level of its own, which need not be known
/// to tell its good points from its bad ones. Losses are clipped and scaled among those of their study
/// (clipped_losses). A failed trial counts as the worst loss of its study and rung. A running one is learnt from with
/// the loss that is predicted for it (kriging believer) and no noise, so that neither doubt nor improvement is left
/// there and the next worker looks elsewhere. A number that is not active lies in the middle of its range, a category
/// is one more; what they depend on tells them from active ones.
///
/// Of several rungs each can be asked about, whether a trial was there or not.
///
/// The kernel is fitted from scratch to the first m trials that ended, m being the last of 1, 2, ... , 20, 22, 24, ...
/// (each a tenth more) that so many have ended. Of more than nine tenths of `most` trials only those of the nearest
/// rungs with the lowest losses, and as many of the latest, are kept then.
class GpModel {
 public:
  /// At least one of `seen` is finished; of `history` only the order of ends is read. Refers to `rows` and their box.
  /// `asks_rungs`: whether beliefs() will be asked about rungs other than those of `seen`.
  GpModel(RowSpace& rows, const Box& box, const History& history, std::span<const Observation> seen, int most,
          FittedKernels& memo, bool asks_rungs = false);

  /// Rows of the trials that are learnt from, as if at the rung that is proposed for, and what is predicted; running
  /// ones last.
  std::span<const double> trials() const { return trials_; }
  std::span<const double> predicted() const { return predicted_; }

  /// From now on improvements count from so many deviations of the losses below the lowest of predicted().
  void ask_for_more(double margin) { incumbent_ -= margin; }

  /// rows: [n][width]. The logarithm of the expected improvement over the lowest of predicted()
  /// whose trials lie in the box, or of all where none does.
  void improvement(std::span<const double> rows, std::span<double> worth);

  /// The same of one row, with its slopes along the numbers. slope: [parameter].
  double improvement_of(std::span<const double> row, std::span<double> slope);

  /// What is predicted of this study's own trials at rows, each at the distance in rungs that it ends with; and how the
  /// doubts there go together with those at others: [n][n of others]. In deviations of the losses.
  void beliefs(std::span<const double> rows, std::span<double> mean, std::span<double> variance);
  void doubts(std::span<const double> rows, std::span<const double> others, std::span<double> covariance);

  /// The variance of the losses of one point at one rung, in the same unit.
  double noise() const { return process_->parameters().noise; }

 private:
  void learn(std::span<const Observation* const> ended, int most, FittedKernels& memo);
  void learn_from(const Observation& trial, double target);
  void imagine(std::span<const Observation> seen);
  void ask(std::span<const double> rows);  // fills asked_
  std::vector<double> at_own_rungs(std::span<const double> rows) const;
  std::vector<Compare> features() const;
  double level_of(int rungs_away, int source) const;
  void append_features(std::span<const double> row, int source, double level, std::vector<double>& features) const;
  void append_features(const Observation& trial, std::vector<double>& features) const;

  RowSpace& rows_;
  const Box& box_;
  bool several_tasks_;  // rungs or studies
  double level_ = 0;    // whose constant is predicted: of the rung and study nearest to what is proposed for
  std::optional<GaussianProcess> process_;
  std::vector<double> trials_, predicted_, targets_;
  std::vector<bool> inside_;  // the box, of each of trials_
  double incumbent_ = 0;
  std::vector<double> asked_, mean_, variance_, mean_slope_, variance_slope_;  // room to work in
};

/// How a kernel compares a row's values, its distance in rungs left out.
std::vector<Compare> comparisons(const RowSpace& rows);

/// Adds what a kernel sees of a row: its values (see GpModel), and its distance in rungs on the same scale.
void append_place(const RowSpace& rows, std::span<const double> row, std::vector<double>& features);

/// How many of `ended` trials the kernel is fitted to: see GpModel.
int fitted_trials(int ended, int most);

}  // namespace crescendo
