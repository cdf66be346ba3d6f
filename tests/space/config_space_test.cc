#include "space/config_space.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "crescendo/error.h"
#include "space/config_space_clauses.h"
#include "space/parse.h"

namespace crescendo {
namespace {

using Notes = std::vector<std::string>;

constexpr const char* kPair = R"({"type": "uniform_int", "name": "a", "lower": 1, "upper": 9},
                                 {"type": "uniform_float", "name": "b", "lower": 0.0, "upper": 1.0},
                                 {"type": "categorical", "name": "c", "choices": ["u", "v", 1]},
                                 {"type": "ordinal", "name": "o", "sequence": ["v", "w", 1]})";

SpaceFile space(const std::string& hyperparameters, const std::string& conditions = "",
                const std::string& forbiddens = "") {
  return parse_config_space(
      fmt::format(R"({{"name": null, "hyperparameters": [{}], "conditions": [{}], "forbiddens": [{}],
                       "python_module_version": "1.2.0", "format_version": 0.4}})",
                  hyperparameters, conditions, forbiddens),
      "space.json");
}

// The one parameter, called x, of these fields, as JSON without its name.
std::string read(const std::string& fields) {
  Json json = to_json(space(R"({"name": "x", )" + fields + "}").space).front();
  json.erase("name");
  return to_line(json);
}

Notes notes(const std::string& fields) { return space(R"({"name": "x", )" + fields + "}").notes; }

