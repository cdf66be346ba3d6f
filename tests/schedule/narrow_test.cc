#include "schedule/narrow.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crescendo/rng.h"
#include "space/encode.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

// rate, layers, units, kind, size, drop, deep
Point point_with(double rate, double kind = 1) { return {{rate, 1, kInactive, kind, kInactive, 0.1, kInactive}}; }

Trial ended(int number, double loss, Point point) {
  Trial trial;
  trial.number = number;
  trial.state = TrialState::kFinished;
  trial.loss = loss;
  trial.point = std::move(point);
  return trial;
}

// 30 trials of the first rung; the best quarter has rates of 1e-3 to 1.47e-3.
History after_first_rung(const Study& study) {
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 30; ++number) {
    const double rate = number % 4 == 0 ? 1e-3 * (1 + number / 60.0) : 0.05;
    history.set_trial(ended(number, number % 4 == 0 ? 0.1 + 0.001 * number : 0.5, point_with(rate)));
  }
  return history;
}

TEST(Narrow, KeepsTheRangeOfTheBestQuarterWithAMarginAndSaysWhy) {
  const Study study = small_study(60);
  NarrowOptions options;
  options.tail = 0;
  const Box box = narrowed_box(after_first_rung(study), 0, 1, options);
  const Box::Side& rate = box.sides[0];
  // 1e-3..1.47e-3 is 0.333..0.389 of the log range; with 0.1 on each side 0.233..0.489: wider than the least width.
  EXPECT_NEAR(rate.low, 1e-4 * std::pow(1000, 1.0 / 3 - 0.1), 1e-5);
  EXPECT_NEAR(rate.high, 1e-4 * std::pow(1000, std::log(14.6667) / std::log(1000) + 0.1), 2e-5);
  EXPECT_NE(box.reason.find("rate 0.0001..0.1 -> "), std::string::npos) << box.reason;
  EXPECT_NE(box.reason.find(", because the best 8 of 30 points at "), std::string::npos) << box.reason;
}

TEST(Narrow, NeverBelowTheLeastWidthAndNeverLayers) {
  const Study study = small_study(60);
  NarrowOptions options;
  options.margin = 0;
  options.least = 0.5;
  const Box box = narrowed_box(after_first_rung(study), 0, 1, options);
  const Box::Side& rate = box.sides[0];
  EXPECT_NEAR(std::log(rate.high / rate.low) / std::log(1000), 0.5, 1e-6);
  EXPECT_EQ(box.sides[1], whole(study.space).sides[1]);
}

TEST(Narrow, KeepsEverythingWhenTooFewPointsFinished) {
  const Study study = small_study(60);
  History history(std::make_shared<const Study>(study));
  history.set_trial(ended(0, 0.1, point_with(0.01)));
  history.set_trial(ended(1, 0.1, point_with(0.01)));
  EXPECT_EQ(narrowed_box(history, 0, 1, {}).sides, whole(study.space).sides);
}

TEST(Narrow, RespectsTheRungsOwnLimits) {
  Study study = small_study(60);
  study.ladder[1].limits["layers"] = {1, 2};
  const Box box = narrowed_box(after_first_rung(study), 0, 1, {});
  EXPECT_EQ(box.sides[1].high, 2);
}

// The rate's side after trials with these rates, best first, all of them good; no margin, no least width.
Box::Side rate_side(const std::vector<double>& rates, double tail, std::string* reason = nullptr) {
  const Study study = small_study(60);
  History history(std::make_shared<const Study>(study));
  for (std::size_t i = 0; i < rates.size(); ++i) {
    history.set_trial(ended(static_cast<int>(i), 0.1 * static_cast<double>(i), point_with(rates[i])));
  }
  NarrowOptions options;
  options.quantile = 1;
  options.tail = tail;
  options.margin = options.least = 0;
  const Box box = narrowed_box(history, 0, 1, options);
  if (reason) *reason = box.reason;
  return box.sides[0];
}

TEST(Narrow, TheEndsAreWeightedQuantilesOfTheGoodPoints) {
  // Weights 4, 3, 2, 1 by rank. In the order of rates: 3, 1, 4, 2, whose middles stand at 0.15, 0.35, 0.6 and 0.9.
  const std::vector<double> rates{1e-2, 1e-4, 1e-1, 1e-3};
  const auto log = [](double rate) { return std::log10(rate); };
  EXPECT_NEAR(log(rate_side(rates, 0).low), -4, 1e-9);
  EXPECT_NEAR(log(rate_side(rates, 0).high), -1, 1e-9);
  EXPECT_NEAR(log(rate_side(rates, 0.25).low), -3.5, 1e-9);
  EXPECT_NEAR(log(rate_side(rates, 0.25).high), -1.5, 1e-9);
  EXPECT_NEAR(log(rate_side(rates, 0.4).low), -3 + 0.05 / 0.25, 1e-9);
}

TEST(Narrow, OnePointFarOffDoesNotWidenTheRangeButAGoodOneDoes) {
  std::vector<double> rates(10, 1e-3);
  std::string reason;
  rates.back() = 0.1;  // the worst of the good ones: 1 of 55
  EXPECT_LT(rate_side(rates, 0.1, &reason).high, 2e-3);
  EXPECT_NE(reason.find("because most of the best 10 of 10 points"), std::string::npos) << reason;
  std::swap(rates.front(), rates.back());  // the best: 10 of 55
  EXPECT_GT(rate_side(rates, 0.1).high, 0.05);
}

