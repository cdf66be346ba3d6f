#include <cstddef>
#include <cstdint>

#include "crescendo/error.h"
#include "images/idx_format.h"

// An IDX file of any contents, plain or packed, is read or refused with an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const std::size_t dimensions : {1, 3}) {
    try {
      const crescendo::IdxArray array = crescendo::read_idx({data, size}, dimensions, "seed");
      std::size_t count = 1;
      for (const std::size_t dimension : array.dimensions) count *= dimension;
      crescendo::check(array.values().size() == count, "as many values as the dimensions say");
    } catch (const crescendo::Error&) {
    }
  }
  return 0;
}
