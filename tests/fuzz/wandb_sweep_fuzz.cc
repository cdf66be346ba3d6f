#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "crescendo/error.h"
#include "space/parse.h"
#include "space/wandb_sweep.h"

// A sweep of any contents is read or refused with an Error, and the parameters of one that was read come back the same
// from what is written of them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crescendo;
  std::optional<SpaceFile> file;
  try {
    file = parse_wandb_sweep({reinterpret_cast<const char*>(data), size}, "seed");
  } catch (const Error&) {
  }
  if (file) {
    const Json json = to_json(file->space);
    check(to_json(parse_space(json)) == json, "parameters come back the same");
  }
  return 0;
}
