#include "base/printable.h"

#include <gtest/gtest.h>

namespace crescendo {
namespace {

TEST(Printable, KeepsTextAndEscapesTheRest) {
  EXPECT_EQ(printable("d\xc3\xa9j\xc3\xa0 \xf0\x9f\x99\x82", 100), "d\xc3\xa9j\xc3\xa0 \xf0\x9f\x99\x82");
  EXPECT_EQ(printable(std::string_view("a\0b\n\t\x1b[1m\x7f", 10), 100), "a\\x00b\\n\\t\\x1b[1m\\x7f");
}

TEST(Printable, EscapesWhatIsNotUtf8) {
  EXPECT_EQ(printable("\xff", 100), "\\xff");
  EXPECT_EQ(printable("\xc3", 100), "\\xc3");                    // cut off
  EXPECT_EQ(printable("\xc0\xaf", 100), "\\xc0\\xaf");           // longer than needed
  EXPECT_EQ(printable("\xe0\x80\x80", 100), "\\xe0\\x80\\x80");  // the same
  EXPECT_EQ(printable("\xed\xa0\x80", 100), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80", 100), "\\xf4\\x90\\x80\\x80");
}

TEST(Printable, CutsBetweenCharacters) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdef", 5), "abcde...");
  EXPECT_EQ(printable("a\xc3\xa9z", 2), "a...");
}

}  // namespace
}  // namespace crescendo
