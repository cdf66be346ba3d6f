#include "objective/cnn.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include "base/base64.h"
#include "base/files.h"
#include "base/json.h"
#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "images/png_writer.h"
#include "objective/cnn_space.h"
#include "objective/cnn_start.h"
#include "objective/mistakes.h"
#include "space/encode.h"
#include "space/parse.h"
#include "study/study_file.h"
#include "train/initial_weights.h"
#include "train/weights_file.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

// Noise with a bright half, upper or lower, that is the class.
ImageSet halves(int side_px, int count, Part part) {
  ImageSet images;
  images.side_px = side_px;
  images.channels = 1;
  images.classes = {"upper", "lower"};
  Rng rng(static_cast<std::uint64_t>(side_px), {static_cast<std::uint64_t>(part)});
  for (int n = 0; n < count; ++n) {
    const int label = n % 2;
    for (int y = 0; y < side_px; ++y) {
      for (int x = 0; x < side_px; ++x) {
        const bool bright = (y >= side_px / 2) == (label == 1);
        images.pixels.push_back(static_cast<std::uint8_t>(rng.below(128) + (bright ? 100 : 0)));
      }
    }
    images.labels.push_back(label);
    images.parts.push_back(part == Part::kTest ? part : n % 4 < 2 ? Part::kTraining : Part::kValidation);
  }
  images.normalisation.mean = {114, 0, 0};
  images.normalisation.scale = {1.0f / 60, 1, 1};
  return images;
}

class Cnn : public testing::Test {
 protected:
  Cnn() {
    study_.name = "cnn";
    study_.objective = {"cnn"};
    study_.ladder = image_ladder(std::array{8, 16}, 10);
    study_.space = cnn_space(16);
    auto pictures = std::make_shared<CnnPictures>();
    for (const int side : {8, 16}) {
      pictures->by_side[side] = std::make_shared<const ImageSet>(halves(side, 80, Part::kTraining));
    }
    pictures->test = [this](int side_px) {
      ++tests_read_;
      return halves(side_px, 40, Part::kTest);
    };
    pictures_ = std::move(pictures);
    folder_ = fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Cnn() override { fs::remove_all(folder_); }

  Point point(double learning_rate, int layers = 1) const {
    Json json = Json::parse(R"({"filters_1": 8, "filter_size_1": 3, "fc_layers": 0, "batch_size": 16,
                                "use_l1": false, "use_l2": false})");
    json["learning_rate"] = learning_rate;
    json["conv_layers"] = layers;
    for (int i = 2; i <= layers; ++i) {
      json["filters_" + std::to_string(i)] = 8;
      json["filter_size_" + std::to_string(i)] = 3;
    }
    return parse_point(study_.space, json);
  }

  Assignment assignment(const Point& p, int rung) const { return {study_, 3, rung, p, 5, folder_}; }

  Study study_;
  std::shared_ptr<const CnnPictures> pictures_;
  fs::path folder_;
  int tests_read_ = 0;
};

TEST_F(Cnn, LearnsAndReportsEveryEpochWithItsMetrics) {
  const auto cnn = make_cnn({}, pictures_);
  std::vector<EpochReport> reports;
  Hooks hooks;
  hooks.after_epoch = [&](const EpochReport& report) {
    reports.push_back(report);
    return Going::kOn;
  };
  const Point p = point(0.03);
  const auto outcome = cnn->evaluate(assignment(p, 1), hooks);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->failed) << outcome->reason;
  EXPECT_LE(outcome->loss, 0.05);
  EXPECT_GE(outcome->tie, 0);
  ASSERT_FALSE(reports.empty());
  EXPECT_EQ(reports.front().epoch, 1);
  for (const char* metric : {"training_loss", "validation_loss", "learning_rate", "seconds", "images_per_second"}) {
    EXPECT_TRUE(reports.front().metrics.contains(metric)) << metric;
  }
  EXPECT_TRUE(outcome->metrics.contains("per_class_error"));
}

