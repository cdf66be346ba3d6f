#include "objective/reply.h"

#include <gtest/gtest.h>

namespace crescendo {
namespace {

using Kind = Reply::Kind;

TEST(Reply, ANumberIsALoss) {
  for (const auto& [line, loss] :
       std::map<std::string, double>{{"0.25", 0.25}, {" -1e-05\r", -1e-5}, {"+3", 3}, {"7", 7}, {"1e-999", 0}}) {
    const Reply reply = parse_reply(line, "loss");
    EXPECT_EQ(reply.kind, Kind::kLoss) << line;
    EXPECT_EQ(reply.loss, loss) << line;
    EXPECT_FALSE(reply.step);
  }
}

TEST(Reply, AnObjectWithTheLossIsOne) {
  const Reply reply =
      parse_reply(R"( {"a": 1, "loss": 2, "mine": 0.5, "text": "x", "on": true, "deep": {"b": 1}})", "mine");
  EXPECT_EQ(reply.kind, Kind::kLoss);
  EXPECT_EQ(reply.loss, 0.5);
  EXPECT_EQ(reply.metrics, (std::map<std::string, double>{{"a", 1}, {"loss", 2}}));
}

TEST(Reply, OrdinaryOutputIsNone) {
  for (const char* line : {"",
                           "  ",
                           "epoch 3",
                           "0.5 s",
                           "0x10",
                           "+-1",
                           "1,5",
                           "{",
                           "{\"loss\": 1",
                           "{\"lost\": 1}",
                           "{\"loss\": \"1\"}",
                           "{\"loss\": true}",
                           "[1]",
                           "\"loss\"",
                           "null",
                           "true",
                           "{\"step\": 1, \"lr\": 2}",
                           "{\"failed\": false}",
                           "{\"failed\": 3}",
                           "{\"loss\": 1} 2",
                           "{\"loss\": \"\xff\"}",
                           "{\"loss\": nan}"}) {
    EXPECT_EQ(parse_reply(line, "loss").kind, Kind::kNone) << line;
  }
}

TEST(Reply, AStepMakesAPointOfTheCurve) {
  const Reply reply = parse_reply(R"({"step": 12, "loss": 0.5, "accuracy": 0.75})", "loss");
  EXPECT_EQ(reply.step, 12);
  EXPECT_EQ(reply.metrics, (std::map<std::string, double>{{"accuracy", 0.75}}));
  EXPECT_EQ(parse_reply(R"({"step": 2.0, "loss": 1})", "loss").step, 2);
  EXPECT_EQ(parse_reply(R"({"step": 0, "loss": 1})", "loss").step, 0);
}

TEST(Reply, AStepThatCountsNothingFailsThePoint) {
  for (const char* step : {"1.5", "-1", "3e9", "\"1\"", "null", "[[1]]"}) {
    const Reply reply = parse_reply(std::string("{\"loss\": 1, \"step\": ") + step + "}", "loss");
    EXPECT_EQ(reply.kind, Kind::kFailed) << step;
    EXPECT_TRUE(reply.step) << step;
    EXPECT_NE(reply.reason.find("whole number from 0"), std::string::npos) << reply.reason;
  }
}

TEST(Reply, WhatIsNotFiniteFailsThePoint) {
  for (const char* line : {"nan", "NaN", "-nan", "inf", "-inf", "Infinity", "1e999", "{\"loss\": NaN}",
                           "{\"loss\": Infinity}", "{\"a\": [NaN], \"loss\":-Infinity}", "{\"loss\": null}"}) {
    const Reply reply = parse_reply(line, "loss");
    EXPECT_EQ(reply.kind, Kind::kFailed) << line;
    EXPECT_NE(reply.reason.find("not a finite number"), std::string::npos) << line;
    EXPECT_FALSE(reply.step);
  }
  EXPECT_EQ(parse_reply("{\"loss\": NaN, \"step\": 4}", "loss").step, 4);
}

TEST(Reply, AMetricThatIsNotFiniteIsLeftOut) {
  const Reply reply = parse_reply(R"({"loss": 1, "a": NaN, "b": -Infinity, "note": "NaN \" NaN", "c": 2})", "loss");
  EXPECT_EQ(reply.kind, Kind::kLoss);
  EXPECT_EQ(reply.metrics, (std::map<std::string, double>{{"c", 2}}));
}

TEST(Reply, AProgramMaySayThatThePointFailed) {
  EXPECT_EQ(parse_reply("{\"failed\": \"no\\nmemory\"}", "loss").reason, "the program says: no\\nmemory");
  EXPECT_EQ(parse_reply("{\"failed\": true, \"loss\": 1}", "loss").kind, Kind::kFailed);
}

TEST(Reply, DepthIsNoDanger) {
  const std::string deep = "{\"loss\": 1, \"step\": " + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}";
  EXPECT_EQ(parse_reply(deep, "loss").kind, Kind::kFailed);
}

}  // namespace
}  // namespace crescendo
