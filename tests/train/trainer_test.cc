#include "train/trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tests/train/pictures.h"
#include "train/arena.h"
#include "train/backends.h"
#include "train/initial_weights.h"

namespace crescendo {
namespace {

NetworkShape small_shape() { return {1, 12, {{8, 3}, {8, 3}}, {16}, 4}; }

TrainingPlan small_plan() {
  TrainingPlan plan;
  plan.shape = small_shape();
  plan.batch_size = 16;
  plan.learning_rate = 0.02;
  plan.max_epochs = 12;
  plan.seed = 1;
  return plan;
}

std::vector<int> range(int first, int end) {
  std::vector<int> indices(end - first);
  std::iota(indices.begin(), indices.end(), first);
  return indices;
}

/// A network whose validation follows a script: one logit of 1 for the truth where the epoch is said to be right.
/// Its only "training" is to count steps; its parameters are the number of steps taken.
class Scripted : public Network {
 public:
  struct Epoch {
    int wrong;        // of the validation pictures
    double loss = 0;  // of the training steps
    float logit = 1;  // of the predicted class: the larger, the larger the loss of the wrong ones
  };
  static std::vector<Epoch> script;
  static int steps_per_epoch;
  static std::vector<int> batches;     // sizes of the steps taken
  static std::vector<int> placements;  // of their pictures, each as one number