template <class Reading>
std::string refusal_of(Reading reading) {
  try {
    reading();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::string refusal(const std::string& fields) {
  return refusal_of([&] { read(fields); });
}

std::string condition_refusal(const std::string& conditions) {
  return refusal_of([&] { space(kPair, conditions); });
}

std::string forbidden_refusal(const std::string& forbiddens) {
  return refusal_of([&] { space(kPair, "", forbiddens); });
}

std::vector<Condition> conditions(const std::string& json) {
  return parse_config_space_condition(Json::parse(json), "x");
}

std::vector<Constraint> forbidden(const std::string& json) {
  const SpaceFile pair = space(kPair);
  return parse_config_space_forbidden(Json::parse(json), 0, pair.space.parameters());
}

TEST(ConfigSpace, RangesKeepTheirBoundsAndTheirScale) {
  EXPECT_EQ(
      read(R"("type": "uniform_float", "lower": 1e-5, "upper": 1.0, "log": true, "default_value": null, "meta": null)"),
      R"({"type":"float","low":1e-05,"high":1.0,"log":true})");
  EXPECT_EQ(read(R"("type": "uniform_int", "lower": 1, "upper": 9, "log": false)"),
            R"({"type":"int","low":1,"high":9})");
}

TEST(ConfigSpace, AQuantumOfOlderFormatsIsAStep) {
  EXPECT_EQ(read(R"("type": "uniform_float", "lower": 0.0, "upper": 1.0, "q": 0.1)"),
            R"({"type":"float","low":0.0,"high":1.0,"step":0.1})");
  EXPECT_EQ(read(R"("type": "uniform_int", "lower": 2, "upper": 10, "q": 2)"),
            R"({"type":"int","low":2,"high":10,"step":2})");
  EXPECT_EQ(read(R"("type": "uniform_int", "lower": 1, "upper": 9, "q": 1, "log": true)"),
            R"({"type":"int","low":1,"high":9,"log":true})");
  EXPECT_EQ(read(R"("type": "uniform_float", "lower": 0.0, "upper": 1.0, "q": null)"),
            R"({"type":"float","low":0.0,"high":1.0})");
}

TEST(ConfigSpace, ChoicesKeepTheirTypes) {
  EXPECT_EQ(read(R"("type": "categorical", "choices": ["a", "1", 2, 2.5, true, null], "weights": null)"),
            R"({"type":"categorical","choices":["a","1",2,2.5,true,null]})");
  EXPECT_EQ(read(R"("type": "ordinal", "sequence": [1, 2, 4])"), R"({"type":"ordinal","choices":[1,2,4]})");
  EXPECT_EQ(read(R"("type": "constant", "value": 3)"), R"({"type":"categorical","choices":[3]})");
  EXPECT_EQ(read(R"("type": "unparametrized", "value": "x")"), R"({"type":"categorical","choices":["x"]})");
}

TEST(ConfigSpace, WhatIsLeftOutIsNoted) {
  EXPECT_EQ(
      notes(R"("type": "normal_float", "mu": 2.0, "sigma": 1.0, "lower": 0.0, "upper": 4.0, "log": false)"),
      (Notes{"parameter 'x': its normal distribution is not used, all values between its bounds are equally likely"}));
  EXPECT_EQ(read(R"("type": "normal_float", "mu": 2.0, "sigma": 1.0, "lower": 0.0, "upper": 4.0, "log": false)"),
            R"({"type":"float","low":0.0,"high":4.0})");
  EXPECT_EQ(
      notes(R"("type": "beta_int", "alpha": 2.0, "beta": 3.0, "lower": 1, "upper": 9, "log": true)"),
      (Notes{"parameter 'x': its beta distribution is not used, all ratios between its bounds are equally likely"}));
  EXPECT_EQ(notes(R"("type": "categorical", "choices": ["a", "b"], "weights": [2, 1])"),
            (Notes{"parameter 'x': the weights of its choices are not used, all are equally likely"}));
  EXPECT_EQ(notes(R"("type": "categorical", "choices": ["a", "b"], "weights": [2, 2])"), Notes());
  EXPECT_EQ(notes(R"("type": "uniform_int", "lower": 1, "upper": 9, "default_value": 3)"),
            (Notes{"the default values of the parameters are not used"}));
  EXPECT_EQ(notes(R"("type": "uniform_int", "lower": 1, "upper": 9, "default": 3)"),
            (Notes{"the default values of the parameters are not used"}));
}

TEST(ConfigSpace, AParameterStandsBehindThoseThatItsConditionsName) {
  const Space sorted =
      space(R"({"type": "constant", "name": "z", "value": 1}, {"type": "constant", "name": "leaf", "value": 1},
               {"type": "constant", "name": "middle", "value": 1}, {"type": "constant", "name": "root", "value": 1},
               {"type": "constant", "name": "last", "value": 1})",
            R"({"type": "EQ", "child": "leaf", "parent": "middle", "value": 1},
               {"type": "EQ", "child": "middle", "parent": "root", "value": 1})")
          .space;
  std::vector<std::string> names;
  for (const Parameter& p : sorted.parameters()) names.push_back(p.name);
  EXPECT_EQ(names, (std::vector<std::string>{"z", "root", "middle", "leaf", "last"}));
}

TEST(ConfigSpace, ConditionsAreKept) {
  const auto texts = [](const std::string& json) {
    std::vector<std::string> all;
    for (const Condition& condition : conditions(json)) all.push_back(to_text(condition));
    return all;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(texts(R"({"type": "EQ", "child": "x", "parent": "c", "value": "u"})"), Texts{"c == 'u'"});
  EXPECT_EQ(texts(R"({"type": "NEQ", "child": "x", "parent": "c", "value": true})"), Texts{"c != true"});
  EXPECT_EQ(texts(R"({"type": "LT", "child": "x", "parent": "a", "value": 3})"), Texts{"a < 3"});
  EXPECT_EQ(texts(R"({"type": "GT", "child": "x", "parent": "a", "value": 0.5})"), Texts{"a > 0.5"});
  EXPECT_EQ(texts(R"({"type": "IN", "child": "x", "parent": "c", "values": ["u"]})"), Texts{"c == 'u'"});
  EXPECT_EQ(texts(R"({"type": "AND", "child": "x", "conditions": [
                       {"type": "EQ", "child": "x", "parent": "c", "value": "u"},
                       {"type": "AND", "child": "x", "conditions": [
                         {"type": "GT", "child": "x", "parent": "a", "value": 1},
                         {"type": "LT", "child": "x", "parent": "a", "value": 5}]}]})"),
            (Texts{"c == 'u'", "a > 1", "a < 5"}));
}

