#include "base/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/toml.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Json, DoublesComeBackBitForBit) {
  for (const double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 123456789.123456789}) {
    EXPECT_EQ(parse_json(to_line(Json(value)), "x").get<double>(), value);
  }
}

TEST(Json, BrokenTextNamesWhatItWasAndWhere) {
  EXPECT_EQ(message_of([] { parse_json("{\"a\": ", "the answer"); }), "the answer is not JSON: it breaks at byte 7");
}

TEST(FieldReader, RefusesWhatNobodyAskedFor) {
  const Json json{{"low", 1}, {"hihg", 2}};
  FieldReader in(json, "parameter 'x'");
  double low = 0, high = 0;
  in.read("low", low);
  in.read("high", high);
  EXPECT_EQ(message_of([&] { in.finish(); }), "parameter 'x' has no field called 'hihg'; there are: low high");
}

TEST(FieldReader, NamesTheFieldOfAnotherType) {
  const Json json{{"low", "one"}, {"count", 1.5}};
  FieldReader in(json, "it");
  double low = 0;
  int count = 0;
  EXPECT_EQ(message_of([&] { in.read("low", low); }), "it: low must be a number, not \"one\"");
  EXPECT_EQ(message_of([&] { in.read("count", count); }), "it: count must be a whole number, not 1.5");
}

TEST(Toml, AnObjectComesBackTheSame) {
  const Json object = Json::parse(R"json({
    "name": "a \"quoted\" name\n", "seed": 3, "share": 0.1, "flag": true, "odd key": [1, 2.5, "x"],
    "budget": {"trials": 60},
    "rung": [{"side": 32, "limits": {"layers": [1, 4]}}, {"side": 64}],
    "parameter": [{"name": "x", "choices": [true, 1.5, "s"]}]
  })json");
  EXPECT_EQ(parse_toml(to_toml(object), "it"), object) << to_toml(object);
}

TEST(Toml, KeysKeepTheirOrder) {
  const Json object = parse_toml("zebra = 1\napple = 2\nmango = 3\n", "it");
  EXPECT_EQ(to_line(object), R"({"zebra":1,"apple":2,"mango":3})");
}

TEST(Toml, ASyntaxErrorNamesLineAndColumn) {
  const std::string message = message_of([] { parse_toml("a = 1\nb = [1,\n", "study.toml"); });
  EXPECT_TRUE(message.starts_with("study.toml, line ")) << message;
}

TEST(Toml, RefusesDatesAndInfinities) {
  EXPECT_NE(message_of([] { parse_toml("a = 2020-01-01", "it"); }).find("it, line 1"), std::string::npos);
  EXPECT_NE(message_of([] { parse_toml("a = inf", "it"); }).find("finite number"), std::string::npos);
}

}  // namespace
}  // namespace crescendo
