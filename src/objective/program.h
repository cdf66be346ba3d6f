#pragma once

#include <string>

#include "base/options.h"

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

}  // namespace crescendo
