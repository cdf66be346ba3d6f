#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/tune_options.h"
#include "crescendo/objective.h"
#include "crescendo/store.h"

namespace crescendo {

/// What `tune` is asked to make good: a network for pictures, or a program. The options outlive it.
class Subject {
 public:
  virtual ~Subject() = default;

  /// The study that the options describe, with everything that was left open chosen.
  virtual Study plan() = 0;

  /// What is about to be done, for people.
  virtual std::string plan_text(const Study& study, int jobs) const = 0;

  /// Throws Error (bad input) unless `wanted` goes on with the study that is stored under its name.
  virtual void check_same(const Study& stored, const Study& wanted) const = 0;

  /// Fixes what depends on the machine; `stored`: the study that is gone on with, null if there is none.
  virtual void settle(const Study* /*stored*/, Study& /*wanted*/) {}

  /// Makes the workers' objectives; loads what they need first.
  virtual ObjectiveMaker objective(const Study& study) = 0;

  /// Judges the best point on data that no trial saw, if there are any, and stores the figure. False if that failed.
  virtual bool judge(Store&, const History&, const Finalist&) { return true; }

  /// The files in the folder of such a search besides those of every search, each with what it is.
  virtual std::vector<std::vector<std::string>> files() const { return {}; }
};

/// Shows what goes on, in place of what was shown before; an empty text clears it.
using Shown = std::function<void(const std::string&)>;

std::unique_ptr<Subject> make_picture_subject(const TuneOptions& options, Shown show);
std::unique_ptr<Subject> make_program_subject(const TuneOptions& options);

}  // namespace crescendo
