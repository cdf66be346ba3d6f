#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crescendo/error.h"
#include "train/weights_file.h"

// A file of weights of any contents is read or refused with an Error, and what is read is whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crescendo;
  try {
    const TrainedNetwork network = parse_weights({reinterpret_cast<const char*>(data), size}, "seed");
    check(network.weights.size() == parameter_count(network.shape), "as many weights as the shape says");
    check(network.classes.size() == static_cast<std::size_t>(network.shape.classes), "a name a class");
  } catch (const Error&) {
  }
  return 0;
}