TEST(ConfigSpace, AnInAndAnOrOfOneParentAreOneOfSeveralValues) {
  for (const char* json : {R"({"type": "IN", "child": "x", "parent": "c", "values": ["u", 1, "u"]})",
                           R"({"type": "OR", "child": "x", "conditions": [
                                {"type": "EQ", "child": "x", "parent": "c", "value": "u"},
                                {"type": "IN", "child": "x", "parent": "c", "values": ["u", 1]}]})"}) {
    const std::vector<Condition> read = conditions(json);
    ASSERT_EQ(read.size(), 1u);
    EXPECT_EQ(read[0].parameter, "c");
    EXPECT_EQ(read[0].comparison, Comparison::kIn);
    EXPECT_EQ(read[0].values, (std::vector<Value>{"u", std::int64_t{1}}));
  }
}

TEST(ConfigSpace, ForbiddenClausesAreForbiddenCombinations) {
  const std::vector<Constraint> read = forbidden(R"({"type": "AND", "name": "a", "clauses": [
      {"type": "EQUALS", "name": "a", "value": 3},
      {"type": "AND", "clauses": [{"type": "IN", "name": "c", "values": ["u", "v"]}]}]})");
  ASSERT_EQ(read.size(), 1u);
  EXPECT_TRUE(read[0].terms.empty());
  ASSERT_EQ(read[0].forbidden.size(), 2u);
  EXPECT_EQ(to_text(read[0].forbidden[0]), "a == 3");
  EXPECT_EQ(read[0].forbidden[1].parameter, "c");
  EXPECT_EQ(read[0].forbidden[1].comparison, Comparison::kIn);
  EXPECT_EQ(read[0].forbidden[1].values, (std::vector<Value>{"u", "v"}));
  EXPECT_EQ(space(kPair, "", R"({"type": "EQUALS", "name": "c", "value": "u"})").space.constraints().size(), 1u);
}

TEST(ConfigSpace, ForbiddenRelationsOfNumbersAreInequalities) {
  struct Row {
    const char* relation;
    Comparison allowed;
  };
  for (const auto& [relation, allowed] : {Row{R"("type": "RELATION_LT")", Comparison::kGreaterOrEqual},
                                          Row{R"("type": "RELATION_GT")", Comparison::kLessOrEqual},
                                          Row{R"("type": "RELATION", "lambda": "LESS")", Comparison::kGreaterOrEqual},
                                          Row{R"("type": "RELATION", "lambda": "GT")", Comparison::kLessOrEqual}}) {
    const std::vector<Constraint> read = forbidden(fmt::format(R"({{{}, "left": "a", "right": "b"}})", relation));
    ASSERT_EQ(read.size(), 1u) << relation;
    EXPECT_TRUE(read[0].forbidden.empty());
    ASSERT_EQ(read[0].terms.size(), 2u);
    EXPECT_EQ(read[0].terms[0].parameter, "a");
    EXPECT_EQ(read[0].terms[0].factor, 1);
    EXPECT_EQ(read[0].terms[1].parameter, "b");
    EXPECT_EQ(read[0].terms[1].factor, -1);
    EXPECT_EQ(read[0].comparison, allowed) << relation;
    EXPECT_EQ(read[0].bound, 0);
  }
}

