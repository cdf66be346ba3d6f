#include "train/checkpoint.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <optional>

#include "base/files.h"
#include "crescendo/error.h"
#include "tests/train/pictures.h"
#include "train/arena.h"
#include "train/backends.h"
#include "train/checkpoint_file.h"
#include "train/plan_json.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

TrainingPlan plain_plan() {
  TrainingPlan plan;
  plan.shape = {1, 12, {{6, 3}, {8, 3}}, {16, 10}, 4};
  plan.batch_size = 16;
  plan.learning_rate = 0.01;
  plan.max_epochs = 6;
  plan.patience = 0;
  plan.seed = 3;
  return plan;
}

TrainingPlan full_plan() {
  TrainingPlan plan = plain_plan();
  plan.shape.batch_norm = true;
  plan.shape.dropout = 0.3;
  plan.shape.dense_side = 2;
  plan.optimiser = Optimiser::kAdam;
  plan.schedule = {.decay = Decay::kCosine, .warmup_epochs = 1.5};
  plan.augmentation = {.mirror = true, .shift = 0.1};
  plan.class_weights = ClassWeighting::kBalanced;
  plan.clip_norm = 0.25;
  plan.initial = {.scale = 0.5, .zero_last = true};
  return plan;
}

class Checkpoints : public testing::Test {
 protected:
  Checkpoints() : folder_(fs::path(testing::TempDir()) / ("crescendo-checkpoints-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
    file_ = folder_ / "training.crcp";
    training_.resize(70);
    validation_.resize(40);
    std::iota(training_.begin(), training_.end(), 0);
    std::iota(validation_.begin(), validation_.end(), 70);
  }
  ~Checkpoints() override { fs::remove_all(folder_); }

  TrainingResult train_on(const TrainingPlan& plan, const TrainingHooks& hooks = {}, const Checkpoint* from = nullptr) {
    Arena arena;
    const ImageSet images = blob_pictures(plan.shape, 110, 1);
    return train(native_backend(), arena, plan, images, training_, validation_, hooks, from);
  }

  /// Cut off before a step or validation batch, counted from 1; every epoch has 5 and 1 of them.
  void train_until(const TrainingPlan& plan, int cut_off_at, const Checkpoint* from = nullptr) {
    int asked = 0;
    TrainingHooks hooks;
    hooks.checkpoint = [&](const Checkpoint& checkpoint) { save_checkpoint(file_, checkpoint); };
    hooks.cancelled = [&] { return ++asked == cut_off_at; };
    EXPECT_EQ(train_on(plan, hooks, from).end, TrainingEnd::kCancelled);
  }

  Checkpoint after_epochs(TrainingPlan plan, int epochs) {
    Checkpoint last;
    TrainingHooks hooks;
    hooks.checkpoint = [&](const Checkpoint& checkpoint) {
      if (checkpoint.epoch == epochs) last = checkpoint;
    };
    train_on(plan, hooks);
    return last;
  }

  std::string message_of(const std::function<void()>& call) const {
    try {
      call();
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kBadInput);
      return e.what();
    }
    return "no error";
  }

  fs::path folder_, file_;
  std::vector<int> training_, validation_;
};

void expect_same(const TrainingResult& found, const TrainingResult& wanted) {
  EXPECT_EQ(found.end, wanted.end);
  EXPECT_EQ(found.weights, wanted.weights);
  EXPECT_EQ(found.best_epoch, wanted.best_epoch);
  EXPECT_EQ(found.validation_error, wanted.validation_error);
  EXPECT_EQ(found.validation_loss, wanted.validation_loss);
  EXPECT_EQ(found.per_class_error, wanted.per_class_error);
  EXPECT_EQ(found.confusion, wanted.confusion);
  EXPECT_EQ(found.mistakes, wanted.mistakes);
  ASSERT_EQ(found.curve.size(), wanted.curve.size());
  for (std::size_t i = 0; i < found.curve.size(); ++i) {
    EXPECT_EQ(found.curve[i].epoch, wanted.curve[i].epoch);
    EXPECT_EQ(found.curve[i].training_loss, wanted.curve[i].training_loss);
    EXPECT_EQ(found.curve[i].validation_error, wanted.curve[i].validation_error);
    EXPECT_EQ(found.curve[i].validation_loss, wanted.curve[i].validation_loss);
    EXPECT_EQ(found.curve[i].learning_rate, wanted.curve[i].learning_rate);
  }
}

