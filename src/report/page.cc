#include <string>
#include <string_view>

#include "crescendo/error.h"
#include "crescendo/report.h"

// The built page as bytes: the assembler copies the file, which takes no time however large it is.
asm(R"(
.section .rodata
.global crescendo_page_begin, crescendo_page_end
crescendo_page_begin:
.incbin ")" CRESCENDO_PAGE R"("
crescendo_page_end:
.previous
)");
extern "C" const char crescendo_page_begin[], crescendo_page_end[];

namespace crescendo {
namespace {

constexpr std::string_view kBefore = R"(<script id="snapshot" type="application/json">)", kEmpty = "null</script>";

// The same JSON, in which no HTML can begin, nor end.
std::string escaped(std::string_view json) {
  constexpr std::string_view kSeparators = "\xE2\x80";  // of U+2028 and U+2029, which end a line in old JavaScript
  std::string text;
  text.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char last = json.substr(i).starts_with(kSeparators) && i + 2 < json.size() ? json[i + 2] : ' ';
    if (json[i] == '<') {
      text += "\\u003c";
    } else if (last == '\xA8' || last == '\xA9') {
      text += last == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      text += json[i];
    }
  }
  return text;
}

}  // namespace

std::string report_page(std::string_view snapshot_json) {
  const std::string_view page(crescendo_page_begin,
                              static_cast<std::size_t>(crescendo_page_end - crescendo_page_begin));
  const std::string place = std::string(kBefore) + std::string(kEmpty);
  const std::size_t at = page.find(place);
  check(at != std::string_view::npos && page.find(place, at + 1) == std::string_view::npos,
        "the page has one place for a snapshot");
  const std::size_t begin = at + kBefore.size();
  std::string text(page.substr(0, begin));
  text += escaped(snapshot_json);
  text += page.substr(begin + std::string_view("null").size());
  return text;
}

}  // namespace crescendo