TEST_F(Cnn, KeepsWeightsAtTheTopRungOnlyAndTestsThem) {
  const auto cnn = make_cnn({}, pictures_);
  const Point p = point(0.03);
  cnn->evaluate(assignment(p, 0), {});
  EXPECT_FALSE(fs::exists(folder_ / kWeightsFile));
  EXPECT_FALSE(cnn->test(study_, 0, folder_));
  cnn->evaluate(assignment(p, 1), {});
  EXPECT_TRUE(fs::exists(folder_ / kWeightsFile));
  EXPECT_EQ(tests_read_, 0) << "the test part was read before it was asked for";
  const auto error = cnn->test(study_, 1, folder_);
  ASSERT_TRUE(error);
  EXPECT_LE(*error, 0.1);
  const Json confusion = parse_json(read_file(folder_ / "confusion.json"), "confusion");
  EXPECT_EQ(confusion["classes"], Json({"upper", "lower"}));
  int total = 0;
  for (const Json& row : confusion["confusion"]) {
    for (const Json& count : row) total += count.get<int>();
  }
  EXPECT_EQ(total, 40);
}

// Of names only.
class NamedPictures : public DataSet {
 public:
  explicit NamedPictures(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) entries_.push_back({"folder/" + std::to_string(i) + ".png", 0, {}});
  }
  Picture decode(std::size_t, int, Fit) const override { return {}; }
};

TEST_F(Cnn, ShowsThePicturesThatTheKeptNetworkGotWrong) {
  auto pictures = std::make_shared<CnnPictures>(*pictures_);
  auto images = std::make_shared<ImageSet>(*pictures_->by_side.at(16));
  for (int n = 0; n < 80; ++n) {
    images->entries.push_back(100 + n);
    if (n % 10 == 3) images->labels[static_cast<std::size_t>(n)] ^= 1;  // 8 of the validation part can but be wrong
  }
  pictures->by_side[16] = images;
  pictures->data = std::make_shared<NamedPictures>(180);
  const Point p = point(0.03);
  make_cnn({}, pictures)->evaluate(assignment(p, 0), {});
  EXPECT_FALSE(fs::exists(folder_ / kMistakesFile)) << "no weights are kept that they could be of";
  make_cnn({}, pictures)->evaluate(assignment(p, 1), {});
  const Json confusion = parse_json(read_file(folder_ / "confusion.json"), "confusion")["confusion"];
  const Json mistakes = parse_json(read_file(folder_ / kMistakesFile), "mistakes");
  ASSERT_GE(mistakes.size(), 4u);
  ASSERT_LE(mistakes.size(), kMostMistakes);
  ASSERT_EQ(mistakes.size(), confusion[0][1].get<std::size_t>() + confusion[1][0].get<std::size_t>());
  int from_upper = 0;
  double before = 1;
  for (const Json& mistake : mistakes) {
    const int n = std::stoi(mistake["picture"].get<std::string>().substr(7)) - 100;
    EXPECT_EQ(images->parts[static_cast<std::size_t>(n)], Part::kValidation);
    EXPECT_EQ(mistake["class"], images->classes[static_cast<std::size_t>(images->labels[static_cast<std::size_t>(n)])]);
    EXPECT_NE(mistake["class"], mistake["predicted"]);
    EXPECT_GE(mistake["probability"].get<double>(), 0.5);
    EXPECT_LE(mistake["probability"].get<double>(), before);
    before = mistake["probability"].get<double>();
    from_upper += mistake["class"] == "upper";
    EXPECT_EQ(mistake["side"], 16);
    const std::uint8_t* const pixels = images->picture(static_cast<std::size_t>(n));
    EXPECT_EQ(mistake["png"], base64(encode_png({16, 16, 1, {pixels, pixels + 256}})));
  }
  EXPECT_EQ(from_upper, confusion[0][1]);
  const std::string first = read_file(folder_ / kMistakesFile);
  pictures->data = nullptr;
  make_cnn({}, pictures)->evaluate(assignment(p, 1), {});
  const Json numbered = parse_json(read_file(folder_ / kMistakesFile), "mistakes");
  ASSERT_EQ(numbered.size(), mistakes.size()) << "the same assignment gives the same";
  for (std::size_t i = 0; i < numbered.size(); ++i) {
    EXPECT_EQ(numbered[i]["png"], mistakes[i]["png"]);
    EXPECT_TRUE(numbered[i]["picture"].is_number());
  }
}

