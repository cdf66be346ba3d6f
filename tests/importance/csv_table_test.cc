#include "importance/csv_table.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crescendo/error.h"

namespace crescendo {
namespace {

Space space() {
  Parameter rate, kind;
  rate.name = "rate, of learning";
  rate.high = 1;
  kind.name = "kind";
  kind.kind = Kind::kCategorical;
  kind.choices = {std::string("a \"b\""), std::int64_t{3}, true, std::monostate{}};
  return Space({rate, kind});
}

TEST(CsvTable, ReadsQuotesAndOtherProgramsValues) {
  const TrialTable table = read_csv(
      "\xef\xbb\xbfkind,\"rate, of learning\",note,loss\r\n\"a "
      "\"\"b\"\"\",0.25,\"two\nlines\",1\r\n3.0,1e-1,,inf\n\nTrue,1,x,-2.5\n,0,,\n",
      "file", space(), false);
  ASSERT_EQ(table.losses.size(), 4u);
  EXPECT_EQ(table.points[0].values, (std::vector<double>{0.25, 0}));
  EXPECT_EQ(table.points[1].values, (std::vector<double>{0.1, 1}));
  EXPECT_EQ(table.points[2].values, (std::vector<double>{1, 2}));
  EXPECT_EQ(table.points[3].values, (std::vector<double>{0, 3}));
  EXPECT_EQ(table.losses[0], 1);
  EXPECT_FALSE(std::isfinite(table.losses[1]));
  EXPECT_EQ(table.losses[2], -2.5);
  EXPECT_TRUE(std::isnan(table.losses[3]));
}

TEST(CsvTable, TurnsTheLossRoundWhereLargerIsBetter) {
  EXPECT_EQ(read_csv("kind,\"rate, of learning\",loss\n3,0,2\n", "file", space(), true).losses[0], -2);
}

TEST(CsvTable, NamesTheLineThatIsWrong) {
  const auto message = [](const std::string& text) -> std::string {
    try {
      read_csv("kind,\"rate, of learning\",loss\n3,0,1\n" + text, "file", space(), false);
      return "nothing";
    } catch (const Error& error) {
      return error.what();
    }
  };
  EXPECT_NE(message("5,0,1\n").find("file, line 3: parameter 'kind' has no choice 5"), std::string::npos);
  EXPECT_NE(message("3,x,1\n").find("line 3: parameter 'rate, of learning' is a number"), std::string::npos);
  EXPECT_NE(message("3,0\n").find("line 3 has 2 cells, the first line 3"), std::string::npos);
  EXPECT_NE(message("3,0,bad\n").find("the loss is no number"), std::string::npos);
  EXPECT_NE(message("\n3,2,1\n").find("line 4"), std::string::npos);
  EXPECT_NE(message("\"3,0,1\n").find("a quote is not closed"), std::string::npos);
}

}  // namespace
}  // namespace crescendo
