#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "crescendo/store.h"

namespace crescendo {

/// A trial that another program executes.
struct Asked {
  int trial = 0, attempt = 1, rung = 0;
  std::uint64_t seed = 0;
  Point point;
  std::optional<int> parent = {};  // the trial whose training it goes on from or starts from the weights of
};

/// Claims and places the study's next trial for a program that will tell how it ended. A trial that is not told within
/// `lease_seconds` is given to whoever asks next. `now`: seconds since 1970. Throws Error (bad input) for a study with
/// a budget of time alone: how long other programs work is not known.
std::variant<Asked, Wait, Finish> ask(Store& store, const Study& study, double now, double lease_seconds);

/// Whether this owner of a trial's lease is a program that asked, not a worker.
bool was_asked(std::string_view owner);

/// The lease of a trial that was asked for and runs; `attempt`: none for the only one. Throws Error (not found, bad
/// input) for a trial that is not there, has ended, is a worker's, or is another program's by now.
Lease asked_lease(Store& store, const History& history, int trial, std::optional<int> attempt);

}  // namespace crescendo
