#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crescendo/study.h"

namespace crescendo {

/// What a user said of a search over the parameters of a program.
struct ProgramStudyRequest {
  std::string name;
  Named objective;
  Space space;
  bool maximize = false;
  std::uint64_t seed = 0;
  Named sampler{"tpe"};
  std::optional<Named> schedule;  // none: every trial is a new point, as users of other optimisers expect
  Budget budget;
};

/// A study of one rung, which has no fidelity; ladders stand in a study's file.
Study make_program_study(const ProgramStudyRequest& request);

}  // namespace crescendo
