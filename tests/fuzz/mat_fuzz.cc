#include <cstddef>
#include <cstdint>

#include "crescendo/error.h"
#include "images/mat_file.h"

// A MAT-file of any contents is read or refused with an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    for (const crescendo::MatArray& array : crescendo::read_mat({data, size}, "seed")) {
      std::size_t count = 1;
      for (const std::size_t dimension : array.dimensions) count *= dimension;
      crescendo::check(array.values.size() == count, "as many values as the dimensions say");
    }
  } catch (const crescendo::Error&) {
  }
  return 0;
}
