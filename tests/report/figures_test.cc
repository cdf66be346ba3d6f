#include "report/figures.h"
#include "report/plot_panel.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <sstream>

#include "report/plot_axis.h"
#include "report/seed_groups.h"
#include "report/shown_importance.h"
#include "tests/report/made_history.h"
#include "tests/report/xml_reader.h"

namespace crescendo {
namespace {

using Elements = std::vector<XmlElement>;

Elements drawn(const Figure& figure, const History& history) {
  const ShownStudy study{history, "memory:", {}, {}};
  return XmlReader::read(figure.draw({&study, 1}));
}

Elements of_class(const Elements& elements, const std::string& name) {
  Elements found;
  for (const XmlElement& element : elements) {
    const auto its = element.attributes.find("class");
    if (its != element.attributes.end() && its->second == name) found.push_back(element);
  }
  return found;
}

bool says(const Elements& elements, const std::string& words) {
  return std::any_of(elements.begin(), elements.end(),
                     [&](const XmlElement& element) { return element.text.find(words) != std::string::npos; });
}

std::vector<std::pair<double, double>> points_of(const XmlElement& element) {
  std::istringstream in(element.attributes.at("points"));
  std::vector<std::pair<double, double>> points;
  char comma = 0;
  for (double x, y; in >> x >> comma >> y;) points.emplace_back(x, y);
  return points;
}

double number_of(const XmlElement& element, const std::string& attribute) {
  return std::stod(element.attributes.at(attribute));
}

/// Values that stand on an axis, from where ticks with numbers lie: what a reader of the picture reads off.
double read_off(const Elements& elements, double y) {
  std::vector<std::pair<double, double>> ticks;  // px, value
  for (const XmlElement& tick : of_class(elements, "tick")) {
    if (tick.attributes.at("text-anchor") == "end") ticks.emplace_back(number_of(tick, "y") - 4, std::stod(tick.text));
  }
  EXPECT_GE(ticks.size(), 2u);
  const auto& [from, low] = ticks.front();
  const auto& [to, high] = ticks.back();
  return low + (high - low) * (y - from) / (to - from);
}

MadeHistory two_rungs() {
  Study study = small_study(100, 2);
  study.name = "</script> & \"<b>\" \x01\xff";
  MadeHistory made(std::move(study));
  Rng rng(4);
  for (int i = 0; i < 30; ++i) made.finish(0, 1 + rng.uniform(), 2);
  for (int i = 0; i < 10; ++i) made.finish(1, 1 + rng.uniform(), 2, i);
  made.fail(1, "broken");
  return made;
}

TEST(Figures, AreWellFormedWhateverTheStudyHolds) {
  const MadeHistory full = two_rungs();
  MadeHistory empty(small_study(9, 2)), failed(small_study(9, 2)), one(small_study(9, 1)), running(small_study(9, 2));
  MadeHistory same(small_study(9, 1)), extreme(small_study(9, 1)), close(small_study(9, 1));
  failed.fail(0, "broken");
  one.finish(0, 0.5);
  running.begin(0);
  for (int i = 0; i < 3; ++i) same.finish(0, 0);
  for (const double loss : {-1.7e308, 1.7e308, 0.0}) extreme.finish(0, loss);
  for (const double loss : {1.0, std::nextafter(1.0, 2.0)}) close.finish(0, loss);
  for (const auto& make : kFigures) {
    const Figure figure = make();
    SCOPED_TRACE(figure.name);
    for (const MadeHistory* made :
         std::initializer_list<const MadeHistory*>{&full, &empty, &failed, &one, &running, &same, &extreme, &close}) {
      const Elements elements = drawn(figure, made->history());
      EXPECT_EQ(elements.front().name, "svg");
      EXPECT_FALSE(of_class(elements, "title").empty());
      for (const XmlElement& element : elements) {
        for (const auto& [key, value] : element.attributes) {
          EXPECT_EQ(value.find("nan"), std::string::npos) << key;
          EXPECT_EQ(value.find("inf"), std::string::npos) << key;
        }
      }
    }
  }
}

TEST(Figures, HoldNamesAsTheyAre) {
  const Elements elements = drawn(history_figure(), two_rungs().history());
  EXPECT_TRUE(says(of_class(elements, "title"), "</script> & \"<b>\" \\x01\\xff"));
}

TEST(HistoryFigure, HasAMarkForEachTrialWhereItsLossIs) {
  const MadeHistory made = two_rungs();
  const Elements elements = drawn(history_figure(), made.history());
  const Elements trials = of_class(elements, "trial");
  ASSERT_EQ(trials.size(), 40u);
  EXPECT_EQ(of_class(elements, "failed").size(), 1u);
  EXPECT_EQ(std::count_if(trials.begin(), trials.end(), [](const XmlElement& e) { return e.name == "circle"; }), 30);
  for (std::size_t i = 0; i < 30; ++i) {
    EXPECT_NEAR(read_off(elements, number_of(trials[i], "cy")), made.history().trial(static_cast<int>(i)).loss, 1e-3);
  }
  EXPECT_NE(trials[0].attributes.at("fill"), trials[35].attributes.at("fill"));
}

TEST(HistoryFigure, EndsAtTheBestLossOfTheTopRung) {
  const MadeHistory made = two_rungs();
  const Elements elements = drawn(history_figure(), made.history());
  const Elements best = of_class(elements, "best");
  ASSERT_EQ(best.size(), 1u);
  const auto line = points_of(best[0]);
  EXPECT_NEAR(read_off(elements, line.back().second), made.history().trial(made.history().ranked(1).front()).loss,
              1e-3);
  EXPECT_NEAR(read_off(elements, line.front().second), made.history().trial(30).loss, 1e-3);
  for (std::size_t i = 1; i < line.size(); ++i) EXPECT_GE(line[i].second, line[i - 1].second);  // y grows downwards
}

// Trial 0 takes long: when it ends, trials 1 and 2 have, and it is worse than trial 2.
TEST(HistoryFigure, FollowsTheOrderInWhichTrialsEnded) {
  MadeHistory made(small_study(10, 1));
  const std::vector<std::array<double, 3>> ends = {
      {0, 9, 5}, {0, 2, 8}, {2, 2, 4}, {4, 6, 3}};  // claimed, seconds, loss
  std::vector<Trial> trials;
  for (const auto& [claimed, seconds, loss] : ends) {
    Trial trial = made.begin(0);
    trial.elapsed_seconds = claimed;
    trial.seconds = seconds;
    trial.loss = loss;
    trial.state = TrialState::kFinished;
    trials.push_back(trial);
  }
  for (const int number : {1, 2, 0, 3}) made.end(trials[static_cast<std::size_t>(number)]);
  const Elements elements = drawn(history_figure(), made.history());
  const auto line = points_of(of_class(elements, "best").at(0));
  std::vector<double> losses;
  for (const auto& [x, y] : line) losses.push_back(std::round(read_off(elements, y)));
  losses.erase(std::unique(losses.begin(), losses.end()), losses.end());
  EXPECT_EQ(losses, (std::vector<double>{8, 4, 3}));
  for (std::size_t i = 1; i < line.size(); ++i) EXPECT_GE(line[i].first, line[i - 1].first);
}

TEST(HistoryFigure, TakesARepetitionForNoBetterPoint) {
  MadeHistory made(small_study(10, 1));
  const int first = made.finish(0, 4);
  made.finish(0, 6);
  Trial repeat = made.begin(0, first);
  repeat.tag.repeat = 1;
  repeat.state = TrialState::kFinished;
  repeat.loss = 2;
  made.end(repeat);
  const Elements elements = drawn(history_figure(), made.history());
  EXPECT_NEAR(read_off(elements, points_of(of_class(elements, "best").at(0)).back().second), 4, 0.02);
  EXPECT_EQ(top_curve(made.history()).back().loss, 4);
}

TEST(ImportanceFigure, HasBarsAsLongAsTheShares) {
  const MadeHistory made = two_rungs();
  const Elements elements = drawn(importance_figure(), made.history()), bars = of_class(elements, "main");
  ASSERT_EQ(bars.size(), 14u);  // 7 parameters, 2 rungs
  const Importance found = *shown_importance(made.history(), 1, 0).found;
  std::vector<double> shares, widths;
  for (const Share& share : found.main) shares.push_back(share.share);
  for (std::size_t i = 1; i < bars.size(); i += 2) widths.push_back(number_of(bars[i], "width"));
  std::sort(shares.rbegin(), shares.rend());
  ASSERT_GT(widths[0], 0);
  for (std::size_t i = 0; i < shares.size(); ++i) EXPECT_NEAR(widths[i] / widths[0], shares[i] / shares[0], 2e-3);
}

TEST(MarginalsFigure, HasACurveOrMarksForEachParameterAndRung) {
  const MadeHistory made = two_rungs();
  const Elements marginals = of_class(drawn(marginals_figure(), made.history()), "marginal");
  const auto lines = std::count_if(marginals.begin(), marginals.end(),
                                   [](const XmlElement& element) { return element.name == "polyline"; });
  EXPECT_EQ(lines, 2 * 5);
  EXPECT_EQ(marginals.size() - static_cast<std::size_t>(lines), 2u * (5 + 3));  // choices of kind and size
}

TEST(ParallelFigure, HasALineForEachFinishedTrialBrokenWhereAParameterIsNotActive) {
  Study study = small_study(100, 1, "ramp", tiny_space());
  MadeHistory whole(std::move(study));
  for (int i = 0; i < 6; ++i) whole.finish(0, 6 - i);
  const Elements elements = drawn(parallel_figure(), whole.history());
  EXPECT_EQ(of_class(elements, "trial").size(), 5u);
  ASSERT_EQ(of_class(elements, "best").size(), 1u);
  EXPECT_EQ(points_of(of_class(elements, "best")[0]).size(), 3u);  // a, b, the loss
  EXPECT_EQ(of_class(elements, "axis").size(), 3u);

  MadeHistory broken(small_study(100, 1));
  while (broken.history().trials().empty() || broken.history().trials().back().point->values[1] > 1)
    broken.finish(0, 1);
  const Elements lines = drawn(parallel_figure(), broken.history());
  EXPECT_GT(of_class(lines, "trial").size() + of_class(lines, "best").size(), broken.history().trials().size());
}

TEST(ParallelFigure, DrawsTheBestOfManyAndSaysSo) {
  MadeHistory made(small_study(900, 1, "ramp", tiny_space()));
  for (int i = 0; i < 600; ++i) made.finish(0, i);
  const Elements elements = drawn(parallel_figure(), made.history());
  EXPECT_EQ(of_class(elements, "trial").size(), 499u);
  EXPECT_TRUE(says(of_class(elements, "subtitle"), "the best 500 of 600"));
}

// Trials of one second each, one after the other, with these losses.
MadeHistory seeded(std::uint64_t seed, const std::vector<double>& losses, const std::string& sampler = "random") {
  Study study = small_study(10, 1, "ramp", tiny_space());
  study.name = fmt::format("{}-{}", sampler, seed);
  study.seed = seed;
  study.sampler.name = sampler;
  MadeHistory made(std::move(study));
  for (std::size_t i = 0; i < losses.size(); ++i) {
    Trial trial = made.begin(0);
    trial.state = TrialState::kFinished;
    trial.loss = losses[i];
    trial.seconds = 1;
    trial.elapsed_seconds = static_cast<double>(i);
    made.end(trial);
  }
  return made;
}

TEST(SeedGroups, HoldStudiesThatDifferInTheirSeedOnly) {
  const MadeHistory a = seeded(0, {1}), b = seeded(1, {2}), c = seeded(0, {3}, "tpe");
  const std::vector<ShownStudy> studies = {
      {a.history(), "", {}, {}}, {c.history(), "", {}, {}}, {b.history(), "", {}, {}}};
  const auto groups = seed_groups(studies);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].studies, (std::vector<const ShownStudy*>{&studies[0], &studies[2]}));
  EXPECT_EQ(groups[0].name, "ramp + random, epochs 1");
  EXPECT_EQ(groups[1].name, "ramp + tpe, epochs 1");
}

