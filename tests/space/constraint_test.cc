#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "space/parse.h"

namespace crescendo {
namespace {

Json parameters() {
  return Json::parse(R"json([
    {"name": "a", "type": "int", "low": 0, "high": 10},
    {"name": "b", "type": "int", "low": 0, "high": 10},
    {"name": "x", "type": "float", "low": 0, "high": 1, "step": 0.1},
    {"name": "kind", "type": "categorical", "choices": ["u", "v", null, true]},
    {"name": "y", "type": "float", "low": 0, "high": 1, "active_when": "kind in ['u', null]"},
    {"name": "size", "type": "ordinal", "choices": [3, 5, 7]},
    {"name": "my rate", "type": "float", "low": 0, "high": 1}
  ])json");
}

Space space_with(const Json& constraints) { return parse_space(parameters(), constraints); }

template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Constraint, IsWrittenAsItWasRead) {
  for (const char* text :
       {"min_units <= max_units", "2 * conv_layers + fc_layers < 12", "a <= b + 10", "a >= b - 0.1", "-a + b > 3",
        "a - b + 2.5 * c >= 0", "0.1 * a > -3", "-2 * a <= -1e-07", "a.b:c < `d-e` + 1", "`my rate` < 3 * `2nd`",
        "not (optimiser == 'sgd' and learning_rate > 0.1)", "not (optimiser in ['sgd', 'adam'] and layers in [2, 3])",
        "not (`a == b` != \"it's\" and `c in d` in [true, null, 1.5, 'x, y'])"}) {
    EXPECT_EQ(to_text(parse_constraint(text)), text);
  }
}

TEST(Constraint, MayBeWrittenFreely) {
  EXPECT_EQ(to_text(parse_constraint("  3+a<=b*2 + 5-c ")), "a - 2 * b + c <= 2");
  EXPECT_EQ(to_text(parse_constraint("10 > a")), "-a > -10");
  EXPECT_EQ(to_text(parse_constraint("2 * 3 * a - -1 < 0")), "6 * a < -1");
  EXPECT_EQ(to_text(parse_constraint("not(my rate>0.5 and kind == u)")), "not (`my rate` > 0.5 and kind == 'u')");
}

TEST(Constraint, ComesBackFromItsTextToTheBit) {
  Rng rng(5);
  for (int i = 0; i < 2000; ++i) {
    Constraint constraint;
    for (std::uint64_t terms = 1 + rng.below(4); terms > 0; --terms) {
      const double factor = rng.below(3) == 0 ? 1 : std::exp(20 * rng.normal());
      constraint.terms.push_back({rng.below(2) == 0 ? factor : -factor, rng.below(2) == 0 ? "a" : "b c"});
    }
    constraint.comparison = std::array{Comparison::kLess, Comparison::kGreater, Comparison::kLessOrEqual,
                                       Comparison::kGreaterOrEqual}[rng.below(4)];
    constraint.bound = rng.below(3) == 0 ? 0 : std::exp(20 * rng.normal()) * rng.normal();
    const Constraint again = parse_constraint(to_text(constraint));
    ASSERT_EQ(again.terms.size(), constraint.terms.size()) << to_text(constraint);
    for (std::size_t t = 0; t < again.terms.size(); ++t) {
      ASSERT_EQ(again.terms[t].parameter, constraint.terms[t].parameter);
      ASSERT_EQ(again.terms[t].factor, constraint.terms[t].factor);
    }
    ASSERT_EQ(again.comparison, constraint.comparison);
    ASSERT_EQ(again.bound, constraint.bound);
  }
}

