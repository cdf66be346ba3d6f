#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "train/kernel_table.h"

namespace crescendo {

struct KernelChoice {
  KernelTable table;
  std::string not_kept = {};  // why the next search will measure again, and may choose others; empty: it will not
};

/// The table of kernels for this processor: from the file kernels.txt in `cache` if it was measured before, else
/// measured now (about a second, `tick` as in timed_kernel_table) and written there.
/// The environment variable CRESCENDO_KERNELS=shipped takes the shipped table instead; CRESCENDO_ISA forces a set.
KernelChoice kernels_of_this_processor(const std::filesystem::path& cache, const std::function<void(double)>& tick);

/// A table that was written to a file. Throws Error: not found, or bad input naming the file, also where this processor
/// lacks the table's instructions.
KernelTable read_kernel_table(const std::filesystem::path& file);

}  // namespace crescendo
