#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/flags.h"
#include "crescendo/study.h"

namespace crescendo {

/// The options of `tune`, as they were given; empty texts and none: not given.
struct TuneOptions {
  std::string data, sizes, fit, time, sampler, schedule, study_file, storage, name, kernels;
  std::string command, server, loss, space, time_limit, first, cpu_time, preset;
  std::vector<std::string> ladder;      // NAME=v1,v2,...
  std::vector<std::string> budgets;     // NAME=TOTAL
  std::vector<std::string> learn_from;  // URL#STUDY
  std::optional<std::string> out;
  std::optional<int> trials, epochs, patience, lag, classes, fold, frames;
  std::optional<double> target;
  std::optional<std::uint64_t> seed;
  std::optional<double> share;
  int jobs = 0, keep = 10;
  bool augment = false, balanced = false, maximize = false;
  bool grey = false, colour = false, strict = false, json = false, quiet = false, dry_run = false;

  /// Where everything that is kept goes; empty where nothing is: with --storage memory: and no --out.
  std::string folder() const;

  /// --name, or that of the folder.
  std::string study_name() const;

  /// What the options say of it; none of its limits where they say nothing. Throws Error (bad input) for a time that is
  /// none, or a total.
  Budget given_budget() const;

  /// The same, but half an hour where they say nothing.
  Budget budget() const;

  /// --sampler and --schedule; the preset's where there is one; none where neither says it.
  std::optional<Named> chosen_sampler() const;
  std::optional<Named> chosen_schedule() const;
};

/// Declares them; what is parsed later stands in `options`, which must outlive that.
void declare_tune_options(Flags& command, TuneOptions& options);

/// What the options say of a study that was read from --study-file, put into it: name, seed, methods, budget.
void override_study(const TuneOptions& options, Study& study);

/// Throws Error (bad input) if options were given that stand in the file of --study-file.
void check_beside_study_file(const TuneOptions& options);

/// Throws Error (bad input) naming those of these options that were given though they belong to `other`.
void refuse_picture_options(const TuneOptions& options, const std::string& other);
void refuse_program_options(const TuneOptions& options, const std::string& other);

}  // namespace crescendo
