#include "cli/words.h"

#include <gtest/gtest.h>

#include "crescendo/error.h"

namespace crescendo {
namespace {

TEST(Words, DurationsAreReadInTheUnitsPeopleWrite) {
  EXPECT_EQ(parse_duration("90", "--time"), 90);
  EXPECT_EQ(parse_duration("90s", "--time"), 90);
  EXPECT_EQ(parse_duration("30m", "--time"), 1800);
  EXPECT_EQ(parse_duration("1h30m", "--time"), 5400);
  EXPECT_EQ(parse_duration("0.5h", "--time"), 1800);
  for (const char* bad : {"", "m", "soon", "10x", "-5m", "0", "nan", "inf"}) {
    EXPECT_THROW(parse_duration(bad, "--time"), Error) << bad;
  }
}

TEST(Words, SizesAreWholePositiveAndSeparatedByCommas) {
  EXPECT_EQ(parse_sizes("32,64,128", "--sizes"), (std::vector<int>{32, 64, 128}));
  for (const char* bad : {"", "32,", ",32", "32 64", "32,x", "0", "-3", "3.5", "99999999999"}) {
    EXPECT_THROW(parse_sizes(bad, "--sizes"), Error) << bad;
  }
}

TEST(Words, TotalsAndRungsAreANameAndNumbers) {
  EXPECT_EQ(parse_total("epoch=2600", "--budget"), std::pair(std::string("epoch"), 2600.0));
  EXPECT_EQ(parse_rungs("part=0.1,1", "--ladder"), std::pair(std::string("part"), std::vector{0.1, 1.0}));
  EXPECT_EQ(parse_rungs("epoch=1", "--ladder").second, std::vector{1.0});
  for (const char* bad : {"", "epoch", "epoch=", "=5", "epoch=x", "epoch=5,", "epoch=,5", "epoch=5 ", "epoch=nan",
                          "epoch=inf", "e p=5", "limits=5", "share=5", "epoch==5", "epoch,5", "epoch=1e999"}) {
    EXPECT_THROW(parse_total(bad, "--budget"), Error) << bad;
    EXPECT_THROW(parse_rungs(bad, "--ladder"), Error) << bad;
  }
  EXPECT_THROW(parse_total("epoch=5,6", "--budget"), Error);
  EXPECT_THROW(parse_total("epoch=0", "--budget"), Error);
}

TEST(Words, NumbersAreShownAsPeopleReadThem) {
  EXPECT_EQ(percent(0.1834), "18.3 %");
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(duration_text(5), "5.0 s");
  EXPECT_EQ(duration_text(125), "2 min 5 s");
  EXPECT_EQ(duration_text(3780), "1 h 3 min");
}

TEST(Words, WhatAShellWouldChangeStandsInQuotes) {
  EXPECT_EQ(shell_quoted("sqlite:///out/study.db"), "sqlite:///out/study.db");
  EXPECT_EQ(shell_quoted("my photos"), "'my photos'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted(""), "''");
}

TEST(Words, ATableAlignsItsColumns) { EXPECT_EQ(table({{"a", "n"}, {"bcd", "10"}}, "lr"), "  a     n\n  bcd  10\n"); }

TEST(Words, ATableLeavesOutAColumnOfEmptyCells) {
  EXPECT_EQ(table({{"a", "", "b"}, {"1", "", "22"}}, "rll"), "  a  b\n  1  22\n");
}

TEST(Words, AReasonIsItsFirstAndItsLastLine) {
  EXPECT_EQ(reason_text("it diverged"), "it diverged");
  EXPECT_EQ(reason_text("it ended; its last words:\nloading\nno room"), "it ended; its last words: no room");
}

}  // namespace
}  // namespace crescendo