  explicit Scripted(const NetworkShape& shape) : shape_(shape) {
    batches.clear();
    placements.clear();
  }
  const NetworkShape& shape() const override { return shape_; }
  double step(const Batch& batch, const Update&) override {
    const Epoch& epoch = script[steps_++ / steps_per_epoch];
    batches.push_back(static_cast<int>(batch.pictures.size()));
    for (const PicturePlacement& place : batch.placements) {
      placements.push_back(place.mirrored + 100 * place.right_px + 10'000 * place.down_px);
    }
    return epoch.loss;
  }
  void forward(const Batch& batch, float* logits) override {
    const Epoch& epoch = script[(steps_ - 1) / steps_per_epoch];
    std::fill(logits, logits + batch.labels.size() * 4, 0.0f);
    for (std::size_t n = 0; n < batch.labels.size(); ++n) {
      const bool wrong = static_cast<int>(n) < epoch.wrong;
      logits[n * 4 + (batch.labels[n] + (wrong ? 1 : 0)) % 4] = epoch.logit;
    }
  }
  Gradients gradients(const Batch&, std::uint64_t) override { return {}; }
  void copy_parameters(std::span<float> plain) const override {
    std::fill(plain.begin(), plain.end(), static_cast<float>(steps_));
  }
  void set_parameters(std::span<const float>) override {}
  void copy_moments(std::span<float>) const override {}
  void set_moments(std::span<const float>) override {}

 private:
  NetworkShape shape_;
  int steps_ = 0;
};
std::vector<Scripted::Epoch> Scripted::script;
int Scripted::steps_per_epoch = 1;
std::vector<int> Scripted::batches;
std::vector<int> Scripted::placements;

std::unique_ptr<Network> make_scripted(const NetworkShape& shape, const NetworkLimits&, Arena&) {
  return std::make_unique<Scripted>(shape);
}

/// Trains on 40 pictures in 3 steps an epoch, judged on 20 others.
TrainingResult train_scripted(std::vector<Scripted::Epoch> script, TrainingPlan plan, const TrainingHooks& hooks = {}) {
  Scripted::script = std::move(script);
  Scripted::steps_per_epoch = 3;
  Arena arena;
  const ImageSet images = noise_pictures(plan.shape, 60, 1);
  return train({"scripted", "", make_scripted}, arena, plan, images, range(0, 40), range(40, 60), hooks);
}

TEST(Trainer, LearnsWhatCanBeLearnt) {
  Arena arena;
  const ImageSet images = blob_pictures(small_shape(), 300, 2);
  const TrainingResult result = train(native_backend(), arena, small_plan(), images, range(0, 200), range(200, 300));
  EXPECT_EQ(result.end, TrainingEnd::kFinished) << result.reason;
  EXPECT_LT(result.validation_error, 0.05);
  EXPECT_EQ(result.weights.size(), parameter_count(small_shape()));
  EXPECT_EQ(std::accumulate(result.confusion.begin(), result.confusion.end(), 0), 100);
  EXPECT_LT(result.curve.back().training_loss, result.curve.front().training_loss);
  EXPECT_GT(result.curve.back().images_per_second, 0);
  EXPECT_GE(result.curve.back().seconds, result.curve.front().seconds);
}

TEST(Trainer, TheKeptWeightsGiveTheReportedValidation) {
  Arena arena;
  const ImageSet images = blob_pictures(small_shape(), 150, 3);
  const std::vector<int> validation = range(100, 150);
  const TrainingResult result = train(native_backend(), arena, small_plan(), images, range(0, 100), validation);
  Arena other;
  const auto network = native_backend().make(small_shape(), {.max_batch = 16, .memory_bytes = 0}, other);
  network->set_parameters(result.weights);
  const Judgement judgement = judge(*network, images, validation);
  EXPECT_EQ(judgement.error, result.validation_error);
  EXPECT_EQ(judgement.loss, result.validation_loss);
  EXPECT_EQ(judgement.confusion, result.confusion);
  EXPECT_EQ(judgement.mistakes, result.mistakes);
}

TEST(Trainer, TheSamePlanGivesTheSameBitsAndAnotherSeedDoesNot) {
  Arena arena;
  const ImageSet images = blob_pictures(small_shape(), 90, 4);
  TrainingPlan plan = small_plan();
  plan.max_epochs = 3;
  const auto run = [&] { return train(native_backend(), arena, plan, images, range(0, 70), range(70, 90)).weights; };
  const std::vector<float> first = run();
  EXPECT_EQ(run(), first);
  plan.seed = 5;
  EXPECT_NE(run(), first);
}

TEST(Trainer, UsesTheLastPartialBatch) {
  TrainingPlan plan = small_plan();
  plan.max_epochs = 1;
  train_scripted({{5}}, plan);
  EXPECT_EQ(Scripted::batches, (std::vector<int>{16, 16, 8}));
}

TEST(Trainer, StopsAfterPatienceEpochsWithoutABetterError) {
  TrainingPlan plan = small_plan();
  plan.patience = 2;
  const TrainingResult result = train_scripted({{9}, {7}, {8}, {7}, {1}, {1}}, plan);
  EXPECT_EQ(result.end, TrainingEnd::kFinished);
  EXPECT_EQ(result.curve.size(), 4u);
  EXPECT_EQ(result.best_epoch, 2);
  EXPECT_DOUBLE_EQ(result.validation_error, 7.0 / 20);
  EXPECT_EQ(result.weights.front(), 6.0f);  // steps taken by the end of epoch 2
}

TEST(Trainer, AtEqualErrorTheLowerLossIsBetter) {
  TrainingPlan plan = small_plan();
  plan.max_epochs = 3;
  const TrainingResult result = train_scripted({{5, 0, 3}, {5, 0, 2}, {5, 0, 4}}, plan);
  EXPECT_EQ(result.best_epoch, 2);
}

TEST(Trainer, NoPatienceMeansAllEpochs) {
  TrainingPlan plan = small_plan();
  plan.patience = 0;
  plan.max_epochs = 9;
  EXPECT_EQ(train_scripted(std::vector<Scripted::Epoch>(9, {3}), plan).curve.size(), 9u);
}

TEST(Trainer, ALossThatIsNotFiniteEndsTheRunAndKeepsWhatWasBefore) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const TrainingResult result = train_scripted({{9}, {7}, {7, nan}}, small_plan());
  EXPECT_EQ(result.end, TrainingEnd::kDiverged);
  EXPECT_EQ(result.reason, "the training loss became NaN in epoch 3");
  EXPECT_EQ(result.curve.size(), 2u);
  EXPECT_EQ(result.best_epoch, 2);
}

TEST(Trainer, AValidationLossThatIsNotFiniteIsADivergence) {
  const float infinity = std::numeric_limits<float>::infinity();
  const TrainingResult result = train_scripted({{9}, {7, 0, infinity}}, small_plan());
  EXPECT_EQ(result.end, TrainingEnd::kDiverged);
  EXPECT_EQ(result.curve.size(), 1u);
}

TEST(Trainer, ARealNetworkDivergesAtAHugeLearningRate) {
  Arena arena;
  const ImageSet images = noise_pictures(small_shape(), 60, 6);
  TrainingPlan plan = small_plan();
  plan.learning_rate = 1e20;
  const TrainingResult result = train(native_backend(), arena, plan, images, range(0, 40), range(40, 60));
  EXPECT_EQ(result.end, TrainingEnd::kDiverged) << result.reason;
}

TEST(Trainer, StopsWhenTheHookSaysSo) {
  TrainingHooks hooks;
  hooks.after_epoch = [](const EpochResult& epoch) { return epoch.epoch < 2; };
  const TrainingResult result = train_scripted({{9}, {8}, {7}}, small_plan(), hooks);
  EXPECT_EQ(result.end, TrainingEnd::kStopped);
  EXPECT_EQ(result.reason, "stopped after epoch 2");
  EXPECT_EQ(result.curve.size(), 2u);
  EXPECT_EQ(result.best_epoch, 2);
}

TEST(Trainer, IsCancelledBetweenTwoSteps) {
  int asked = 0;
  TrainingHooks hooks;
  hooks.cancelled = [&] { return ++asked == 6; };  // 3 steps and one validation batch an epoch: the second of epoch 2
  const TrainingResult result = train_scripted({{9}, {8}, {7}}, small_plan(), hooks);
  EXPECT_EQ(result.end, TrainingEnd::kCancelled);
  EXPECT_EQ(result.reason, "cancelled in epoch 2");
  EXPECT_EQ(Scripted::batches.size(), 4u);
  EXPECT_EQ(result.best_epoch, 1);
}

TEST(Trainer, IsCancelledBeforeAValidationBatch) {
  int asked = 0;
  TrainingHooks hooks;
  hooks.cancelled = [&] { return ++asked == 4; };
  const TrainingResult result = train_scripted({{9}, {8}}, small_plan(), hooks);
  EXPECT_EQ(result.end, TrainingEnd::kCancelled);
  EXPECT_EQ(result.best_epoch, 0);
}

TEST(Trainer, WithoutValidationPicturesRunsAllEpochsAndKeepsTheLast) {
  Arena arena;
  const ImageSet images = blob_pictures(small_shape(), 40, 7);
  TrainingPlan plan = small_plan();
  plan.max_epochs = 8;
  plan.patience = 1;
  const TrainingResult result = train(native_backend(), arena, plan, images, range(0, 40), {});
  EXPECT_EQ(result.end, TrainingEnd::kFinished);
  EXPECT_EQ(result.curve.size(), 8u);
  EXPECT_EQ(result.best_epoch, 8);
  EXPECT_EQ(result.validation_error, 1);
  EXPECT_EQ(result.weights.size(), parameter_count(plan.shape));
}

TEST(Trainer, SaysHowMuchMemoryWasMissing) {
  Arena arena;
  const ImageSet images = noise_pictures(small_shape(), 20, 8);
  TrainingPlan plan = small_plan();
  plan.memory_bytes = 1;
  const TrainingResult result = train(native_backend(), arena, plan, images, range(0, 10), range(10, 20));
  EXPECT_EQ(result.end, TrainingEnd::kOutOfMemory);
  EXPECT_TRUE(result.reason.starts_with("the network and one picture need ")) << result.reason;
  EXPECT_TRUE(result.reason.ends_with(" MiB of memory, the limit is 1 MiB")) << result.reason;
}

TEST(Trainer, ThePerClassErrorIsTheMeanOfTheClassesThatAreThere) {
  ImageSet images = noise_pictures(small_shape(), 12, 10);
  for (int n = 0; n < 12; ++n) images.labels[n] = n < 9 ? 0 : 2;
  Scripted::script = {{3}};  // the first three are wrong
  Scripted::steps_per_epoch = 1;
  Scripted network(small_shape());
  network.step({{}, {}, images.normalisation}, {});
  const Judgement judgement = judge(network, images, range(0, 12));
  EXPECT_DOUBLE_EQ(judgement.error, 3.0 / 12);
  EXPECT_DOUBLE_EQ(judgement.per_class_error, (3.0 / 9 + 0) / 2);
}

TEST(Trainer, AJudgementNamesTheMostCertainMistakesAndOfEqualsTheFirst) {
  const ImageSet images = noise_pictures(small_shape(), 40, 11);
  Scripted::script = {{14}};
  Scripted::steps_per_epoch = 1;
  Scripted network(small_shape());
  network.step({{}, {}, images.normalisation}, {});
  std::vector<int> backwards = range(20, 40);
  std::reverse(backwards.begin(), backwards.end());
  const Judgement judgement = judge(network, images, backwards);  // 39 to 26 are wrong
  ASSERT_EQ(judgement.mistakes.size(), kMostMistakes);
  for (std::size_t i = 0; i < kMostMistakes; ++i) {
    const int picture = 26 + static_cast<int>(i);
    EXPECT_EQ(judgement.mistakes[i].picture, picture);
    EXPECT_EQ(judgement.mistakes[i].predicted, (images.labels[picture] + 1) % 4);
    EXPECT_DOUBLE_EQ(judgement.mistakes[i].probability, std::exp(1) / (std::exp(1) + 3));
  }
  Arena arena;
  const auto real = native_backend().make(small_shape(), {.max_batch = 16, .memory_bytes = 0}, arena);
  real->set_parameters(initial_weights(small_shape(), 1, {.zero_last = false}));
  const std::vector<Mistake> certain = judge(*real, images, range(0, 40)).mistakes;
  ASSERT_EQ(certain.size(), kMostMistakes);
  std::vector<Mistake> all;
  for (int picture = 0; picture < 40; ++picture) {
    const auto alone = judge(*real, images, range(picture, picture + 1)).mistakes;
    all.insert(all.end(), alone.begin(), alone.end());
  }
  ASSERT_GT(all.size(), kMostMistakes);
  std::sort(all.begin(), all.end(), [](const Mistake& a, const Mistake& b) { return a.probability > b.probability; });
  all.resize(kMostMistakes);
  EXPECT_EQ(certain, all);
}

TEST(Trainer, TheMistakesAreThoseOfTheBestEpoch) {
  TrainingPlan plan = small_plan();
  plan.max_epochs = 3;
  const TrainingResult result = train_scripted({{5}, {2, 0, 3}, {4}}, plan);
  EXPECT_EQ(result.best_epoch, 2);
  ASSERT_EQ(result.mistakes.size(), 2u);
  EXPECT_EQ(result.mistakes[0].picture, 40);
  EXPECT_EQ(result.mistakes[1].picture, 41);
  EXPECT_DOUBLE_EQ(result.mistakes[0].probability, std::exp(3) / (std::exp(3) + 3));
}

TEST(Trainer, AScheduleChangesTheLearningRateOfTheSteps) {
  Arena arena;
  const ImageSet images = blob_pictures(small_shape(), 60, 11);
  TrainingPlan plan = small_plan();
  plan.max_epochs = 3;
  plan.patience = 0;
  plan.schedule = {.decay = Decay::kStep, .warmup_epochs = 1};
  const TrainingResult result = train(native_backend(), arena, plan, images, range(0, 40), range(40, 60));
  ASSERT_EQ(result.curve.size(), 3u);
  for (int epoch = 0; epoch < 3; ++epoch) {
    EXPECT_NEAR(result.curve[epoch].learning_rate, plan.learning_rate * std::pow(0.1, epoch), 1e-8);
  }
}

TEST(Trainer, LearnsWithEveryFeature) {
  Arena arena;
  const ImageSet images = blob_pictures(small_shape(), 300, 2);
  TrainingPlan plan = small_plan();
  plan.shape.batch_norm = true;
  plan.shape.dropout = 0.2;
  plan.shape.dense_side = 2;
  plan.optimiser = Optimiser::kAdam;
  plan.learning_rate = 0.005;
  plan.schedule = {.decay = Decay::kCosine, .warmup_epochs = 1};
  plan.augmentation = {.mirror = false, .shift = 0.1};  // a blob's quadrant is its class
  plan.class_weights = ClassWeighting::kBalanced;
  plan.clip_norm = 0.5;
  plan.initial = {.scale = 0.7, .zero_last = true};
  for (const BackendEntry& backend : {native_backend(), reference_backend()}) {
    const TrainingResult result = train(backend, arena, plan, images, range(0, 200), range(200, 300));
    EXPECT_EQ(result.end, TrainingEnd::kFinished) << result.reason;
    EXPECT_LT(result.validation_error, 0.05) << backend.name;
    EXPECT_LT(result.per_class_error, 0.06) << backend.name;
  }
}

TEST(Trainer, ClippingSavesARateThatIsTooHigh) {
  Arena arena;
  const ImageSet images = blob_pictures(small_shape(), 300, 2);
  TrainingPlan plan = small_plan();
  plan.learning_rate = 3;
  for (const BackendEntry& backend : {native_backend(), reference_backend()}) {
    plan.clip_norm = 0;
    EXPECT_GT(train(backend, arena, plan, images, range(0, 200), range(200, 300)).validation_error, 0.5)
        << backend.name;
    plan.clip_norm = 0.01;
    const TrainingResult result = train(backend, arena, plan, images, range(0, 200), range(200, 300));
    EXPECT_LT(result.validation_error, 0.1) << backend.name << ": " << result.reason;
  }
}

TEST(Trainer, BeginsWithThePlansInitialWeights) {
  Arena arena;
  const ImageSet images = blob_pictures(small_shape(), 60, 2);
  TrainingPlan plan = small_plan();
  plan.max_epochs = 1;
  plan.learning_rate = 0;
  plan.initial = {.scale = 2, .zero_last = true};
  EXPECT_EQ(train(native_backend(), arena, plan, images, range(0, 40), range(40, 60)).weights,
            initial_weights(plan.shape, plan.seed, plan.initial));
}

TEST(Trainer, PlacementsDoNotDependOnTheBatches) {
  const auto placements_with = [](int batch_size) {
    TrainingPlan plan = small_plan();
    plan.batch_size = batch_size;
    plan.max_epochs = 2;
    plan.augmentation = {.mirror = true, .shift = 0.2};
    train_scripted({{5}, {5}, {5}, {5}, {5}, {5}, {5}, {5}, {5}, {5}}, plan);
    return Scripted::placements;
  };
  const std::vector<int> small = placements_with(7);
  EXPECT_EQ(small.size(), 2u * 40);
  EXPECT_EQ(placements_with(16), small);
  EXPECT_NE(std::vector<int>(small.begin(), small.begin() + 40), std::vector<int>(small.begin() + 40, small.end()));
}

TEST(Trainer, JudgesMoreThanOneBatch) {
  Arena arena;
  const ImageSet images = noise_pictures(small_shape(), 600, 9);
  const auto network = native_backend().make(small_shape(), {.max_batch = 7, .memory_bytes = 0}, arena);
  const Judgement judgement = judge(*network, images, range(0, 600));  // all weights zero: every class alike
  EXPECT_NEAR(judgement.loss, std::log(4.0), 1e-6);
  int first = 0;
  for (int label = 0; label < 4; ++label) first += judgement.confusion[label * 4];
  EXPECT_EQ(first, 600);
}

}  // namespace
}  // namespace crescendo
