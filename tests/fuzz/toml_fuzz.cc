#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "crescendo/error.h"
#include "search/retrain.h"
#include "study/study_file.h"

// A study's or a point's TOML of any contents is read or refused with an Error, and a study that was read comes back
// the same from what is written of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crescendo;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::optional<Study> study;
  try {
    study = parse_study_file(text, "seed");
  } catch (const Error&) {
  }
  if (study) {
    const Study again = parse_study_file(to_study_file(*study), "what was written");
    check(to_json(again) == to_json(*study), "a study comes back the same");
  }
  try {
    parse_point_file(text, "seed");
  } catch (const Error&) {
  }
  return 0;
}
