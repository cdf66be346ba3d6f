#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/child_process.h"
#include "base/json.h"
#include "base/options.h"
#include "crescendo/objective.h"
#include "crescendo/outcome.h"
#include "crescendo/study.h"
#include "objective/listen.h"

namespace crescendo {

/// The options of the objectives "command" and "server", as they stand in a study's file.
struct ProgramOptions {
  std::string run;                // the command line, split once into words (base/command_line.h); no shell sees it
  std::string loss = "loss";      // the field of a reply that is minimised (or maximised, as the study says)
  double time_limit_seconds = 0;  // of one trial, wall time; 0: none
};

/// Throws Error (bad input) for an unknown option, a value out of range, or a line that cannot be split.
ProgramOptions read_program_options(const Options& given, std::string_view objective);
Options to_options(const ProgramOptions& options);
std::vector<OptionInfo> describe_program_options();

/// Throws Error (bad input) for a parameter that has the name of a fidelity or one of `reserved`, and for such a
/// fidelity: programs get them all side by side.
void check_program_names(const Study& study, const std::vector<std::string>& reserved);

/// Throws Error (bad input) if there is no such program: one sentence now instead of as many failed trials.
void check_program(const std::vector<std::string>& words);

/// A trial's seed for programs: 31 bits of it, which every library's generators take.
inline std::uint64_t program_seed(std::uint64_t seed) { return seed >> 33; }

/// What a program gets besides the point in a study that continues, by name: `trial`, `seed`, `folder` of its own, and
/// `parent` and `parent_folder` of the trial that it goes on from. Null: there is none. Folders are absolute.
Json trial_object(const Assignment& assignment);

/// The active parameters and the rung's fidelity, each under its own name. Whole numbers of a fidelity are ints.
Json flat_object(const Study& study, const Point& point, int rung);

/// "it ended with exit status 3", "it was ended by signal 9 (Killed)"; empty for status 0.
std::string end_sentence(const ChildEnd& end);

/// What a trial came to, without its seconds; none if it was cancelled. Its loss is that of the answer, or else of the
/// curve's last point. `bad_end`: what was wrong with the program's end where it has ended by itself; empty: nothing.
/// The reason of a failure of the program is a sentence and, on the lines behind it, the program's last words.
std::optional<Outcome> outcome_of(const Heard& heard, const std::string& bad_end, const ProgramOptions& options,
                                  const ChildProcess& program);

}  // namespace crescendo