TEST(ConfigSpace, EqualChoicesThatAreForbiddenAreACombinationEach) {
  const std::vector<Constraint> read = forbidden(R"({"type": "RELATION_EQ", "left": "c", "right": "o"})");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(to_text(read[0].forbidden.at(0)), "c == 'v'");
  EXPECT_EQ(to_text(read[0].forbidden.at(1)), "o == 'v'");
  EXPECT_EQ(to_text(read[1].forbidden.at(0)), "c == 1");
  EXPECT_EQ(to_text(read[1].forbidden.at(1)), "o == 1");
}

TEST(ConfigSpace, SaysWhichParameterHasNoCounterpart) {
  EXPECT_EQ(refusal(R"("type": "normal_float", "mu": 0.0, "sigma": 1.0, "log": false, "default": 0.0)"),
            "parameter 'x': a normal distribution without bounds has no counterpart here; give it lower and upper");
  EXPECT_EQ(refusal(R"("type": "beta_int", "alpha": 1, "beta": 1, "lower": null, "upper": null)"),
            "parameter 'x': a beta distribution without bounds has no counterpart here; give it lower and upper");
  EXPECT_EQ(refusal(R"("type": "uniform_float", "lower": 1.0, "upper": 2.0, "q": 0.5, "log": true)"),
            "parameter 'x': q and log cannot go together here; leave out one");
  EXPECT_EQ(refusal(R"("type": "uniform_float", "lower": 0.0, "upper": 1.0, "q": 0.3)"),
            "parameter 'x': q must be above 0, and divide upper - lower, not 0.3");
  EXPECT_EQ(refusal(R"("type": "uniform_int", "lower": 0, "upper": 1, "q": 0)"),
            "parameter 'x': q must be above 0, and divide upper - lower, not 0");
  EXPECT_EQ(
      refusal(R"("type": "categorical", "choices": ["a", "b"], "weights": [0, 1])"),
      "parameter 'x': its weights must be 2 numbers above 0, one for each choice; leave out a choice that is never "
      "wanted");
  EXPECT_EQ(refusal(R"("type": "categorical", "choices": [[1], [2]])"),
            "parameter 'x': [1] is not a number, a text, true, false or null");
  EXPECT_EQ(refusal(R"("type": "gamma_float")"),
            "parameter 'x': no type called 'gamma_float'; there are: uniform_float uniform_int normal_float normal_int "
            "beta_float beta_int categorical ordinal constant unparametrized");
}

TEST(ConfigSpace, SaysWhatIsWrongWithAParameter) {
  EXPECT_EQ(refusal(R"("type": "uniform_float", "lower": "0", "upper": 1.0)"),
            "parameter 'x': lower must be a number, not \"0\"");
  EXPECT_EQ(refusal(R"("type": "uniform_float", "upper": 1.0)"), "parameter 'x': lower is missing");
  EXPECT_EQ(refusal(R"("type": "uniform_float", "lower": 1.0)"), "parameter 'x': upper is missing");
  EXPECT_EQ(refusal(R"("type": "uniform_int", "lower": 0.5, "upper": 1)"),
            "parameter 'x': 0.5 is not a whole number within +-2^53");
  EXPECT_EQ(refusal(R"("lower": 0)"), "parameter 'x': type is missing");
  EXPECT_EQ(refusal(R"("type": "ordinal", "sequence": 3)"), "parameter 'x': sequence must be a list, not 3");
  EXPECT_EQ(refusal(R"("type": "constant")"), "parameter 'x': value is missing");
  EXPECT_EQ(refusal(R"("type": "constant", "value": 1, "size": 2)"),
            "parameter 'x' has no field called 'size'; there are: name type value default default_value meta");
  EXPECT_EQ(refusal_of([] { space(R"({"type": "constant", "value": 1})"); }), "hyperparameter 1: name is missing");
  EXPECT_EQ(refusal_of([] {
              space(R"({"name": "x", "type": "constant", "value": 1}, {"name": "x", "type": "constant", "value": 1})");
            }),
            "two parameters are called 'x'");
}

