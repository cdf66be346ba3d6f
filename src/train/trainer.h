#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "crescendo/images.h"
#include "train/network.h"

namespace crescendo {

/// One training run, completely described: the same plan, pictures and backend give the same weights, bit for bit.
struct TrainingPlan {
  NetworkShape shape;
  int batch_size = 32;
  double learning_rate = 0.01;
  double momentum = 0.9;
  double l1 = 0, l2 = 0;
  int max_epochs = 30;
  int patience = 5;        // epochs without a better validation error (then cross-entropy) before it stops; 0: never
  std::uint64_t seed = 0;  // of the weights and of the order of the pictures
  std::size_t memory_bytes = 0;  // 0: no limit
};

struct EpochResult {
  int epoch = 0;                 // from 1
  double training_loss = 0;      // mean cross-entropy over the epoch's steps
  double validation_error = 0;   // fraction in 0..1; 1 where no validation pictures were given
  double validation_loss = 0;    // mean cross-entropy
  double seconds = 0;            // since training began
  double images_per_second = 0;  // of this epoch's training part
};

enum class TrainingEnd {
  kFinished,   // patience or the cap on epochs
  kStopped,    // after_epoch said so
  kCancelled,  // cancelled() said so in the middle of an epoch
  kDiverged,   // a loss was not finite
  kOutOfMemory,
};

struct TrainingResult {
  TrainingEnd end = TrainingEnd::kFinished;
  std::string reason;  // in words, where the end is not kFinished
  std::vector<EpochResult> curve;
  int best_epoch = 0;                                // 0: none
  double validation_error = 1, validation_loss = 0;  // at the best epoch
  std::vector<float> weights;                        // at the best epoch, plain order
  std::vector<int> confusion;                        // [true class][predicted], on the validation part
};

struct TrainingHooks {
  std::function<bool(const EpochResult&)> after_epoch = [](const EpochResult&) { return true; };  // false: stop
  std::function<bool()> cancelled = [] { return false; };  // asked before every step
};

/// Trains on the pictures `training` of `images`, judged on `validation` (indices into the set).
/// Without validation pictures it runs max_epochs and keeps the last weights.
TrainingResult train(const BackendEntry& backend, Arena& arena, const TrainingPlan& plan, const ImageSet& images,
                     std::span<const int> training, std::span<const int> validation, const TrainingHooks& hooks = {});

struct Judgement {
  double error = 0;            // fraction in 0..1
  double loss = 0;             // mean cross-entropy
  std::vector<int> confusion;  // [true class][predicted]
};

/// Forward over the given pictures in batches of at most 256.
Judgement judge(Network& network, const ImageSet& images, std::span<const int> pictures);

}  // namespace crescendo