TEST_F(Cnn, TestsANetworkThatATrialsMemoryWouldNotHold) {
  const Point large = parse_point(study_.space, Json::parse(R"({"learning_rate": 0.01, "batch_size": 16,
      "conv_layers": 1, "filters_1": 64, "filter_size_1": 3, "fc_layers": 1, "units_1": 256,
      "use_l1": false, "use_l2": false})"));
  study_.ladder = image_ladder(std::array{8, 16}, 1);
  ASSERT_FALSE(make_cnn({}, pictures_)->evaluate(assignment(large, 1), {})->failed);
  CnnOptions tight;
  tight.memory_mib = 1;  // its weights alone are 4 MiB
  EXPECT_TRUE(make_cnn(tight, pictures_)->test(study_, 1, folder_));
}

TEST_F(Cnn, TheSameAssignmentGivesTheSameBits) {
  const Point p = point(0.03);
  const auto a = make_cnn({}, pictures_)->evaluate(assignment(p, 1), {});
  const auto again = make_cnn({}, pictures_);
  const Point other = point(0.01, 2);
  again->evaluate(assignment(other, 1), {});  // what the worker did before does not matter
  const auto b = again->evaluate(assignment(p, 1), {});
  EXPECT_EQ(a->loss, b->loss);
  EXPECT_EQ(a->tie, b->tie);
}