TEST(ConfigSpace, SaysWhichConditionHasNoCounterpart) {
  const std::string no_or =
      "parameter 'b': conditions joined by OR have no counterpart here, unless all of them are EQ or IN on one and the "
      "same "
      "parameter";
  const auto either = [](const std::string& part) {
    return fmt::format(R"({{"type": "OR", "child": "b", "conditions": [
                             {{"type": "EQ", "child": "b", "parent": "c", "value": "u"}}, {}]}})",
                       part);
  };
  EXPECT_EQ(condition_refusal(either(R"({"type": "EQ", "child": "b", "parent": "o", "value": "v"})")), no_or);
  EXPECT_EQ(condition_refusal(either(R"({"type": "NEQ", "child": "b", "parent": "c", "value": "v"})")), no_or);
  EXPECT_EQ(condition_refusal(either(R"({"type": "AND", "child": "b", "conditions": [
                {"type": "EQ", "child": "b", "parent": "c", "value": "v"},
                {"type": "EQ", "child": "b", "parent": "c", "value": "u"}]})")),
            no_or);
  EXPECT_EQ(condition_refusal(R"({"type": "GE", "child": "b", "parent": "a", "value": 1})"),
            "parameter 'b': its condition: no type called 'GE'; there are: EQ NEQ LT GT IN AND OR");
}

TEST(ConfigSpace, SaysWhatIsWrongWithACondition) {
  const char* first = R"({"type": "EQ", "child": "b", "parent": "c", "value": "u"})";
  EXPECT_EQ(condition_refusal(fmt::format("{0}, {0}", first)), "accepted");
  EXPECT_EQ(condition_refusal(fmt::format(R"({}, {{"type": "EQ", "child": "b", "parent": "c", "value": "v"}})", first)),
            "parameter 'b' has two conditions; join them by AND or OR");
  EXPECT_EQ(condition_refusal(R"({"type": "EQ", "parent": "c", "value": "u"})"), "a condition: child is missing");
  EXPECT_EQ(condition_refusal(R"({"type": "EQ", "child": "d", "parent": "c", "value": "u"})"),
            "a condition is on 'd', which the file does not have");
  EXPECT_EQ(condition_refusal(R"({"type": "EQ", "child": "b", "parent": "d", "value": "u"})"),
            "parameter 'b': its condition names 'd', which the file does not have");
  EXPECT_EQ(condition_refusal(R"({"type": "EQ", "child": "b", "parent": "c", "value": "w"})"),
            "parameter 'c' has no choice w; there are: u, v, 1");
  EXPECT_EQ(condition_refusal(R"({"type": "IN", "child": "b", "parent": "c", "values": []})"),
            "parameter 'b': its condition: values must be a list of at least one, not []");
  EXPECT_EQ(
      condition_refusal(
          R"({"type": "AND", "child": "b", "conditions": [{"type": "EQ", "child": "a", "parent": "c", "value": "u"}]})"),
      "parameter 'b': its condition: child must be the same in all its parts, not \"a\"");
  EXPECT_EQ(condition_refusal(R"({"type": "EQ", "child": "b", "parent": "c"})"),
            "parameter 'b': its condition: value is missing");
  EXPECT_EQ(condition_refusal(R"({"type": "EQ", "child": "a", "parent": "b", "value": 0.5},
                                 {"type": "EQ", "child": "b", "parent": "a", "value": 1})"),
            "parameter 'a' depends on itself through the conditions of its parents");
  EXPECT_EQ(condition_refusal(R"({"type": "EQ", "child": "a", "parent": "a", "value": 1})"),
            "parameter 'a' depends on itself through the conditions of its parents");
}

