#pragma once

#include "train/network.h"

namespace crescendo {

struct KernelSet;

/// The program's own backend on the kernels of one instruction set, which is that of limits.kernels if there is a
/// table; single precision.
std::unique_ptr<Network> make_native(const NetworkShape& shape, const NetworkLimits& limits, Arena& arena,
                                     const KernelSet& kernels);

}  // namespace crescendo
