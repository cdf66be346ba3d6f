#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "train/augmentation.h"
#include "train/class_weights.h"
#include "train/initial_weights.h"
#include "train/kernel_table.h"
#include "train/learning_rate.h"
#include "train/network.h"

namespace crescendo {

/// One training run, completely described: the same plan, pictures and backend give the same weights, bit for bit.
struct TrainingPlan {
  NetworkShape shape;
  int batch_size = 32;
  Optimiser optimiser = Optimiser::kSgd;
  double learning_rate = 0.01;  // the highest, where a schedule changes it
  LearningRateSchedule schedule;
  double momentum = 0.9;  // of Adam: the decay of the first moment
  double l1 = 0, l2 = 0;
  double clip_norm = 0;  // the L2 norm that a step's gradient has at most (train/network.h); 0: no limit
  Initialisation initial;
  Augmentation augmentation;
  ClassWeighting class_weights = ClassWeighting::kNone;
  int max_epochs = 30;
  int patience = 5;        // epochs without a better validation error (then cross-entropy) before it stops; 0: never
  std::uint64_t seed = 0;  // of the weights, the order of the pictures, their placements and dropout
  std::size_t memory_bytes = 0;        // 0: no limit
  std::optional<KernelTable> kernels;  // none: the shipped table of the fastest instruction set that runs here
};

}  // namespace crescendo
