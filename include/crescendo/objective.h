#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "crescendo/outcome.h"
#include "crescendo/study.h"

namespace crescendo {

/// What a worker is to execute.
struct Assignment {
  const Study& study;
  int trial = 0;
  int rung = 0;
  const Point& point;
  std::uint64_t seed = 0;           // of everything random in it; another for each trial
  std::filesystem::path folder;     // where it may leave files, empty when it is called; no path: nowhere
  std::filesystem::path from = {};  // the folder of the trial that it goes on from; no path: it begins anew
  bool keep = false;                // leave behind what a promotion goes on from
  /// The trials that its training goes through, the first one first; the last is its parent, whose files are in `from`
  /// where trials leave any. Empty: it begins anew.
  std::span<const Trial> line = {};
  bool perturbed = false;  // it goes on from its parent with a point and seed of its own, even if the points are equal
};

enum class Going { kOn, kStop, kCancel };  // stop: end with what there is; cancel: forget the trial

struct Hooks {
  /// After each epoch. kStop and kCancel end the evaluation.
  std::function<Going(const EpochReport&)> after_epoch = [](const EpochReport&) { return Going::kOn; };
  /// Asked often, at no cost, between epochs' ends.
  std::function<Going()> ask = [] { return Going::kOn; };
};

/// Turns a point at a rung into an outcome. One worker drives it.
class Objective {
 public:
  virtual ~Objective() = default;

  /// None if it was cancelled. Whatever the point does to the program under test is an Outcome, not an exception.
  virtual std::optional<Outcome> evaluate(const Assignment& assignment, const Hooks& hooks) = 0;

  /// Error, as a fraction, on data kept away from every trial, of the model that a trial left in `folder` at `rung`;
  /// none if there are no such data or no model. Called once the best point is fixed.
  virtual std::optional<double> test(const Study&, int /*rung*/, const std::filesystem::path& /*folder*/) { return {}; }
};

/// Makes a worker's own objective; what the workers share is inside.
using ObjectiveMaker = std::function<std::unique_ptr<Objective>()>;

}  // namespace crescendo
