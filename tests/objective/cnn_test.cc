#include "objective/cnn.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "base/json.h"
#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "objective/cnn_space.h"
#include "space/encode.h"
#include "space/parse.h"
#include "study/study_file.h"

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
  for (const char* metric : {"training_loss", "validation_loss", "seconds", "images_per_second"}) {
    EXPECT_TRUE(reports.front().metrics.contains(metric)) << metric;
  }
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
  const auto diverged = make_cnn({}, pictures_)->evaluate({exploding, 0, 1, Point{{1e9}}, 1, {}}, {});
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

TEST(CnnSpace, DepthFollowsTheSideAsInThePaper) {
  EXPECT_EQ(most_conv_layers(7), 1);
  EXPECT_EQ(most_conv_layers(32), 4);
  EXPECT_EQ(most_conv_layers(64), 5);
  EXPECT_EQ(most_conv_layers(128), 6);
  EXPECT_EQ(most_conv_layers(512), 6);
}

TEST(CnnSpace, EveryPointOfARungFitsItsSide) {
  Study study;
  study.space = cnn_space(128);
  study.ladder = image_ladder(std::array{32, 64, 128}, 30);
  Rng rng(1);
  std::vector<double> unit(study.space.size());
  for (int rung = 0; rung < 3; ++rung) {
    const int side_px = 32 << rung;
    for (int i = 0; i < 300; ++i) {
      for (double& u : unit) u = rng.uniform();
      const Point point = point_in_box(study.space, study.rung_box(rung), unit);
      TrainingPlan plan;
      apply_point(study.space, point, plan);
      ASSERT_GE(side_px >> plan.shape.conv.size(), 2);
      ASSERT_LE(plan.shape.dense.size(), 2u);
      for (const ConvLayer& layer : plan.shape.conv) {
        ASSERT_EQ(layer.filters % 8, 0);
        ASSERT_TRUE(layer.size == 3 || layer.size == 5 || layer.size == 7);
      }
      ASSERT_TRUE(plan.l1 == 0 || plan.l1 >= 1e-7);
    }
  }
}

TEST(CnnSpace, AParameterThatWouldDoNothingIsRefused) {
  const Space space = parse_space(Json::parse(R"([{"name": "dropuot", "type": "float", "low": 0, "high": 1}])"));
  EXPECT_THROW(check_cnn_space(space), Error);
  EXPECT_NO_THROW(check_cnn_space(cnn_space(128)));
}

TEST(CnnOptions, ComeBackTheSame) {
  CnnOptions options;
  options.data = "photos";
  options.channels = 3;
  options.fit = "pad";
  options.share = 0.25;
  options.memory_mib = 77;
  EXPECT_EQ(to_options(read_cnn_options(to_options(options))), to_options(options));
  EXPECT_EQ(read_cnn_options(to_options(options)).fit, "pad");
  EXPECT_EQ(read_cnn_options({}).fit, "crop");
  EXPECT_THROW(read_cnn_options({{"channels", 2.0}}), Error);
  EXPECT_THROW(read_cnn_options({{"fit", std::string("stretch")}}), Error);
  EXPECT_THROW(read_cnn_options({{"backend", std::string("cuda")}}), Error);
}

}  // namespace
}  // namespace crescendo
