#include "base/command_line.h"

#include <gtest/gtest.h>

#include "crescendo/error.h"

namespace crescendo {
namespace {

using Words = std::vector<std::string>;

std::string message_of(const auto& act) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    return error.what();
  }
  return "no Error";
}

TEST(CommandLine, BlanksPartWords) {
  EXPECT_EQ(split_command_line("  ./train\t--lr  0.1\n"), (Words{"./train", "--lr", "0.1"}));
}

TEST(CommandLine, QuotesKeepAWordTogether) {
  EXPECT_EQ(split_command_line(R"(sh -c 'echo "a  b" \n' x"y 'z"w '' "")"),
            (Words{"sh", "-c", R"(echo "a  b" \n)", "xy 'zw", "", ""}));
}

TEST(CommandLine, ABackslashTakesTheNextCharacterAsItIs) {
  EXPECT_EQ(split_command_line(R"(a\ b \"c\' "d\"e\\f\n" \\)"), (Words{"a b", "\"c'", R"(d"e\f\n)", "\\"}));
}

TEST(CommandLine, NothingIsExpanded) {
  EXPECT_EQ(split_command_line("echo $HOME * ~ `ls` $(ls) ;|&><#"),
            (Words{"echo", "$HOME", "*", "~", "`ls`", "$(ls)", ";|&><#"}));
}

TEST(CommandLine, WhatCannotBeSplitIsAnError) {
  EXPECT_NE(message_of([] { split_command_line("a 'b"); }).find("a 'b never closes its '"), std::string::npos);
  EXPECT_NE(message_of([] { split_command_line("a \"b\\\""); }).find("never closes its \""), std::string::npos);
  EXPECT_NE(message_of([] { split_command_line("a\\"); }).find("ends with a backslash"), std::string::npos);
  EXPECT_NE(message_of([] { split_command_line(" \n"); }).find("is empty"), std::string::npos);
}

TEST(Placeholders, AValueIsNeverParsedAgain) {
  const Words words = split_command_line("run --name {name} 'in {name}, {other}' {{name}} {empty}");
  const std::string value = "a 'b\" {other} \\ $x\n}";
  EXPECT_EQ(fill_placeholders(words, {{"name", value}, {"other", "o"}, {"empty", ""}}),
            (Words{"run", "--name", value, "in " + value + ", o", "{name}", ""}));
}

TEST(Placeholders, AnUnknownNameIsAnErrorThatListsTheKnown) {
  const std::string message = message_of([] {
    fill_placeholders(Words{"run", "{lr}"}, {{"learning_rate", ""}, {"units", ""}});
  });
  EXPECT_NE(message.find("no placeholder {lr}; there are: {learning_rate} {units}"), std::string::npos) << message;
  EXPECT_NE(message_of([] { fill_placeholders(Words{"{x}"}, {}); }).find("there are: none"), std::string::npos);
}

TEST(Placeholders, ALoneBraceIsAnError) {
  for (const char* word : {"a{", "}b", "{a}}", "{{a}"}) {
    EXPECT_NE(message_of([&] { fill_placeholders(Words{word}, {{"a", ""}}); }).find("lone"), std::string::npos) << word;
  }
}

TEST(Placeholders, AZeroByteFitsIntoNoWord) {
  EXPECT_NE(message_of([] {
              fill_placeholders(Words{"{a}"}, {{"a", std::string(1, '\0')}});
            }).find("zero byte"),
            std::string::npos);
}

}  // namespace
}  // namespace crescendo
