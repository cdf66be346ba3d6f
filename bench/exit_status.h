#pragma once

#include <cstdio>
#include <exception>

#include "crescendo/error.h"

namespace crescendo {

/// Runs a benchmark and gives its exit status: 0 done, 1 failed, 2 bad input, the last two with a sentence.
template <class Run>
int exit_status(const char* bench, const Run& run) {
  try {
    run();
    return 0;
  } catch (const Error& e) {
    std::fprintf(stderr, "%s: %s\n", bench, e.what());
    return e.kind() == ErrorKind::kUnavailable ? 1 : 2;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", bench, e.what());
    return 1;
  }
}

}  // namespace crescendo
