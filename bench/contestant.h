#pragma once

#include <functional>
#include <memory>

#include "base/json.h"
#include "bench/noise.h"
#include "train/network.h"

// A contestant is a program that trains one network in timed windows, on request. bench/train starts it and asks:
//
//   contestant ASK        ASK: {"mode": "train" | "evaluate" | "trial", "batch", and the shape: bench/networks.h}
//     -> {"versions": {name: version}, "import_seconds", "before_mib", "first_results"}    when it is warm
//   window SECONDS
//     -> {"images", "cpu", "wall"}     pictures done in at least so long and at least one step; CPU and wall seconds
//   memory
//     -> {"peak_mib"}                  most memory that was ever resident; "before_mib": before the network was made
//
// "first_results": what the first runs ended with, so that contestants with the same start can be seen to agree.
// One line each way. It ends when its input ends. What goes wrong is a line {"error": sentence}.

namespace crescendo {

inline constexpr int kTimedPictures = 1024;
inline constexpr int kTrialPictures = 2048, kTrialValidation = 512, kTrialEpochs = 3;

struct Ask {
  enum class Mode { kTrain, kEvaluate, kTrial };
  Mode mode = Mode::kTrain;
  int batch = 0;  // pictures a step, or a forward pass
  NetworkShape shape;
};

/// What is timed.
class TimedWork {
 public:
  virtual ~TimedWork() = default;

  /// One step, forward pass or trial; how many pictures that were.
  virtual double run() = 0;

  /// A number that the last run ended with: the loss, or the sum of the logits. Not finite or 0: it went wrong.
  virtual double result() = 0;
};

using MakeWork = std::function<std::unique_ptr<TimedWork>(const Ask& ask, Noise& noise)>;

/// Answers until the input ends; the exit status of the program.
int serve(const char* ask, const Json& versions, const MakeWork& make);

}  // namespace crescendo
