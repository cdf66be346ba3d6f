#pragma once

#include <array>
#include <string_view>

#include "train/network.h"

namespace crescendo {

// The training backends, the default first. To add one: write src/train/<name>.cc, then one line in each list here.
BackendEntry native_backend();
BackendEntry reference_backend();

inline constexpr std::array kBackends = {
    &native_backend,
    &reference_backend,
};

/// Throws Error (bad input) that lists the names.
BackendEntry find_backend(std::string_view name);

}  // namespace crescendo
