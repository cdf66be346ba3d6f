#pragma once

#include <filesystem>
#include <functional>

#include "train/kernel_table.h"

namespace crescendo {

/// Where programs keep what they can make again: $XDG_CACHE_HOME/crescendo, or .cache/crescendo in the home folder;
/// empty where neither is known.
std::filesystem::path user_cache_folder();

/// The table of kernels for this processor: from the file kernels.txt in `cache` if it was measured before, else
/// measured now (about a second, `tick` as in timed_kernel_table) and written there, which may fail without harm. The
/// environment variable CRESCENDO_KERNELS=shipped takes the shipped table instead; CRESCENDO_ISA forces a set.
KernelTable kernel_table_of_this_processor(const std::filesystem::path& cache, const std::function<void(double)>& tick);

/// A table that was written to a file. Throws Error: not found, or bad input naming the file.
KernelTable read_kernel_table(const std::filesystem::path& file);

}  // namespace crescendo