TEST(Constraint, SaysWhatIsWrongWithItsText) {
  const auto refused = [](const char* text) {
    std::string sentence = refusal([&] { parse_constraint(text); });
    const std::size_t why = sentence.rfind(": ");
    EXPECT_EQ(sentence.find("the constraint '" + std::string(text) + "'"), 0u) << sentence;
    return sentence.substr(why + 2);
  };
  EXPECT_EQ(refused("a"), "it has no comparison");
  EXPECT_EQ(refused("a == b"), "< <= > >= + - or * is expected before '== b'");
  EXPECT_EQ(refused("a <= b <= c"), "it must hold one of < <= > >=, once; two comparisons are two constraints");
  EXPECT_EQ(refused("a * b < 1"), "a name can be multiplied by numbers only");
  EXPECT_EQ(refused("1 < 2"), "it names no parameter");
  EXPECT_EQ(refused("a <"), "it ends where a number or a name is expected");
  EXPECT_EQ(refused("a < 1e999"), "a number or a name is expected before '1e999'");
  EXPECT_EQ(refused("(a) < 1"), "a number or a name is expected before '(a) < 1'");
  EXPECT_EQ(refused("`a < 1"), "a name stands between two backticks");
  EXPECT_EQ(refused("my rate < 1"), "< <= > >= + - or * is expected before 'rate < 1'");
  EXPECT_EQ(refusal([] { parse_constraint("not (a)"); }),
            "the condition 'a' is not of the form: name == value (or != < <= > >=), or name in [value, ...]");
  EXPECT_EQ(refusal([] { parse_conditions("a in []"); }),
            "the condition 'a in []' is not of the form: name == value (or != < <= > >=), or name in [value, ...]");
  EXPECT_NE(refusal([] { parse_conditions("a in [1, ]"); }), "accepted");
}

TEST(Constraint, MustFitTheSpace) {
  const auto refused = [](const char* text) { return refusal([&] { space_with(Json::array({text})); }); };
  EXPECT_EQ(refused("a <= c"), "the constraint 'a <= c': the space has no parameter 'c'");
  EXPECT_EQ(refused("not (c == 1)"), "the constraint 'not (c == 1)': the space has no parameter 'c'");
  EXPECT_EQ(refused("kind <= 3"),
            "the constraint 'kind <= 3': 'kind' is categorical; an inequality is between floats and ints");
  EXPECT_EQ(refused("a < 2 * size"),
            "the constraint 'a < 2 * size': 'size' is ordinal; an inequality is between floats and ints");
  EXPECT_EQ(refused("not (kind < 'u')"),
            "the constraint 'not (kind < 'u')': 'kind' is categorical and can only be compared by ==, != or in");
  EXPECT_EQ(refused("not (a in [1, b])"),
            "the constraint 'not (a in [1, 'b'])': 'a' must be compared to a number, not b");
  EXPECT_EQ(refused("not (kind in [w])"), "parameter 'kind' has no choice w; there are: u, v, null, true");
  EXPECT_EQ(refused("0 * a < 3"), "the constraint '0 * a < 3': the factor of 'a' must be a finite number other than 0");
  EXPECT_EQ(refused("a <= b"), "accepted");
  EXPECT_EQ(refusal([] { space_with("a <= b"); }), "constraints must be a list of texts such as \"a <= b\"");
  EXPECT_EQ(refusal([] { space_with({1, 2}); }), "a constraint must be a text such as \"a <= b\", not 1");
}

TEST(Constraint, ThatIsMadeByAProgramIsCheckedToo) {
  const auto refused = [](Constraint constraint) {
    const Space space = space_with(Json::array());
    return refusal([&] { Space({space.parameters().begin(), space.parameters().end()}, {constraint}); });
  };
  EXPECT_EQ(refused({}),
            "a constraint must hold either conditions that are forbidden together, or the terms of an inequality");
  EXPECT_EQ(refused({{{"a", Comparison::kIn, {}}}}),
            "the constraint 'not (a in [])': the comparison of 'a' must have a list of at least one value if it is in, "
            "and no list else");
  EXPECT_EQ(refused({{{"kind", Comparison::kEqual, "'\""}}}),
            "the constraint 'not (kind == \"'\"\")': a text in a condition may hold ' or \", not both");
  EXPECT_NE(refused({{}, {{1, "a"}}, Comparison::kEqual, 0}).find("must compare by < <= > or >="), std::string::npos);
  EXPECT_NE(refused({{}, {{1, "a"}}, Comparison::kLess, NAN}), "accepted");
  EXPECT_NE(refused({{}, {{INFINITY, "a"}}, Comparison::kLess, 0}), "accepted");
  EXPECT_EQ(refusal([] {
              parse_space(Json::parse(R"([{"name": "`", "type": "int", "low": 0, "high": 1},
      {"name": "b", "type": "int", "low": 0, "high": 1, "active_when": "` == 1"}])"));
            }).find("the condition"),
            0u);
}