TEST_F(Cnn, WhatCannotBeTrainedIsAFailedOutcomeThatSaysWhy) {
  Study deep = study_;
  deep.space = parse_space(Json::parse(R"([{"name": "conv_layers", "type": "int", "low": 1, "high": 9}])"));
  const Point p{{5}};
  const auto outcome = make_cnn({}, pictures_)->evaluate({deep, 0, 1, p, 1, {}}, {});
  ASSERT_TRUE(outcome->failed);
  EXPECT_EQ(outcome->reason, "5 conv layers, each halving the side, leave nothing of 16 px");

  CnnOptions tight;
  tight.memory_mib = 1;
  Study wide = study_;
  wide.space = parse_space(Json::parse(R"([{"name": "filters_1", "type": "int", "low": 1, "high": 100000}])"));
  const auto refused = make_cnn(tight, pictures_)->evaluate({wide, 0, 1, Point{{16'000}}, 1, {}}, {});
  ASSERT_TRUE(refused->failed);
  EXPECT_NE(refused->reason.find("MiB"), std::string::npos) << refused->reason;

  Study exploding = study_;
  exploding.space = parse_space(Json::parse(R"([{"name": "learning_rate", "type": "float", "low": 1, "high": 1e9}])"));
  CnnOptions harsh;
  harsh.zero_last = false;
  const auto diverged = make_cnn(harsh, pictures_)->evaluate({exploding, 0, 1, Point{{1e9}}, 1, {}}, {});
  ASSERT_TRUE(diverged->failed);
  EXPECT_FALSE(diverged->reason.empty());
}

TEST_F(Cnn, StoppingKeepsTheBestSoFarAndCancellingForgets) {
  const Point p = point(0.03);
  Hooks stop;
  stop.after_epoch = [](const EpochReport& report) { return report.epoch == 2 ? Going::kStop : Going::kOn; };
  const auto stopped = make_cnn({}, pictures_)->evaluate(assignment(p, 1), stop);
  ASSERT_TRUE(stopped);
  EXPECT_TRUE(stopped->stopped_early);
  EXPECT_FALSE(stopped->failed);
  Hooks cancel;
  cancel.ask = [] { return Going::kCancel; };
  EXPECT_FALSE(make_cnn({}, pictures_)->evaluate(assignment(p, 1), cancel));
  Hooks too_soon;
  too_soon.ask = [] { return Going::kStop; };
  const auto nothing = make_cnn({}, pictures_)->evaluate(assignment(p, 1), too_soon);
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->failed);
}

// A point of every training feature, none of them as usual.
const char* const kEveryFeature = R"({"optimiser": "adam", "momentum": 0.8, "dropout": 0.25, "batch_norm": true,
  "mirror": true, "shift": 0.125, "schedule": "cosine", "warmup_epochs": 1.5, "class_weights": "balanced",
  "clip_norm": 0.75, "initial_scale": 0.5, "zero_last": true, "dense_side": 2})";

void expect_every_feature(const TrainingPlan& plan) {
  EXPECT_EQ(plan.optimiser, Optimiser::kAdam);
  EXPECT_EQ(plan.momentum, 0.8);
  EXPECT_EQ(plan.shape.dropout, 0.25);
  EXPECT_TRUE(plan.shape.batch_norm);
  EXPECT_TRUE(plan.augmentation.mirror);
  EXPECT_EQ(plan.augmentation.shift, 0.125);
  EXPECT_EQ(plan.schedule.decay, Decay::kCosine);
  EXPECT_EQ(plan.schedule.warmup_epochs, 1.5);
  EXPECT_EQ(plan.class_weights, ClassWeighting::kBalanced);
  EXPECT_EQ(plan.clip_norm, 0.75);
  EXPECT_EQ(plan.shape.dense_side, 2);
  EXPECT_EQ(plan.initial.scale, 0.5);
  EXPECT_TRUE(plan.initial.zero_last);
}

TEST(CnnTrainingPlan, FeaturesComeFromThePointOrElseFromTheOptions) {
  const ImageSet images = halves(8, 8, Part::kTraining);
  const Json every = Json::parse(kEveryFeature);
  const Space space = space_of_point(every);
  check_cnn_space(space);
  expect_every_feature(training_plan({}, space, parse_point(space, every), images, 3, 1));
  const CnnOptions options = read_training_table(every, "it");
  expect_every_feature(training_plan(options, {}, {}, images, 3, 1));
  // What the point says wins, and what is not active says nothing.
  const Space narrow = parse_space(Json::parse(R"([
      {"name": "optimiser", "type": "categorical", "choices": ["sgd", "adam"]},
      {"name": "dropout", "type": "float", "low": 0, "high": 0.5, "active_when": "optimiser == adam"}])"));
  const TrainingPlan plan = training_plan(options, narrow, parse_point(narrow, {{"optimiser", "sgd"}}), images, 3, 1);
  EXPECT_EQ(plan.optimiser, Optimiser::kSgd);
  EXPECT_EQ(plan.shape.dropout, 0.25);
}

TEST(CnnTrainingPlan, WhatMakesSizesAgreeIsOnAndAllElseOffUnlessAsked) {
  const TrainingPlan plan = training_plan({}, {}, {}, halves(8, 8, Part::kTraining), 3, 1);
  EXPECT_EQ(plan.optimiser, Optimiser::kSgd);
  EXPECT_EQ(plan.shape.dropout, 0);
  EXPECT_FALSE(plan.shape.batch_norm);
  EXPECT_FALSE(plan.augmentation.varies());
  EXPECT_EQ(plan.schedule.decay, Decay::kConstant);
  EXPECT_EQ(plan.schedule.warmup_epochs, 1);
  EXPECT_EQ(plan.class_weights, ClassWeighting::kNone);
  EXPECT_EQ(plan.clip_norm, 0);
  EXPECT_EQ(plan.shape.dense_side, 4);
  EXPECT_EQ(plan.initial.scale, 1);
  EXPECT_TRUE(plan.initial.zero_last);
}

TEST_F(Cnn, TrainsAPointOfEveryFeature) {
  Study every = study_;
  every.space = space_of_point(Json::parse(kEveryFeature));
  const Point p = parse_point(every.space, Json::parse(kEveryFeature));
  const auto outcome = make_cnn({}, pictures_)->evaluate({every, 0, 1, p, 1, folder_}, {});
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->failed) << outcome->reason;
  EXPECT_EQ(make_cnn({}, pictures_)->evaluate({every, 0, 1, p, 1, {}}, {})->tie, outcome->tie);
  const auto error = make_cnn({}, pictures_)->test(every, 1, folder_);
  ASSERT_TRUE(error) << "the weights' file knows of the normalisation";
  EXPECT_LE(*error, 0.5);
}

// Rungs that differ in epochs alone, climbed by one point.
class CnnContinues : public Cnn {
 protected:
  CnnContinues() {
    study_.continues = true;
    study_.ladder = image_ladder(std::array{16, 16, 16}, 9);
    study_.ladder[0].fidelity["epochs"] = 2;
    study_.ladder[1].fidelity["epochs"] = 5;
  }