TEST(ConfigSpace, SaysWhichForbiddenClauseHasNoCounterpart) {
  EXPECT_EQ(forbidden_refusal(R"({"type": "RELATION_EQ", "left": "a", "right": "b"})"),
            "forbidden clause 1: that 'a' and 'b' are equal can only be forbidden of categories and ordinals; of "
            "numbers, only "
            "that one is less or greater");
  EXPECT_EQ(forbidden_refusal(R"({"type": "RELATION_LT", "left": "a", "right": "o"})"),
            "forbidden clause 1: that one of 'a' and 'o' is less can only be forbidden of floats and ints");
  EXPECT_EQ(
      forbidden_refusal(R"({"type": "RELATION", "lambda": "CALLABLE", "callable": "", "left": "a", "right": "b"})"),
      "forbidden clause 1: the relation CALLABLE has no counterpart here; there are: LESS EQUALS GREATER");
  EXPECT_EQ(
      forbidden_refusal(R"({"type": "AND", "clauses": [{"type": "EQUALS", "name": "a", "value": 1},
                                                             {"type": "RELATION_LT", "left": "a", "right": "b"}]})"),
      "forbidden clause 1: a relation of 'a' and 'b' joined with other clauses has no counterpart here; let it stand "
      "alone");
  EXPECT_EQ(
      forbidden_refusal(R"({"type": "OR", "clauses": []})"),
      "forbidden clause 1: no type called 'OR'; there are: EQUALS IN AND RELATION_LT RELATION_EQ RELATION_GT RELATION");
}

TEST(ConfigSpace, SaysWhatIsWrongWithAForbiddenClause) {
  EXPECT_EQ(forbidden_refusal(R"({"type": "EQUALS", "name": "d", "value": 1})"),
            "forbidden clause 1 names 'd', which the file does not have");
  EXPECT_EQ(forbidden_refusal(R"({"type": "EQUALS", "name": "a"})"), "forbidden clause 1: value is missing");
  EXPECT_EQ(forbidden_refusal(R"({"type": "EQUALS", "value": 1})"), "forbidden clause 1: name is missing");
  EXPECT_EQ(forbidden_refusal(R"({"type": "AND", "clauses": []})"),
            "forbidden clause 1: clauses must be a list of at least one, not []");
  EXPECT_EQ(forbidden_refusal(R"({"type": "RELATION_LT", "left": "a", "right": "a"})"),
            "forbidden clause 1 compares 'a' with itself");
  EXPECT_EQ(forbidden_refusal(R"({"type": "RELATION_LT", "left": "a"})"), "forbidden clause 1: right is missing");
}

TEST(ConfigSpace, SaysWhatIsWrongWithTheFile) {
  const auto whole = [](const std::string& text) {
    return refusal_of([&] { parse_config_space(text, "space.json"); });
  };
  EXPECT_EQ(whole("{"), "space.json is not JSON: it breaks at byte 2");
  EXPECT_EQ(whole("[]"), "space.json must be a table of fields");
  EXPECT_EQ(whole("{}"), "space.json: hyperparameters is missing");
  EXPECT_EQ(whole(R"({"hyperparameters": []})"),
            "space.json: hyperparameters must be a list of at least one, as ConfigSpace writes it, not []");
  EXPECT_EQ(whole(R"({"hyperparameters": [], "format_version": 0.5})"),
            "space.json: format_version 0.5 is not known; formats up to 0.4 are");
  EXPECT_EQ(whole(R"({"hyperparameters": [{"name": "x", "type": "constant", "value": 1}], "conditions": {}})"),
            "space.json: conditions must be a list, not {}");
  EXPECT_EQ(
      whole(R"({"hyperparameters": [{"name": "x", "type": "constant", "value": 1}], "more": 1})"),
      "space.json has no field called 'more'; there are: python_module_version format_version json_format_version "
      "hyperparameters conditions forbiddens name comment");
  EXPECT_EQ(whole(std::string(100'000, '[')), "space.json is nested more deeply than 64 levels");
  EXPECT_EQ(whole(R"({"name": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"["})"),
            "space.json: hyperparameters is missing");
}

}  // namespace
}  // namespace crescendo