TEST_F(Checkpoints, ATrainingThatWasCutOffGoesOnToTheSameBits) {
  std::vector<TrainingPlan> plans(7, plain_plan());
  plans[1] = full_plan();
  plans[2].optimiser = Optimiser::kAdam;
  plans[3].shape.dropout = 0.5;
  plans[4].augmentation = {.mirror = true, .shift = 0.2};
  plans[5].shape.batch_norm = true;
  plans[6].clip_norm = 0.25;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const TrainingResult whole = train_on(plans[i]);
    for (const int cut_off_at : {7, 15, 18}) {  // before epoch 2, within epoch 3, before its validation
      SCOPED_TRACE("plan " + std::to_string(i) + ", cut off at " + std::to_string(cut_off_at));
      train_until(plans[i], cut_off_at);
      const Checkpoint middle = load_checkpoint(file_);
      EXPECT_EQ(middle.epoch, (cut_off_at - 1) / 6);
      train_until(plans[i], 9, &middle);  // and again
      const Checkpoint last = load_checkpoint(file_);
      EXPECT_EQ(last.epoch, middle.epoch + 1);
      expect_same(train_on(plans[i], {}, &last), whole);
    }
  }
}

TEST_F(Checkpoints, OneOfAnEndedTrainingIsItsResult) {
  TrainingPlan plan = plain_plan();
  const Checkpoint last = after_epochs(plan, 6);
  expect_same(train_on(plan, {}, &last), train_on(plan));
  plan.patience = 1;
  plan.learning_rate = 1e-30;  // nothing gets better
  const TrainingResult impatient = train_on(plan);
  ASSERT_LT(impatient.curve.size(), 6u);
  const Checkpoint tired = after_epochs(plan, static_cast<int>(impatient.curve.size()));
  expect_same(train_on(plan, {}, &tired), impatient);
}

TEST_F(Checkpoints, MoreEpochsThanWereAskedForGoOn) {
  TrainingPlan plan = plain_plan();
  plan.max_epochs = 3;
  const Checkpoint third = after_epochs(plan, 3);
  plan.max_epochs = 6;
  expect_same(train_on(plan, {}, &third), train_on(plan));
}

TEST_F(Checkpoints, AnotherTrainingIsRefusedInASentence) {
  const Checkpoint checkpoint = after_epochs(full_plan(), 2);
  const auto refused = [&](const std::function<void(TrainingPlan&)>& change, const std::string& sentence) {
    TrainingPlan plan = full_plan();
    change(plan);
    const std::string message = message_of([&] { train_on(plan, {}, &checkpoint); });
    EXPECT_NE(message.find(sentence), std::string::npos) << message;
  };
  refused([](TrainingPlan& p) { p.seed = 4; }, "its seed is 3, now it is 4");
  refused([](TrainingPlan& p) { p.optimiser = Optimiser::kSgd; }, "its optimiser is \"adam\", now it is \"sgd\"");
  refused([](TrainingPlan& p) { p.shape.conv[1].filters = 9; }, "its shape.conv is ");
  refused([](TrainingPlan& p) { p.shape.dropout = 0; }, "its shape.dropout is 0.3, now it is 0.0");
  refused([](TrainingPlan& p) { p.shape.dense_side = 0; }, "its shape.dense_side is 2, now it is 0");
  refused([](TrainingPlan& p) { p.schedule.decay = Decay::kStep; }, "its schedule.decay is \"cosine\"");
  refused([](TrainingPlan& p) { p.batch_size = 8; }, "its batch_size is 16, now it is 8");
  refused([](TrainingPlan& p) { p.clip_norm = 0; }, "its clip_norm is 0.25, now it is 0.0");
  refused([](TrainingPlan& p) { p.initial.scale = 1; }, "its initial_scale is 0.5, now it is 1.0");
  refused([](TrainingPlan& p) { p.initial.zero_last = false; }, "its zero_last is true, now it is false");
  refused([](TrainingPlan& p) { p.max_epochs = 1; }, "stands after epoch 2, but at most 1 epochs are asked for");
  training_.pop_back();
  refused([](TrainingPlan&) {}, "its pictures, or their parts, are others");
}

