#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crescendo/study.h"
#include "search/ladder.h"

namespace crescendo {

/// What a user said of a search over the parameters of a program.
struct ProgramStudyRequest {
  std::string name;
  Named objective;
  Space space;
  bool maximize = false;
  std::uint64_t seed = 0;
  std::string preset;                // empty: none
  std::optional<Named> sampler;      // none: the preset's, or else auto
  std::optional<Named> schedule;     // none: the preset's, or else everything at the top rung, or a ramp on a ladder
  std::vector<Fidelity> fidelities;  // none: one rung without a fidelity
  Budget budget;
  int lag = 0;
};

/// Throws Error (bad input) for an unknown preset, and for fidelities that make no ladder.
Study make_program_study(const ProgramStudyRequest& request);

/// A schedule that was not chosen by itself, for a program: without repetitions, as users of other optimisers expect.
/// Throws Error (bad input) if there is no such schedule.
Named without_repeats(Named schedule);

}  // namespace crescendo
