#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "train/trainer.h"

namespace crescendo {

/// Everything that a training needs to go on after an epoch as if it had never stopped. Its random streams are named by
/// the plan's seed and the epoch, so nothing else of them is kept.
struct Checkpoint {
  TrainingPlan plan;
  std::uint64_t pictures = 0;           // fingerprint, as below
  int epoch = 0;                        // that ended last, from 1
  std::int64_t steps = 0;               // taken so far
  double seconds = 0;                   // trained so far
  std::vector<int> order;               // of the training pictures in that epoch; the next one shuffles it
  std::vector<float> weights, moments;  // plain order
  TrainingResult so_far;                // curve and best epoch; no mistakes in a file of before they were kept
};

/// The checkpoint as if its training had had this plan all along, so that it goes on with it: weights, moments, order
/// and curve are kept, and the steps are as many as the plan's batches make of the epochs. Its best epoch is forgotten,
/// since what counts from now on is what the new plan comes to. Throws Error (bad input) saying what differs where the
/// plans differ in more than rates, penalties, batches, dropout, augmentation, seed and epochs.
Checkpoint with_plan(Checkpoint checkpoint, const TrainingPlan& plan);

/// Of the pixels, labels and indices that a training sees.
std::uint64_t pictures_fingerprint(const ImageSet& images, std::span<const int> training,
                                   std::span<const int> validation);

/// Throws Error (bad input) saying what differs if the checkpoint is of another training. The plan may have other
/// max_epochs, no fewer than the checkpoint's epoch; a schedule of the learning rate then follows the new number.
void check_continues(const Checkpoint& checkpoint, const TrainingPlan& plan, std::uint64_t pictures,
                     std::span<const int> training, std::span<const int> validation);

}  // namespace crescendo
