#include "objective/cnn_space.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/json.h"
#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "space/encode.h"
#include "space/parse.h"
#include "train/trainer.h"

namespace crescendo {
namespace {

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

TEST(CnnSpace, WhatMakesTheNetworkIsNotPerturbed) {
  std::vector<std::string> perturbed;
  const Space space = with_perturbed(cnn_space(128));
  for (const Parameter& p : space.parameters()) {
    if (p.perturb) perturbed.push_back(p.name);
  }
  EXPECT_EQ(perturbed, (std::vector<std::string>{"learning_rate", "batch_size", "l1", "l2"}));
  EXPECT_NO_THROW(check_cnn_space(space));
  try {
    check_cnn_space(parse_space(Json::parse(R"([{"name": "filters_1", "type": "int", "low": 8, "high": 64,
                                                 "perturb": true}])")));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "parameter 'filters_1' may not be perturbed, because a training that goes on keeps it; the CNN can "
              "perturb: learning_rate momentum batch_size l1 l2 dropout shift clip_norm");
  }
}

TEST(CnnSpace, ChoicesThatTheCnnCannotUseAreRefusedWithThoseItTakes) {
  const auto message_for = [](const std::string& parameter) -> std::string {
    try {
      check_cnn_space(parse_space(Json::parse("[" + parameter + "]")));
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(message_for(R"({"name": "optimiser", "type": "categorical", "choices": ["adam", "adagrad"]})"),
            "parameter 'optimiser' may be adagrad, which the CNN cannot use; it takes sgd, adam");
  EXPECT_EQ(message_for(R"({"name": "schedule", "type": "int", "low": 0, "high": 1})"),
            "parameter 'schedule' may be 0, which the CNN cannot use; it takes constant, cosine, step");
  EXPECT_EQ(message_for(R"({"name": "class_weights", "type": "categorical", "choices": [true]})"),
            "parameter 'class_weights' may be true, which the CNN cannot use; it takes none, balanced");
  EXPECT_EQ(message_for(R"({"name": "batch_norm", "type": "categorical", "choices": ["yes"]})"),
            "parameter 'batch_norm' may be yes, which the CNN cannot use; it takes true and false");
  EXPECT_EQ(message_for(R"({"name": "momentum", "type": "categorical", "choices": ["adam"]})"),
            "parameter 'momentum' may be adam, which the CNN cannot use; it takes 0 to 0.9999");
  EXPECT_EQ(message_for(R"({"name": "momentum", "type": "categorical", "choices": [true]})"),
            "parameter 'momentum' may be true, which the CNN cannot use; it takes 0 to 0.9999");
  EXPECT_EQ(message_for(R"({"name": "dropout", "type": "float", "low": 0, "high": 1})"),
            "parameter 'dropout' may be 1, which the CNN cannot use; it takes 0 to 0.95");
  EXPECT_EQ(message_for(R"({"name": "shift", "type": "float", "low": 0, "high": 0.6})"),
            "parameter 'shift' may be 0.6, which the CNN cannot use; it takes 0 to 0.5");
  for (const char* good : {R"({"name": "optimiser", "type": "categorical", "choices": ["adam", "sgd"]})",
                           R"({"name": "batch_norm", "type": "categorical", "choices": [false, true]})",
                           R"({"name": "mirror", "type": "categorical", "choices": [true]})",
                           R"({"name": "warmup_epochs", "type": "float", "low": 0, "high": 3})"}) {
    EXPECT_EQ(message_for(good), "");
  }
}

}  // namespace
}  // namespace crescendo
