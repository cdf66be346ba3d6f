#include "space/wandb_sweep.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crescendo/error.h"
#include "space/parse.h"

namespace crescendo {
namespace {

using Notes = std::vector<std::string>;

SpaceFile sweep(const std::string& parameters) { return parse_wandb_sweep("parameters:\n" + parameters, "sweep.yaml"); }

// The one parameter, written as x: TEXT, as JSON without its name.
std::string read(const std::string& text) {
  Json json = to_json(sweep("  x: " + text).space).front();
  json.erase("name");
  return to_line(json);
}

std::vector<std::string> notes(const std::string& text) { return sweep("  x: " + text).notes; }

std::string refusal(const std::string& text) {
  try {
    return "accepted as " + read(text);
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(WandbSweep, ConstantsAndChoicesAreCategories) {
  EXPECT_EQ(read("{value: 3}"), R"({"type":"categorical","choices":[3]})");
  EXPECT_EQ(read("{value: null}"), R"({"type":"categorical","choices":[null]})");
  EXPECT_EQ(read("{distribution: constant, value: a}"), R"({"type":"categorical","choices":["a"]})");
  EXPECT_EQ(read("{values: [0, 2.5, '3', true, null]}"), R"({"type":"categorical","choices":[0,2.5,"3",true,null]})");
  EXPECT_EQ(read("{distribution: categorical, values: [a]}"), R"({"type":"categorical","choices":["a"]})");
  EXPECT_EQ(notes("{values: [a, b]}"), Notes());
}

TEST(WandbSweep, ProbabilitiesAreNoted) {
  EXPECT_EQ(read("{values: [a, b], probabilities: [0.9, 0.1]}"), R"({"type":"categorical","choices":["a","b"]})");
  EXPECT_EQ(notes("{distribution: categorical_w_probabilities, values: [a, b], probabilities: [0.9, 0.1]}"),
            (Notes{"parameter 'x': the weights of its choices are not used, all are equally likely"}));
  EXPECT_EQ(notes("{values: [a, b], probabilities: [0.5, 0.5]}"), Notes());
}

TEST(WandbSweep, RangesAreWholeNumbersOnlyIfBothBoundsAre) {
  EXPECT_EQ(read("{min: 1, max: 8}"), R"({"type":"int","low":1,"high":8})");
  EXPECT_EQ(read("{min: 0, max: 0.5}"), R"({"type":"float","low":0.0,"high":0.5})");
  EXPECT_EQ(read("{min: 1, max: 8, distribution: uniform}"), R"({"type":"float","low":1.0,"high":8.0})");
  EXPECT_EQ(read("{min: 1, max: 8, distribution: int_uniform}"), R"({"type":"int","low":1,"high":8})");
  EXPECT_EQ(notes("{min: 1, max: 8}"), Notes());
}

TEST(WandbSweep, LogarithmicRangesAreGivenAsValuesOrAsExponents) {
  EXPECT_EQ(read("{min: 1e-4, max: 1, distribution: log_uniform_values}"),
            R"({"type":"float","low":0.0001,"high":1.0,"log":true})");
  EXPECT_EQ(read("{min: 1e-4, max: 1, distribution: inv_log_uniform_values}"),
            R"({"type":"float","low":0.0001,"high":1.0,"log":true})");
  EXPECT_EQ(notes("{min: 1e-4, max: 1, distribution: log_uniform_values}"), Notes());
  const SpaceFile exponents = sweep("  x: {min: -2, max: 0, distribution: log_uniform}");
  EXPECT_DOUBLE_EQ(exponents.space[0].low, std::exp(-2));
  EXPECT_DOUBLE_EQ(exponents.space[0].high, 1);
  EXPECT_EQ(exponents.notes, (Notes{"parameter 'x': log_uniform takes exponents of e, so its range is 0.135335..1; "
                                    "log_uniform_values takes the range"}));
  const Space inverse = sweep("  x: {min: 1, max: 2, distribution: inv_log_uniform}").space;
  EXPECT_DOUBLE_EQ(inverse[0].low, std::exp(-2));
  EXPECT_DOUBLE_EQ(inverse[0].high, std::exp(-1));
}

TEST(WandbSweep, QuantisedRangesHoldTheMultiplesThatRoundingGives) {
  EXPECT_EQ(read("{min: 32, max: 256, q: 8, distribution: q_uniform}"),
            R"({"type":"int","low":32,"high":256,"step":8})");
  EXPECT_EQ(notes("{min: 32, max: 256, q: 8, distribution: q_uniform}"), Notes());
  EXPECT_EQ(read("{min: 0, max: 1, q: 0.25, distribution: q_uniform}"),
            R"({"type":"float","low":0.0,"high":1.0,"step":0.25})");
  EXPECT_EQ(read("{min: 0.5, max: 9.6, distribution: q_uniform}"), R"({"type":"int","low":0,"high":10})");
  EXPECT_EQ(notes("{min: 0.5, max: 9.6, distribution: q_uniform}"),
            (Notes{"parameter 'x': its values are the multiples of 1 in 0..10"}));
  EXPECT_EQ(read("{min: 1, max: 100, distribution: q_log_uniform_values}"),
            R"({"type":"int","low":1,"high":100,"log":true})");
  EXPECT_EQ(read("{min: 32, max: 256, q: 8, distribution: q_log_uniform_values}"),
            R"({"type":"int","low":32,"high":256,"step":8})");
  EXPECT_EQ(notes("{min: 32, max: 256, q: 8, distribution: q_log_uniform_values}"),
            (Notes{"parameter 'x': its values go in steps and are equally likely; steps on a logarithmic scale do not "
                   "exist here"}));
  EXPECT_EQ(read("{min: 0, max: 3, distribution: q_log_uniform}"), R"({"type":"int","low":1,"high":20,"log":true})");
}

TEST(WandbSweep, OtherDistributionsAreUniformBetweenTheirBounds) {
  EXPECT_EQ(read("{distribution: normal, mu: 0, sigma: 1, min: -2, max: 2}"),
            R"({"type":"float","low":-2.0,"high":2.0})");
  EXPECT_EQ(notes("{distribution: normal, min: -2, max: 2}"),
            (Notes{"parameter 'x': its normal distribution is not used, all values in -2..2 are equally likely"}));
  EXPECT_EQ(read("{distribution: q_normal, q: 0.5, min: -2, max: 2}"),
            R"({"type":"float","low":-2.0,"high":2.0,"step":0.5})");
  EXPECT_EQ(
      notes("{distribution: log_normal, mu: 0, sigma: 1, min: 0.1, max: 10}"),
      (Notes{"parameter 'x': its log-normal distribution is not used, all ratios in 0.1..10 are equally likely"}));
  EXPECT_EQ(read("{distribution: q_log_normal, min: 1, max: 10}"), R"({"type":"int","low":1,"high":10,"log":true})");
  EXPECT_EQ(read("{distribution: beta, a: 2, b: 5}"), R"({"type":"float","low":0.0,"high":1.0})");
  EXPECT_EQ(read("{distribution: q_beta, q: 0.5}"), R"({"type":"float","low":0.0,"high":1.0,"step":0.5})");
}

TEST(WandbSweep, NestedParametersAreJoinedByADot) {
  const SpaceFile file =
      sweep("  m:\n    parameters:\n      a: {value: 1}\n      n: {parameters: {b: {value: 2}}}\n  z: {value: 3}");
  ASSERT_EQ(file.space.size(), 3u);
  EXPECT_EQ(file.space[0].name, "m.a");
  EXPECT_EQ(file.space[1].name, "m.n.b");
  EXPECT_EQ(file.space[2].name, "z");
  EXPECT_EQ(file.notes, (Notes{"parameter 'm': the parameters in it are called m.NAME here"}));
}

TEST(WandbSweep, TheMetricSaysWhatIsWanted) {
  const auto with = [](const std::string& metric) {
    return parse_wandb_sweep(metric + "\nparameters: {x: {value: 1}}", "sweep.yaml");
  };
  EXPECT_EQ(with("").maximize, std::nullopt);
  EXPECT_EQ(with("metric: {name: accuracy, goal: maximize}").maximize, true);
  EXPECT_EQ(with("metric: {name: accuracy, goal: maximize}").metric, "accuracy");
  EXPECT_EQ(with("metric: {name: loss}").maximize, false);  // as W&B takes it
  EXPECT_EQ(with("metric: {name: loss, target: 0.1}").notes, (Notes{"metric: its target is not used"}));
  EXPECT_EQ(with("method: grid\nprogram: train.py").notes, (Notes{"of the sweep, these are not used: method program"}));
}

TEST(WandbSweep, SaysWhatHasNoCounterpart) {
  EXPECT_EQ(refusal("{distribution: normal, mu: 0, sigma: 1}"),
            "parameter 'x': a normal distribution has no bounds, and so no counterpart here; give it min and max");
  EXPECT_EQ(refusal("{distribution: q_log_normal}"),
            "parameter 'x': a log-normal distribution has no bounds, and so no counterpart here; give it min and max");
  EXPECT_EQ(refusal("{distribution: poisson}"),
            "parameter 'x': the distribution 'poisson' has no counterpart here; there are: constant categorical "
            "categorical_w_probabilities int_uniform uniform q_uniform log_uniform log_uniform_values q_log_uniform "
            "q_log_uniform_values inv_log_uniform inv_log_uniform_values normal q_normal log_normal q_log_normal beta "
            "q_beta");
  EXPECT_EQ(refusal("{values: [a, [b]]}"), R"(parameter 'x': ["b"] is not a number, a text, true, false or null)");
  EXPECT_EQ(
      refusal("{values: [a, b], probabilities: [1, 0]}"),
      "parameter 'x': its weights must be 2 numbers above 0, one for each choice; leave out a choice that is never "
      "wanted");
  EXPECT_EQ(refusal("{values: [a, b], probabilities: [1]}"), refusal("{values: [a, b], probabilities: [1, 0]}"));
}

TEST(WandbSweep, SaysWhatIsWrong) {
  EXPECT_EQ(refusal("3"), "parameter 'x' must be a table of fields");
  EXPECT_EQ(refusal("{}"), "parameter 'x': give it a value, values, min and max, or parameters of its own");
  EXPECT_EQ(refusal("{min: 1}"), refusal("{}"));
  EXPECT_EQ(refusal("{min: 1, distribution: uniform}"), "parameter 'x': max is missing");
  EXPECT_EQ(refusal("{min: '1', max: 2}"), "parameter 'x': min must be a number, not \"1\"");
  EXPECT_EQ(refusal("{min: 0.5, max: 2, distribution: int_uniform}"),
            "parameter 'x': min must be a whole number, not 0.5");
  EXPECT_EQ(refusal("{min: 2, max: 1}"), "parameter 'x': low 2 is above high 1");
  EXPECT_EQ(refusal("{min: 0, max: 1, distribution: log_uniform_values}"),
            "parameter 'x': a log scale needs low > 0, not 0");
  EXPECT_EQ(refusal("{min: 0, max: 1000, distribution: log_uniform}"),
            "parameter 'x': low and high must be finite numbers");
  EXPECT_EQ(refusal("{min: 0, max: 1, q: 0, distribution: q_uniform}"),
            "parameter 'x': q must be a number above 0, not 0");
  EXPECT_EQ(refusal("{values: 3}"), "parameter 'x': values must be a list, not 3");
  EXPECT_EQ(refusal("{values: []}"), "parameter 'x': choices must hold at least one value");
  EXPECT_EQ(refusal("{value: 1, min: 2}"),
            "parameter 'x' has no field called 'min'; there are: parameters distribution value");
  EXPECT_EQ(refusal("{parameters: {}}"), "the parameters of 'x' must be a table of at least one parameter");
  EXPECT_EQ(refusal("{parameters: {y: {value: 1}}, value: 2}"),
            "parameter 'x' has no field called 'value'; there are: parameters");
  EXPECT_EQ(refusal("{value: 1}\nmetric: {goal: maximize}"), "metric: name is missing");
  EXPECT_EQ(refusal("{value: 1}\nmetric: {name: a, goal: max}"), "metric: no goal 'max'; there are: minimize maximize");
  EXPECT_EQ(refusal("{parameters: {y: {value: 1}}}\n  x.y: {value: 2}"), "two parameters are called 'x.y'");
  const auto whole = [](const char* text) {
    try {
      parse_wandb_sweep(text, "sweep.yaml");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(whole(""), "sweep.yaml must be a table of fields");
  EXPECT_EQ(whole("method: grid"), "sweep.yaml: parameters is missing");
  EXPECT_EQ(whole("parameters: []"), "the parameters must be a table of at least one parameter");
}

}  // namespace
}  // namespace crescendo
