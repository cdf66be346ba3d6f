#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <numeric>
#include <utility>

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

/// Another shape for each trial: sides, channels, layers, optimiser and batches.
TrainingPlan plan_of(Rng& rng) {
  TrainingPlan plan;
  plan.shape.channels = rng.below(2) == 1 ? 3 : 1;
  plan.shape.side_px = rng.below(2) == 1 ? 24 : 16;
  plan.shape.classes = 4;
  for (std::uint64_t i = 0, layers = 1 + rng.below(3); i < layers; ++i) {
    plan.shape.conv.push_back({static_cast<int>(4 + rng.below(44)), static_cast<int>(1 + 2 * rng.below(4))});
  }
  for (std::uint64_t i = 0, layers = rng.below(3); i < layers; ++i) {
    plan.shape.dense.push_back(static_cast<int>(8 + rng.below(120)));
  }
  plan.shape.batch_norm = rng.below(2) == 1;
  plan.shape.dense_side = static_cast<int>(rng.below(4));
  plan.clip_norm = rng.below(2) == 1 ? 1 : 0;
  plan.optimiser = rng.below(2) == 1 ? Optimiser::kAdam : Optimiser::kSgd;
  plan.learning_rate = 1e-3;
  plan.batch_size = static_cast<int>(4 + rng.below(60));
  plan.max_epochs = 1;
  plan.seed = rng.next();
  return plan;
}

// Under the address sanitizer this is the search for leaks; freed memory is held back there, so its size says nothing.
// The arena grows to the largest trial that it met, so all shapes come among the first twenty trials, then in any
// order.
TEST(Memory, OfAWorkerDoesNotGrowOverTwoHundredTrialsOfChangingShapes) {
  Rng rng(1);
  Arena arena;
  std::map<std::pair<int, int>, ImageSet> pictures;
  for (const int channels : {1, 3}) {
    for (const int side_px : {16, 24}) {
      const NetworkShape shape{channels, side_px, {{4, 3}}, {}, 4};
      pictures[{channels, side_px}] = blob_pictures(shape, 96, 1);
    }
  }
  std::vector<int> training(64), validation(32);
  std::iota(training.begin(), training.end(), 0);
  std::iota(validation.begin(), validation.end(), 64);
  std::size_t after_twenty = 0;
  int finished = 0;
  std::vector<TrainingPlan> plans;
  for (int i = 0; i < 20; ++i) plans.push_back(plan_of(rng));
  for (int trial = 1; trial <= 200; ++trial) {
    TrainingPlan plan = plans[trial <= 20 ? trial - 1 : rng.below(20)];
    plan.seed = rng.next();
    const ImageSet& images = pictures.at({plan.shape.channels, plan.shape.side_px});
    finished += train(native_backend(), arena, plan, images, training, validation).end == TrainingEnd::kFinished;
    if (trial == 20) after_twenty = resident_bytes();
  }
  EXPECT_GT(finished, 190);
  if (!kSanitized) {
    EXPECT_LT(static_cast<double>(resident_bytes()), 1.1 * static_cast<double>(after_twenty));
  }
}

}  // namespace
}  // namespace crescendo