TEST(Narrow, DropsACategoryOnlyWithEvidence) {
  const Study study = small_study(60);
  // Of `points` trials one in `each` has kind 0, and none of the good quarter does; nobody has tried kinds 2 to 4.
  const auto kinds_after = [&](int points, int each) {
    History history(std::make_shared<const Study>(study));
    int zeros = 0;
    for (int number = 0; number < points; ++number) {
      const bool zero = number >= points / 2 && zeros < points / each;
      zeros += zero;
      history.set_trial(ended(number, 0.001 * number, point_with(0.01, zero ? 0 : 1)));
    }
    return narrowed_box(history, 0, 1, {}).sides[3].choices;
  };
  // 10 good ones: 0.7^10 = 0.03 of them would lack kind 0 by chance, 0.75^10 = 0.06.
  EXPECT_EQ(kinds_after(40, 3), (std::vector<int>{1, 2, 3, 4}));  // 13 of 40
  EXPECT_EQ(kinds_after(40, 4), (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(kinds_after(8, 2), (std::vector<int>{0, 1, 2, 3, 4})) << "0.5^3 = 0.13";
}

Space layered_space() {
  return parse_space(Json::parse(R"json([
    {"name": "layers", "type": "int", "low": 1, "high": 5, "narrow": false},
    {"name": "filters_1", "type": "int", "low": 8, "high": 64},
    {"name": "filters_2", "type": "int", "low": 8, "high": 64, "active_when": "layers >= 2"},
    {"name": "filters_3", "type": "int", "low": 8, "high": 64, "active_when": "layers >= 3"},
    {"name": "filters_4", "type": "int", "low": 8, "high": 64, "active_when": "layers >= 4"},
    {"name": "filters_5", "type": "int", "low": 8, "high": 128, "active_when": "layers >= 5"},
    {"name": "size_1", "type": "ordinal", "choices": [3, 5, 7]},
    {"name": "size_2", "type": "ordinal", "choices": [3, 5, 7], "active_when": "layers >= 2"},
    {"name": "size_3", "type": "ordinal", "choices": [3, 5, 7], "active_when": "layers >= 3"}
  ])json"));
}

TEST(Narrow, ALayerThatPointsGainIsLikeTheLastOneBeforeIt) {
  Study study = small_study(60, 2, "ramp", layered_space());
  study.ladder[0].limits["layers"] = {1, 3};
  History history(std::make_shared<const Study>(study));
  Rng rng(1);
  for (int number = 0; number < 60; ++number) {
    // Good: two layers, 16..20 filters in the first, 40..44 in the second, sizes of 3. The rest: anything of one to
    // three layers.
    const bool good = number < 15;
    const auto layers = good ? 2.0 : 1.0 + static_cast<double>(rng.below(3));
    const auto below = [&](int n) { return static_cast<double>(rng.below(static_cast<std::uint64_t>(n))); };
    Point point{{layers, good ? 16 + below(5) : 8 + below(57), good ? 40 + below(5) : 8 + below(57), 8 + below(57),
                 kInactive, kInactive, good ? 0 : below(3), good ? 0 : below(3), below(3)}};
    study.space.deactivate(point);
    history.set_trial(ended(number, 0.001 * number, std::move(point)));
  }
  const Box box = narrowed_box(history, 0, 1, {});
  EXPECT_GT(box.sides[2].low, 30);
  EXPECT_LT(box.sides[2].high, 55);
  EXPECT_EQ(box.sides[3], whole(study.space).sides[3]) << "three layers were tried, though not by good points";
  EXPECT_EQ(box.sides[4], box.sides[2]) << "filters_4 was not tried, filters_2 is the last that says something";
  EXPECT_EQ(box.sides[5], whole(study.space).sides[5]) << "filters_5 has another range";
  EXPECT_EQ(box.sides[7].choices, (std::vector<int>{0}));
  EXPECT_NE(box.reason.find("filters_4 8..64 -> "), std::string::npos) << box.reason;
  EXPECT_NE(box.reason.find(" as filters_2, because"), std::string::npos) << box.reason;
  EXPECT_EQ(box.sides[0].high, 5) << "depth follows the size";
}

TEST(Narrow, PenaltiesWithSwitchesOfTheirOwnAreNoLayers) {
  const Study study = small_study(60, 2, "ramp", parse_space(Json::parse(R"json([
    {"name": "use_l1", "type": "categorical", "choices": [false, true]},
    {"name": "l1", "type": "float", "low": 1e-7, "high": 1e-2, "log": true, "active_when": "use_l1 == true"},
    {"name": "use_l2", "type": "categorical", "choices": [false, true]},
    {"name": "l2", "type": "float", "low": 1e-7, "high": 1e-2, "log": true, "active_when": "use_l2 == true"}
  ])json")));
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 24; ++number) {
    history.set_trial(ended(number, 0.01 * number, {{1, number < 6 ? 1e-4 : 1e-7, 0, kInactive}}));
  }
  const Box box = narrowed_box(history, 0, 1, {});
  EXPECT_NE(box.sides[1], whole(study.space).sides[1]);
  EXPECT_EQ(box.sides[3], whole(study.space).sides[3]) << box.reason;
}

TEST(Narrow, TheGoodOnesAreTakenFromThoseThatBeganFromWeightsAndTheOthersAlike) {
  const Study study = small_study(60);
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 24; ++number) {
    const bool warm = number < 12;  // these have lower losses, whatever their points
    Trial trial = ended(number, warm ? 0.001 * number : 0.5 + 0.001 * number, point_with(warm ? 1e-3 : 1e-2));
    if (warm) trial.tag.warm = 1;
    history.set_trial(trial);
  }
  NarrowOptions options;
  options.tail = options.margin = options.least = 0;
  const Box::Side rate = narrowed_box(history, 0, 1, options).sides[0];
  EXPECT_NEAR(rate.low, 1e-3, 1e-9);
  EXPECT_NEAR(rate.high, 1e-2, 1e-9);
}

}  // namespace
}  // namespace crescendo