TEST(Constraint, IsBrokenByTheseAndNoOthers) {
  //             a  b  x  kind y size rate
  const auto allowed = [](const char* text, std::vector<double> values) {
    const Space space = space_with(Json::array({text}));
    const bool kept = space.allowed(values);
    Point point{values};
    EXPECT_EQ(refusal([&] { space.check(point); }),
              kept ? "accepted" : "the point breaks the constraint '" + to_text(space.constraints()[0]) + "'");
    return kept;
  };
  EXPECT_TRUE(allowed("a <= b", {3, 3, 0, 1, kInactive, 0, 0}));
  EXPECT_FALSE(allowed("a < b", {3, 3, 0, 1, kInactive, 0, 0}));
  EXPECT_FALSE(allowed("a <= b", {4, 3, 0, 1, kInactive, 0, 0}));
  EXPECT_TRUE(allowed("2 * a + b < 12", {4, 3, 0, 1, kInactive, 0, 0}));
  EXPECT_FALSE(allowed("2 * a + b < 11", {4, 3, 0, 1, kInactive, 0, 0}));
  EXPECT_FALSE(allowed("not (a == 4 and kind == 'v')", {4, 3, 0, 1, kInactive, 0, 0}));
  EXPECT_TRUE(allowed("not (a == 4 and kind == 'v')", {4, 3, 0, 3, kInactive, 0, 0}));
  EXPECT_FALSE(allowed("not (kind in [null, true] and size > 3)", {4, 3, 0, 3, kInactive, 1, 0}));
  EXPECT_TRUE(allowed("not (kind in [null, 'v'] and size > 3)", {4, 3, 0, 3, kInactive, 1, 0}));
  EXPECT_FALSE(allowed("not (a in [1, 4, 6])", {4, 3, 0, 1, kInactive, 0, 0}));
  EXPECT_FALSE(allowed("not (`my rate` > 0.5)", {4, 3, 0, 1, kInactive, 0, 0.75}));
  // y is not active: whatever is said of it is kept
  EXPECT_TRUE(allowed("y + a <= 0", {4, 3, 0, 1, kInactive, 0, 0}));
  EXPECT_TRUE(allowed("y > 5", {4, 3, 0, 1, kInactive, 0, 0}));
  EXPECT_TRUE(allowed("not (a == 4 and y != 0.5)", {4, 3, 0, 1, kInactive, 0, 0}));
  EXPECT_FALSE(allowed("not (a == 4 and y != 0.5)", {4, 3, 0, 0, 0.25, 0, 0}));
}

TEST(Constraint, SumsThatDifferByRoundingAreEqualAndWholeNumbersAreExact) {
  const Space space = parse_space(Json::parse(R"json([
    {"name": "x", "type": "float", "low": 0, "high": 1, "step": 0.1},
    {"name": "y", "type": "float", "low": 0, "high": 1, "step": 0.1},
    {"name": "m", "type": "int", "low": 0, "high": 9007199254740992},
    {"name": "n", "type": "int", "low": 0, "high": 9007199254740992}])json"),
                                  {"x + y <= 0.3", "m <= n"});
  EXPECT_TRUE(space.allowed(std::vector<double>{0.1, 0.2, 5, 5}));  // 0.30000000000000004
  EXPECT_FALSE(space.allowed(std::vector<double>{0.2, 0.2, 5, 5}));
  EXPECT_FALSE(space.allowed(std::vector<double>{0, 0, 9007199254740991.0, 9007199254740990.0}));
}

TEST(Condition, InIsOneOfSeveralValues) {
  const Space space = space_with(Json::array());
  const std::size_t y = *space.find("y");
  const auto active = [&](double kind) {
    std::vector<double> values(space.size(), 0);
    values[*space.find("kind")] = kind;
    return space.active(y, values);
  };
  EXPECT_TRUE(active(0));
  EXPECT_FALSE(active(1));
  EXPECT_TRUE(active(2));
  EXPECT_FALSE(active(3));
  EXPECT_FALSE(active(kInactive));
  EXPECT_EQ(to_text(space[y].active_when), "kind in ['u', null]");
  EXPECT_EQ(to_json(parse_space(to_json(space))), to_json(space));
  EXPECT_EQ(to_text(parse_conditions("layers in[2,3] and a in year == 3")), "layers in [2, 3] and `a in year` == 3");
}

}  // namespace
}  // namespace crescendo
