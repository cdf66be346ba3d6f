#include "numeric/kernel_loops.h"

#include "numeric/kernel_loops_lanes.h"

namespace crescendo {

const KernelLoops kPlainLoops = kLoops;

const KernelLoops& quickest_kernel_loops([[maybe_unused]] bool plain) {
#if defined(__x86_64__)
  if (!plain && __builtin_cpu_supports("avx512f")) return kAvx512Loops;
  if (!plain && __builtin_cpu_supports("avx2")) return kAvx2Loops;
#endif
  return kPlainLoops;
}

}  // namespace crescendo
