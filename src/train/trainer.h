#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "crescendo/images.h"
#include "train/network.h"
#include "train/training_plan.h"

namespace crescendo {

struct Checkpoint;

struct EpochResult {
  int epoch = 0;                 // from 1
  double training_loss = 0;      // mean cross-entropy over the epoch's steps
  double validation_error = 0;   // fraction in 0..1; 1 where no validation pictures were given
  double validation_loss = 0;    // mean cross-entropy
  double learning_rate = 0;      // of its last step
  double seconds = 0;            // since training began, without the time between a checkpoint and its continuation
  double images_per_second = 0;  // of this epoch's training part
};

enum class TrainingEnd {
  kFinished,   // patience or the cap on epochs
  kStopped,    // after_epoch said so
  kCancelled,  // cancelled() said so in the middle of an epoch
  kDiverged,   // a loss was not finite
  kOutOfMemory,
};

inline constexpr std::size_t kMostMistakes = 12;  // that a judgement names

/// A picture whose class a network got wrong.
struct Mistake {
  int picture = 0;         // index into the set
  int predicted = 0;       // class
  double probability = 0;  // that the network gave this class
  friend bool operator==(const Mistake&, const Mistake&) = default;
};

struct TrainingResult {
  TrainingEnd end = TrainingEnd::kFinished;
  std::string reason;  // in words, where the end is not kFinished
  std::vector<EpochResult> curve;
  int best_epoch = 0;                                // 0: none
  double validation_error = 1, validation_loss = 0;  // at the best epoch
  double per_class_error = 1;                        // mean validation error of the classes there, at the best epoch
  std::vector<float> weights;                        // at the best epoch, plain order
  std::vector<int> confusion;                        // [true class][predicted], on the validation part
  std::vector<Mistake> mistakes;                     // as in Judgement, at the best epoch
};

struct TrainingHooks {
  std::function<bool(const EpochResult&)> after_epoch = [](const EpochResult&) { return true; };  // false: stop
  std::function<bool()> cancelled = [] { return false; };  // asked before every step
  std::function<void(const Checkpoint&)> checkpoint;       // after each epoch, before after_epoch; empty: none is made
  std::function<void(const Checkpoint&)>
      ended;  // with the last epoch's, where the end is kFinished; empty: none is made
  std::function<void(int epoch)> continues = [](int) {};  // once it is sure that the given checkpoint fits
};

/// Trains on the pictures `training` of `images`, judged on `validation` (indices into the set).
/// Without validation pictures it runs max_epochs and keeps the last weights. With `from` it goes on behind that
/// checkpoint's epoch and comes to the same bits as if it had never stopped; throws Error (bad input) if the checkpoint
/// is of another training (train/checkpoint.h). `start`: weights in the plain order that it begins with instead of
/// drawn ones, where it begins; empty: drawn.
TrainingResult train(const BackendEntry& backend, Arena& arena, const TrainingPlan& plan, const ImageSet& images,
                     std::span<const int> training, std::span<const int> validation, const TrainingHooks& hooks = {},
                     const Checkpoint* from = nullptr, std::span<const float> start = {});

struct Judgement {
  double error = 0;               // fraction in 0..1
  double per_class_error = 0;     // mean of the errors of the classes that there are pictures of
  double loss = 0;                // mean cross-entropy
  std::vector<int> confusion;     // [true class][predicted]
  std::vector<Mistake> mistakes;  // kMostMistakes at most: those with the largest probability, and of equals the first
                                  // in the set; in that order
};

/// Forward over the given pictures in batches of at most 256.
Judgement judge(Network& network, const ImageSet& images, std::span<const int> pictures);

}  // namespace crescendo
