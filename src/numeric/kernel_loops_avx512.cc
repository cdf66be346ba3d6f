#if defined(__AVX512F__)  // what CMakeLists.txt compiles this file for, where the processor is of that family
#include "numeric/kernel_loops_lanes.h"

namespace crescendo {

const KernelLoops kAvx512Loops = kLoops;

}  // namespace crescendo
#endif
