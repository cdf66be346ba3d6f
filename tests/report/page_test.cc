#include <gtest/gtest.h>

#include "base/json.h"
#include "crescendo/report.h"

namespace crescendo {
namespace {

std::string snapshot_in(const std::string& page) {
  const std::string before = "<script id=\"snapshot\" type=\"application/json\">";
  const std::size_t begin = page.find(before) + before.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

TEST(Page, HoldsTheSnapshotWhateverItsNames) {
  const Json json = {
      {"name", "</script><script>alert(1)</script>\xE2\x80\xA8\xE2\x80\xA9 \xE2\x80\xA6 <!-- & \"q\" \\"}};
  const std::string page = report_page(to_line(json));
  EXPECT_EQ(page.find("alert(1)</script>"), std::string::npos);
  EXPECT_EQ(page.find("\xE2\x80\xA8"), std::string::npos);
  EXPECT_EQ(page.find("\xE2\x80\xA9"), std::string::npos);
  EXPECT_EQ(parse_json(snapshot_in(page), "the page's"), json);
}

TEST(Page, IsWholeAroundTheSnapshot) {
  const std::string empty = report_page("null"), full = report_page("{\"a\": 1}");
  EXPECT_TRUE(empty.starts_with("<!"));
  EXPECT_NE(empty.find("</html>"), std::string::npos);
  EXPECT_EQ(full.size(), empty.size() + 4);
  EXPECT_EQ(empty.find('\0'), std::string::npos);
}

}  // namespace
}  // namespace crescendo
