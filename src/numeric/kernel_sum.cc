#include "numeric/kernel_sum.h"

#include "numeric/kernel_sum_lanes.h"

namespace crescendo {

void kernel_sum_plain(const MixtureRows& rows, std::size_t begin, std::size_t end, double* offset, double* sum) {
  sum_kernels(rows, begin, end, offset, sum);
}

KernelSum quickest_kernel_sum([[maybe_unused]] bool plain) {
#if defined(__x86_64__)
  if (!plain && __builtin_cpu_supports("avx512f")) return &kernel_sum_avx512;
  if (!plain && __builtin_cpu_supports("avx2")) return &kernel_sum_avx2;
#endif
  return &kernel_sum_plain;
}

}  // namespace crescendo