  // Of the trial at `rung`, whose number that is; the parent's files are in the folder of its number.
  std::optional<Outcome> climb(int rung, const Point& p, const CnnOptions& options, const Hooks& hooks = {}) {
    std::vector<Trial> line(static_cast<std::size_t>(rung));
    for (int below = 0; below < rung; ++below)
      line[static_cast<std::size_t>(below)].number = line[static_cast<std::size_t>(below)].rung = below;
    Assignment a{study_, rung, rung, p, 5, of(rung)};
    if (rung > 0) a.from = of(rung - 1);
    a.keep = rung < study_.top();
    a.line = line;
    fs::create_directories(of(rung));
    return make_cnn(options, pictures_)->evaluate(a, hooks);
  }

  // In one training from the first epoch, by a study that does not continue.
  std::optional<Outcome> at_once(const Point& p, const CnnOptions& options) {
    Study once = study_;
    once.continues = false;
    return make_cnn(options, pictures_)->evaluate({once, 0, 2, p, 5, folder_}, {});
  }

  fs::path of(int number) const { return folder_ / std::to_string(number); }

  void expect_same_network(const Outcome& found, const Outcome& wanted) const {
    EXPECT_EQ(found.loss, wanted.loss);
    EXPECT_EQ(found.tie, wanted.tie);
    EXPECT_EQ(found.metrics.at("best_epoch"), wanted.metrics.at("best_epoch"));
    EXPECT_EQ(found.metrics.at("epochs"), wanted.metrics.at("epochs"));
    EXPECT_EQ(read_file(of(2) / kWeightsFile), read_file(folder_ / kWeightsFile));
    EXPECT_EQ(read_file(of(2) / "confusion.json"), read_file(folder_ / "confusion.json"));
    EXPECT_EQ(read_file(of(2) / kMistakesFile), read_file(folder_ / kMistakesFile));
  }
};

TEST_F(CnnContinues, PromotedTwiceATrialComesToTheBitsOfOneTraining) {
  CnnOptions every = read_training_table(Json::parse(kEveryFeature), "it");
  every.patience = 0;
  CnnOptions plain;
  plain.patience = 0;
  for (const CnnOptions& options : {plain, every}) {
    const Point p = point(0.003, 2);
    std::vector<int> epochs;
    Hooks hooks;
    hooks.after_epoch = [&](const EpochReport& report) {
      epochs.push_back(report.epoch);
      return Going::kOn;
    };
    for (int rung = 0; rung < 2; ++rung) {
      climb(rung, p, options, hooks);
      EXPECT_TRUE(fs::exists(of(rung) / kCheckpointFile));
      EXPECT_FALSE(fs::exists(of(rung) / kWeightsFile)) << "the checkpoint holds them";
    }
    const auto top = climb(2, p, options, hooks);
    EXPECT_EQ(epochs, (std::vector{1, 2, 3, 4, 5, 6, 7, 8, 9})) << "no epoch is trained twice";
    EXPECT_EQ(top->metrics.at("from_epoch"), 5);
    EXPECT_FALSE(fs::exists(of(2) / kCheckpointFile));
    expect_same_network(*top, *at_once(p, options));
  }
}

TEST_F(CnnContinues, WhatRanOutOfPatienceStaysAsItIs) {
  study_.space = parse_space(Json::parse(R"([{"name": "learning_rate", "type": "float", "low": 1e-12, "high": 1}])"));
  CnnOptions impatient;
  impatient.patience = 1;
  impatient.zero_last = false;  // from zero the smallest step still changes the loss
  const Point p{{1e-12}};       // nothing gets better
  const auto first = climb(0, p, impatient);
  ASSERT_EQ(first->metrics.at("epochs"), 2);
  int reports = 0;
  Hooks hooks;
  hooks.after_epoch = [&](const EpochReport&) {
    ++reports;
    return Going::kOn;
  };
  for (int rung = 1; rung <= 2; ++rung) {
    const auto next = climb(rung, p, impatient, hooks);
    EXPECT_EQ(next->loss, first->loss);
    EXPECT_EQ(next->metrics.at("epochs"), 2);
    EXPECT_EQ(next->metrics.at("from_epoch"), 2);
  }
  EXPECT_EQ(reports, 0);
  expect_same_network(*climb(2, p, impatient), *at_once(p, impatient));
}