TEST(SeedGroups, OfTheSameMethodHaveDifferentNames) {
  MadeHistory a = seeded(0, {1});
  Study other = a.history().study();
  other.name = "more";
  other.budget.trials = 99;
  const MadeHistory b(std::move(other));
  const std::vector<ShownStudy> studies = {{a.history(), "", {}, {}}, {b.history(), "", {}, {}}};
  const auto groups = seed_groups(studies);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[1].name, "ramp + random, epochs 1 (more)");
}

TEST(Band, IsTheMedianAndRangeFromWhenAllHaveALoss) {
  const LossCurve a = {{1, 8}, {3, 4}}, b = {{2, 6}, {4, 2}}, c = {{1, 7}};
  const auto two = band(std::vector<LossCurve>{a, b}, 5);
  ASSERT_EQ(two.size(), 4u);  // at 2, 3, 4, 5
  EXPECT_EQ(two[0].seconds, 2);
  EXPECT_EQ(two[0].low, 6);
  EXPECT_EQ(two[0].middle, 7);
  EXPECT_EQ(two[0].high, 8);
  EXPECT_EQ(two[3].middle, 3);
  EXPECT_EQ(band(std::vector<LossCurve>{a, b, c}, 5).back().middle, 4);
  EXPECT_TRUE(band(std::vector<LossCurve>{a, {}}, 5).empty());
}

