#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crescendo/error.h"
#include "train/onnx_file.h"

// A model of any contents is read or refused with an Error, and one that was read comes back the same from what is
// written of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crescendo;
  try {
    const TrainedNetwork network = parse_onnx({reinterpret_cast<const char*>(data), size}, "seed");
    const std::string written = to_onnx(network);
    check(to_onnx(parse_onnx(written, "what was written")) == written, "a model comes back the same");
  } catch (const Error&) {
  }
  return 0;
}