TEST_F(CnnContinues, WithoutACheckpointThatFitsItComesToTheSameAndSaysSo) {
  CnnOptions options;
  options.patience = 0;
  const Point p = point(0.003, 2), other = point(0.01, 2);
  const auto wanted = at_once(p, options);
  std::vector<std::function<void()>> losses = {
      [&] { fs::remove(of(1) / kCheckpointFile); },
      [&] { write_file(of(1) / kCheckpointFile, "this is text"); },
      [&] { climb(0, other, options), climb(1, other, options); },
  };
  for (const auto& lose : losses) {
    climb(0, p, options);
    climb(1, p, options);
    lose();
    const auto anew = climb(2, p, options);
    EXPECT_EQ(anew->metrics.at("from_epoch"), 0);
    expect_same_network(*anew, *wanted);
  }
}

// Trials of one line, each with a point, the last one executed; those with a point other than the one before are
// perturbed, and any that is asked for.
class CnnPerturbed : public CnnContinues {
 protected:
  CnnPerturbed() { options_.patience = 0; }

  std::optional<Outcome> execute(const std::vector<Point>& points, std::set<int> perturbed = {}) {
    for (std::size_t i = 1; i < points.size(); ++i) {
      if (!(points[i] == points[i - 1])) perturbed.insert(static_cast<int>(i));
    }
    const int rung = static_cast<int>(points.size()) - 1;
    std::vector<Trial> line(static_cast<std::size_t>(rung));
    for (int below = 0; below < rung; ++below) {
      Trial& trial = line[static_cast<std::size_t>(below)];
      trial.number = trial.rung = below;
      trial.point = points[static_cast<std::size_t>(below)];
      if (below > 0) trial.parent = below - 1;
      if (perturbed.contains(below)) trial.box = below;
    }
    Assignment a{study_, rung, rung, points.back(), seed_, of(rung)};
    if (rung > 0) a.from = of(rung - 1);
    a.keep = rung < study_.top();
    a.line = line;
    a.perturbed = perturbed.contains(rung);
    fs::create_directories(of(rung));
    reports_.clear();
    Hooks hooks;
    hooks.after_epoch = [&](const EpochReport& report) {
      reports_.push_back(report);
      return Going::kOn;
    };
    return make_cnn(options_, pictures_)->evaluate(a, hooks);
  }

  Point with_batch(double learning_rate, int batch_size) const {
    Point p = point(learning_rate, 2);
    p.values[*study_.space.find("batch_size")] = batch_size;
    return p;
  }

  CnnOptions options_;
  std::uint64_t seed_ = 5;
  std::vector<EpochReport> reports_;
};

TEST_F(CnnPerturbed, GoesOnFromTheWeightsOfAnotherPoint) {
  study_.ladder[0].fidelity["epochs"] = 4;
  study_.space = parse_space(Json::parse(R"([
    {"name": "learning_rate", "type": "float", "low": 1e-12, "high": 1}, {"name": "l2", "type": "float", "low": 0, "high": 1},
    {"name": "batch_size", "type": "int", "low": 1, "high": 64}])"));
  options_.warmup_epochs = 0;
  const Point parent{{0.03, 0, 16}}, still{{1e-12, 1e-4, 7}};
  execute({parent});
  ASSERT_EQ(reports_.size(), 4u);
  const double first = reports_.front().metrics.at("validation_loss"),
               last = reports_.back().metrics.at("validation_loss");
  EXPECT_LT(last, 0.8 * first) << "it has learnt something";
  seed_ = 6;  // a training of its own
  const auto outcome = execute({parent, still});
  ASSERT_TRUE(outcome);
  ASSERT_FALSE(outcome->failed) << outcome->reason;
  EXPECT_EQ(outcome->metrics.at("from_epoch"), 4);
  EXPECT_EQ(outcome->metrics.at("epochs"), 5) << "its curve begins with its parent's";
  EXPECT_EQ(outcome->metrics.at("best_epoch"), 5) << "its own epochs count";
  ASSERT_EQ(reports_.size(), 1u);
  EXPECT_EQ(reports_.front().epoch, 5);
  EXPECT_NEAR(reports_.front().metrics.at("validation_loss"), last, 1e-3 * last) << "momentum still moves it a little";
  EXPECT_NEAR(reports_.front().metrics.at("learning_rate"), 1e-12, 1e-15);
}