TEST(CompareFigure, HasALineForEachMethodAndABandForSeveralSeeds) {
  const MadeHistory a = seeded(0, {4, 9, 2}), b = seeded(1, {6, 4, 4}), c = seeded(0, {3, 2, 1}, "tpe");
  const std::vector<ShownStudy> studies = {
      {a.history(), "", {}, {}}, {b.history(), "", {}, {}}, {c.history(), "", {}, {}}};
  const Elements elements = XmlReader::read(compare_figure().draw(studies));
  const Elements medians = of_class(elements, "median");
  ASSERT_EQ(medians.size(), 2u);
  EXPECT_EQ(of_class(elements, "range").size(), 1u);
  EXPECT_NEAR(read_off(elements, points_of(medians[0]).front().second), 5, 0.02);
  EXPECT_NEAR(read_off(elements, points_of(medians[0]).back().second), 3, 0.02);
  EXPECT_NEAR(read_off(elements, points_of(medians[1]).back().second), 1, 0.02);
  EXPECT_TRUE(says(of_class(elements, "legend-text"), "ramp + random, epochs 1, 2 seeds"));
}

TEST(CompareFigure, RefusesSeveralSubjectsAndNamesThem) {
  const MadeHistory a = seeded(0, {1});
  const auto refused = [&](const std::function<void(Study&)>& change) {
    Study other = a.history().study();
    other.name = "other";
    change(other);
    const MadeHistory b(std::move(other));
    const std::vector<ShownStudy> studies = {{a.history(), "", {}, {}}, {b.history(), "", {}, {}}};
    try {
      compare_figure().draw(studies);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(refused([](Study& study) { study.maximize = true; }), "");
  EXPECT_NE(refused([](Study& study) { study.ladder.back().fidelity["epochs"] = 2; }), "");
  EXPECT_NE(refused([](Study& study) { study.objective.options["fingerprint"] = std::string("another"); }), "");
  EXPECT_EQ(refused([](Study& study) { study.sampler.name = "tpe"; }), "");
  EXPECT_EQ(refused([](Study& study) { study.objective.options["run"] = std::string("bin/train {rate}"); }),
            "losses of several subjects do not compare: loss of fake at epochs 1 ('random-0'), loss of train {rate} at "
            "epochs 1 ('other'); choose studies of one with --study");
}

std::vector<double> values_of(const PlotAxis& axis) {
  std::vector<double> values;
  for (const Tick& tick : axis.ticks) values.push_back(tick.value);
  return values;
}

TEST(PlotAxis, HasRoundTicksAndHoldsItsRange) {
  const PlotAxis axis = number_axis("x", 0.13, 0.87, false);
  EXPECT_LE(axis.low, 0.13);
  EXPECT_GE(axis.high, 0.87);
  ASSERT_EQ(axis.ticks.size(), 6u);
  EXPECT_EQ(axis.ticks[1].text, "0.2");
  EXPECT_NEAR(axis.place(axis.low), 0, 1e-12);
  EXPECT_NEAR(axis.place(axis.high), 1, 1e-12);
  const PlotAxis share = number_axis("error", 0.11, 0.19, false, 100, " %");
  EXPECT_EQ(share.ticks.front().text, "10 %");
  EXPECT_NEAR(share.ticks.front().value, 0.1, 1e-12);
}

TEST(PlotAxis, IsLogarithmicWhereTheParameterIs) {
  const Space space = mixed_space();
  const PlotAxis axis = parameter_axis(space[0]);  // 1e-4 to 0.1
  EXPECT_TRUE(axis.log);
  EXPECT_EQ(axis.low, 1e-4);
  EXPECT_EQ(axis.high, 0.1);
  EXPECT_NEAR(axis.place(1e-3), 1.0 / 3, 1e-9);
  const auto ticks = values_of(axis);
  ASSERT_EQ(ticks.size(), 4u);
  EXPECT_NEAR(ticks[1], 1e-3, 1e-12);
  EXPECT_EQ(values_of(parameter_axis(space[3])), (std::vector<double>{0, 1, 2, 3, 4}));
  EXPECT_EQ(parameter_axis(space[3]).ticks[2].text, "null");
}

TEST(PlotAxis, OfLossesOfManyMagnitudesIsLogarithmic) {
  const Study study = small_study(1);
  EXPECT_TRUE(loss_axis(study, {0.001, 5, 100}).log);
  EXPECT_FALSE(loss_axis(study, {0, 5, 100}).log);
  EXPECT_FALSE(loss_axis(study, {5, 100}).log);
}

TEST(RungStyle, IsBlueAtTheTopOfEveryLadderAndAnotherBelow) {
  for (const int top : {0, 1, 3}) {
    EXPECT_EQ(rung_style(top, top).colour, "#0072B2");
    for (int rung = 0; rung < top; ++rung) EXPECT_NE(rung_style(rung, top).colour, "#0072B2");
  }
}

}  // namespace
}  // namespace crescendo
