#include "space/yaml.h"

#include <gtest/gtest.h>

#include "crescendo/error.h"

namespace crescendo {
namespace {

std::string refusal(const std::string& yaml) {
  try {
    return "accepted as " + to_line(parse_yaml(yaml, "x.yaml"));
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Yaml, ScalarsWithoutQuotesHaveTypesAndThoseInQuotesAreTexts) {
  EXPECT_EQ(to_line(parse_yaml(
                "[1, -2, +3, 1e-4, 2.5, .5, 1., true, False, null, ~, , nan, a b, 3x3, 10.0.0.1, -, v1_0]", "")),
            R"([1,-2,3,0.0001,2.5,0.5,1.0,true,false,null,null,null,"nan","a b","3x3","10.0.0.1","-","v1_0"])");
  EXPECT_EQ(to_line(parse_yaml(R"(["1", 'true', "yes", !!str 010, ""])", "")), R"(["1","true","yes","010",""])");
}

TEST(Yaml, WhatReadersTakeForDifferentThingsIsRefused) {
  for (const char* text :
       {"yes", "No", "ON", "off", "010", "0x1F", "0o17", "-0b1", "1_000", "1_0.5", "1:30", ".inf", "-.INF", ".nan"}) {
    EXPECT_EQ(refusal(text), "x.yaml, line 1: '" + std::string(text) +
                                 "' is read in different ways; write true, false or a decimal number, or put a text in "
                                 "quotes");
  }
}

TEST(Yaml, SaysWhereItCannotBeRead) {
  EXPECT_EQ(refusal("a: 1\nb: [1, 2"), "x.yaml, line 2, column 1: end of sequence flow not found");
  EXPECT_EQ(refusal("a: 1\na: 2"), "x.yaml, line 2: the key 'a' stands twice");
  EXPECT_EQ(refusal("[1]: 2"), "x.yaml, line 1: a key must be a text");
  EXPECT_EQ(refusal("a: &x {b: 1}\nc:\n  <<: *x"),
            "x.yaml, line 3: the merge key << has no counterpart here; write out what it stands for");
  EXPECT_EQ(refusal("!!int '5'"), "x.yaml, line 1: the tag tag:yaml.org,2002:int has no counterpart here");
  EXPECT_EQ(refusal("a: 1\n---\nb: 2"), "x.yaml holds 2 documents; one is wanted");
  EXPECT_EQ(refusal("99999999999999999999"), "x.yaml, line 1: the whole number 99999999999999999999 is too large");
  EXPECT_EQ(refusal("1e999"), "x.yaml, line 1: no floating-point number is 1e999");
  EXPECT_EQ(refusal("a: \"\\xff\"\nb: \xff"), "x.yaml, line 2: a text is not UTF-8");
}

TEST(Yaml, WhatWouldBecomeTooLargeIsRefused) {
  EXPECT_EQ(refusal(std::string((1 << 20) + 1, ' ')), "x.yaml is larger than 1 MiB");
  EXPECT_EQ(refusal(std::string(40, '[') + std::string(40, ']')), "x.yaml, line 1: nested more deeply than 32 levels");
  EXPECT_NE(refusal(std::string(200'000, '[')), "accepted");
  EXPECT_EQ(refusal("&a [*a]"), "x.yaml, line 1: nested more deeply than 32 levels");
  std::string bomb = "- &a0 [1,1,1,1,1,1,1,1,1,1]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string inner = "*a" + std::to_string(i - 1);
    bomb += "- &a" + std::to_string(i) + " [" + inner + "," + inner + "," + inner + "," + inner + "]\n";
  }
  EXPECT_EQ(refusal(bomb), "x.yaml, line 1: more than 20000 values, aliases filled in");
}

}  // namespace
}  // namespace crescendo
