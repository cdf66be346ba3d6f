#pragma once

#include <span>
#include <string_view>

namespace crescendo {

struct Ops;

/// The kernels of one instruction set.
struct KernelSet {
  std::string_view name;
  const Ops& (*ops)();
  bool (*runs_here)();  // does this processor have the instructions?
  bool chosen;          // may be chosen by itself; false: for tests
};

/// All that were compiled in, the fastest first.
std::span<const KernelSet> kernel_sets();

/// The set called `name`; empty: the one the environment variable CRESCENDO_ISA names, or else the fastest that runs
/// here. Throws Error (bad input) where there is none of that name or the processor lacks its instructions.
const KernelSet& choose_kernels(std::string_view name = {});

}  // namespace crescendo