TEST_F(CnnPerturbed, IsPromotedLikeAnyOtherAndIsPatientAnew) {
  options_.patience = 2;
  const Point parent = with_batch(0.01, 16), other = with_batch(0.012, 20);
  execute({parent});
  seed_ = 6;
  const auto perturbed = execute({parent, other});
  ASSERT_FALSE(perturbed->failed) << perturbed->reason;
  EXPECT_GE(perturbed->metrics.at("best_epoch"), 3);
  const auto top = execute({parent, other, other});
  ASSERT_FALSE(top->failed) << top->reason;
  EXPECT_EQ(top->metrics.at("from_epoch"), perturbed->metrics.at("epochs"));
  EXPECT_TRUE(fs::exists(of(2) / kWeightsFile));
}

TEST_F(CnnPerturbed, WithoutItsParentsCheckpointOrNetworkItFails) {
  const auto refusal = [&](const std::vector<Point>& points) {
    try {
      execute(points);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const Point parent = point(0.01, 2), other = point(0.012, 2);
  execute({parent});
  execute({parent, other});
  EXPECT_NE(refusal({parent, point(0.01, 3)}).find("the checkpoint belongs to another training"), std::string::npos);
  fs::remove(of(1) / kCheckpointFile);
  EXPECT_EQ(refusal({parent, other, other}),
            "it goes on from trial 1, whose checkpoint is not there or does not fit, and which is of a training that "
            "was perturbed");
  fs::remove(of(0) / kCheckpointFile);
  EXPECT_NE(refusal({parent, other}).find("that was perturbed"), std::string::npos);
}

TEST_F(CnnPerturbed, GoesOnEvenWhereTheDrawnPointIsItsParents) {
  const Point p = with_batch(0.01, 16);
  execute({p});
  seed_ = 6;  // a training of its own all the same
  const auto perturbed = execute({p, p}, {1});
  ASSERT_FALSE(perturbed->failed) << perturbed->reason;
  const double below = study_.ladder[0].fidelity.at("epochs");
  EXPECT_EQ(perturbed->metrics.at("from_epoch"), below);
  EXPECT_GT(perturbed->metrics.at("best_epoch"), below) << "its own epochs count";
  fs::remove(of(1) / kCheckpointFile);
  EXPECT_THROW(execute({p, p, p}, {1}), Error) << "no training from the first epoch comes to the same";
  fs::remove(of(0) / kCheckpointFile);
  EXPECT_THROW(execute({p, p}, {1}), Error);
}

TEST_F(CnnContinues, WhatWasStoppedIsNotPromotedAndLeavesNoCheckpoint) {
  const Point p = point(0.003, 2);
  Hooks stop;
  stop.after_epoch = [](const EpochReport&) { return Going::kStop; };
  EXPECT_TRUE(climb(0, p, {}, stop)->stopped_early);
  EXPECT_FALSE(fs::exists(of(0) / kCheckpointFile));
}

TEST_F(Cnn, AWarmTrialStartsFromItsParentsConvolutionsAndFreshDenseLayers) {
  study_.ladder = image_ladder(std::array{8, 16}, 4);
  CnnOptions options;
  options.batch_norm = true;
  const Point p = point(0.03, 2);
  const fs::path parent = folder_ / "parent";
  fs::create_directories(parent);
  const auto cnn = make_cnn(options, pictures_);
  Assignment below{study_, 0, 0, p, 5, parent};
  below.keep = true;
  cnn->evaluate(below, {});
  ASSERT_TRUE(fs::exists(parent / kWeightsFile));
  std::vector<Trial> line(1);
  Assignment warm{study_, 1, 1, p, 6, folder_, parent};
  warm.line = line;
  const auto started = read_start(warm, training_plan(options, study_.space, p, *pictures_->by_side.at(16), 4, 6));
  const TrainingPlan plan = training_plan(options, study_.space, p, *pictures_->by_side.at(16), 4, 6);
  const std::vector<float> fresh = initial_weights(plan.shape, 6, plan.initial),
                           before = load_weights(parent / kWeightsFile).weights;
  const std::size_t conv = 8 * (9 + 1 + 4) + 8 * (8 * 9 + 1 + 4);
  ASSERT_EQ(started.weights.size(), fresh.size());
  EXPECT_TRUE(std::equal(before.begin(), before.begin() + conv, started.weights.begin()));
  EXPECT_TRUE(std::equal(fresh.begin() + conv, fresh.end(), started.weights.begin() + conv));
  const auto outcome = cnn->evaluate(warm, {});
  EXPECT_FALSE(outcome->failed) << outcome->reason;
  EXPECT_FALSE(outcome->metrics.contains("from_epoch"));
  EXPECT_NE(outcome->tie, cnn->evaluate({study_, 1, 1, p, 6, folder_}, {})->tie);
  fs::remove(parent / kWeightsFile);
  try {
    cnn->evaluate(warm, {});
    FAIL() << "there is nothing to start from";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotFound);
    EXPECT_NE(std::string(error.what()).find("it starts from the weights of trial 0, and "), std::string::npos);
  }
}

TEST_F(Cnn, WhatWentOnFromAWarmTrialCannotBeginAnew) {
  study_.continues = true;
  study_.ladder = image_ladder(std::array{8, 16, 16}, 4);
  study_.ladder[1].fidelity["epochs"] = 2;
  std::vector<Trial> line(2);
  line[1].number = line[1].rung = 1;
  const Point p = point(0.03);
  Assignment last{study_, 2, 2, p, 6, folder_, folder_ / "1"};
  last.line = line;
  EXPECT_THROW(make_cnn({}, pictures_)->evaluate(last, {}), Error) << "it would be trained from other weights";
}

TEST(CnnOptions, ATrainingTableCarriesWhatThePointDoesNotSay) {
  const Json every = Json::parse(kEveryFeature);
  CnnOptions options = read_training_table(every, "it");
  options.channels = 3;
  options.patience = 7;
  options.data = "photos";
  Json table = training_table(options, {{"shift", 0.5}, {"learning_rate", 0.1}});
  EXPECT_FALSE(table.contains("shift"));
  EXPECT_FALSE(table.contains("data"));
  table["shift"] = 0.125;
  options.data.clear();
  EXPECT_EQ(to_options(read_training_table(table, "it")), to_options(options));
  const auto refuses = [](const Json& bad, const std::string& message) {
    try {
      read_training_table(bad, "best.toml: training");
      FAIL() << message;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find(message), std::string::npos) << e.what();
    }
  };
  refuses({{"optimiser", "adagrad"}}, "best.toml: training: no optimiser 'adagrad'; there are: sgd adam");
  refuses({{"data", "photos"}}, "best.toml: training has no option called 'data'");
  refuses({{"dropout", 1.0}}, "best.toml: training: dropout must be a number in 0..0.95");
}

TEST(CnnOptions, ComeBackTheSame) {
  CnnOptions options;
  options.data = "photos";
  options.channels = 3;
  options.fit = "pad";
  options.share = 0.25;
  options.memory_mib = 77;
  options.optimiser = "adam";
  options.batch_norm = true;
  options.shift = 0.2;
  EXPECT_EQ(to_options(read_cnn_options(to_options(options))), to_options(options));
  EXPECT_EQ(read_cnn_options(to_options(options)).fit, "pad");
  EXPECT_EQ(read_cnn_options({}).fit, "crop");
  EXPECT_THROW(read_cnn_options({{"channels", 2.0}}), Error);
  EXPECT_THROW(read_cnn_options({{"fit", std::string("stretch")}}), Error);
  EXPECT_THROW(read_cnn_options({{"backend", std::string("cuda")}}), Error);
  EXPECT_THROW(read_cnn_options({{"optimiser", std::string("adagrad")}}), Error);
  EXPECT_THROW(read_cnn_options({{"schedule", std::string("linear")}}), Error);
  EXPECT_THROW(read_cnn_options({{"class_weights", std::string("equal")}}), Error);
}

}  // namespace
}  // namespace crescendo