TEST_F(Checkpoints, WhatAnOlderPlanLacksIsAsUsual) {
  const Json plan = to_json(plain_plan());
  Json older = plan;
  for (const char* name : {"clip_norm", "initial_scale", "zero_last"}) EXPECT_EQ(older.erase(name), 1u);
  EXPECT_EQ(older["shape"].erase("dense_side"), 1u);
  EXPECT_EQ(to_json(plan_from_json(older)), plan);
}

TEST_F(Checkpoints, MistakesThatCannotBeAreRefusedAndNoneAreReadFromAnOlderFile) {
  Checkpoint checkpoint = after_epochs(plain_plan(), 1);
  checkpoint.so_far.mistakes = {{training_.front(), 1, 0.5}};
  EXPECT_NE(message_of([&] { train_on(plain_plan(), {}, &checkpoint); }).find("none of these validation pictures"),
            std::string::npos);
  checkpoint.so_far.mistakes = {{validation_.front(), 4, 0.5}};
  save_checkpoint(file_, checkpoint);
  EXPECT_NE(message_of([&] { load_checkpoint(file_); }).find("predicts a class that its network does not have"),
            std::string::npos);
  checkpoint.so_far.mistakes = {{validation_.front(), 3, 0.1}};
  save_checkpoint(file_, checkpoint);
  EXPECT_EQ(load_checkpoint(file_).so_far.mistakes, checkpoint.so_far.mistakes);
  std::string bytes = read_file(file_);
  bytes.replace(bytes.find("\"mistakes\""), 10, "\"of_later\"");
  write_file(file_, bytes);
  EXPECT_TRUE(load_checkpoint(file_).so_far.mistakes.empty());
}

TEST_F(Checkpoints, OthersPicturesAreNoticed) {
  const NetworkShape shape = plain_plan().shape;
  ImageSet images = blob_pictures(shape, 110, 1);
  const std::uint64_t before = pictures_fingerprint(images, training_, validation_);
  EXPECT_EQ(pictures_fingerprint(images, training_, validation_), before);
  EXPECT_NE(pictures_fingerprint(images, validation_, training_), before);
  images.pixels[images.pixels.size() - 1] ^= 1;
  EXPECT_NE(pictures_fingerprint(images, training_, validation_), before);
}

TEST_F(Checkpoints, AFileThatIsTruncatedOrForeignIsAnErrorNamingFileAndOffset) {
  save_checkpoint(file_, after_epochs(full_plan(), 1));
  std::ifstream in(file_, std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(in), {});
  const auto message_for = [&](const std::string& bytes) {
    std::ofstream(file_, std::ios::binary) << bytes;
    return message_of([&] { load_checkpoint(file_); });
  };
  for (std::size_t length = 0; length < whole.size(); length += length < 300 ? 11 : 1009) {
    const std::string message = message_for(whole.substr(0, length));
    EXPECT_NE(message.find(file_.string()), std::string::npos) << message;
    EXPECT_NE(message.find("at byte "), std::string::npos) << message;
  }
  EXPECT_NE(message_for("PNG" + whole).find("does not begin with CRCP"), std::string::npos);
  EXPECT_NE(message_for(whole + "x").find("1 bytes behind the best weights"), std::string::npos);
  std::string later = whole;
  later[4] = 2;
  EXPECT_NE(message_for(later).find("version 2"), std::string::npos);
  std::string unknown = whole;
  unknown.replace(unknown.find("\"adam\""), 6, "\"adan\"");
  EXPECT_NE(message_for(unknown).find("no optimiser 'adan'; there are: sgd adam"), std::string::npos);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1) << "no temporary file is left";
}

}  // namespace
}  // namespace crescendo
