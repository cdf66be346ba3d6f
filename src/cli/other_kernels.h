#pragma once

#include <functional>

#include "objective/cnn.h"
#include "search/kernel_choice.h"

namespace crescendo {

/// Says on standard error that this processor cannot compute with the kernels that the options name.
void warn_of_other_kernels(const CnnOptions& options);

/// This processor's table, with a word on standard error where it will have to be measured again.
KernelTable measured_kernels(const std::function<void(double)>& tick);

}  // namespace crescendo
