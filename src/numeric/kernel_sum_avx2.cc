#if defined(__AVX2__)  // what CMakeLists.txt compiles this file for, where the processor is of that family
#include "numeric/kernel_sum_lanes.h"

namespace crescendo {

void kernel_sum_avx2(const MixtureRows& rows, std::size_t begin, std::size_t end, double* offset, double* sum) {
  sum_kernels(rows, begin, end, offset, sum);
}

}  // namespace crescendo
#endif
