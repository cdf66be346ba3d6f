#include "cli/other_kernels.h"

#include <fmt/format.h>

#include "base/files.h"

namespace crescendo {

void warn_of_other_kernels(const CnnOptions& options) {
  if (options.kernels.empty() || kernels_here(options)) return;
  fmt::print(stderr,
             "crescendo: this processor lacks the instructions of the kernels that were asked for ({}), so the last "
             "digits of the numbers will differ\n",
             options.kernels.substr(0, options.kernels.find(' ')));
}

KernelTable measured_kernels(const std::function<void(double)>& tick) {
  const KernelChoice choice = kernels_of_this_processor(user_cache_folder(), tick);
  if (!choice.not_kept.empty()) {
    fmt::print(stderr,
               "crescendo: the kernels were measured, but that could not be kept ({}); --kernels repeats the choice "
               "that a study holds\n",
               choice.not_kept);
  }
  return choice.table;
}

}  // namespace crescendo
