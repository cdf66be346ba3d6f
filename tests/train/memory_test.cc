#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/train/pictures.h"
#include "train/arena.h"
#include "train/backends.h"
#include "train/trainer.h"

namespace crescendo {
namespace {

std::size_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  in >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// Larger than any that plan_of gives, so that the arena has its size from the first trial on.
TrainingPlan largest_plan() {
  TrainingPlan plan;
  plan.shape = {1, 16, {{48, 7}, {48, 7}, {48, 7}}, {128, 128}, 4, true};
  plan.optimiser = Optimiser::kAdam;
  plan.batch_size = 64;
  plan.max_epochs = 1;
  return plan;
}

/// Another shape for each trial.
TrainingPlan plan_of(Rng& rng) {
  TrainingPlan plan;
  plan.shape.channels = 1;
  plan.shape.side_px = 16;
  plan.shape.classes = 4;
  for (std::uint64_t i = 0, layers = 1 + rng.below(3); i < layers; ++i) {
    plan.shape.conv.push_back({static_cast<int>(4 + rng.below(44)), static_cast<int>(1 + 2 * rng.below(4))});
  }
  for (std::uint64_t i = 0, layers = rng.below(3); i < layers; ++i) {
    plan.shape.dense.push_back(static_cast<int>(8 + rng.below(120)));
  }
  plan.shape.batch_norm = rng.below(2) == 1;
  plan.optimiser = rng.below(2) == 1 ? Optimiser::kAdam : Optimiser::kSgd;
  plan.batch_size = static_cast<int>(4 + rng.below(60));
  plan.max_epochs = 1;
  plan.seed = rng.next();
  return plan;
}

// Under the address sanitizer this is the search for leaks; freed memory is held back there, so its size says nothing.
TEST(Memory, OfAWorkerDoesNotGrowOverTwoHundredTrialsOfChangingShapes) {
  Rng rng(3);
  Arena arena;
  const ImageSet images = blob_pictures(largest_plan().shape, 96, 1);
  std::vector<int> training(64), validation(32);
  for (int i = 0; i < 64; ++i) training[i] = i;
  for (int i = 0; i < 32; ++i) validation[i] = 64 + i;
  std::size_t after_twenty = 0;
  for (int trial = 1; trial <= 200; ++trial) {
    const TrainingResult result = train(native_backend(), arena, trial == 1 ? largest_plan() : plan_of(rng), images,
                                        training, validation, TrainingHooks{});
    ASSERT_EQ(result.curve.size(), result.end == TrainingEnd::kFinished ? 1u : 0u);
    if (trial == 20) after_twenty = resident_bytes();
  }
  if (!kSanitized) {
    EXPECT_LT(static_cast<double>(resident_bytes()), 1.1 * static_cast<double>(after_twenty));
  }
}

}  // namespace
}  // namespace crescendo
