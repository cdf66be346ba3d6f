#include "train/learning_rate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace crescendo {
namespace {

double warmup_factor(const LearningRateSchedule& schedule, double passed_with_this_step) {
  if (schedule.warmup_epochs <= 0) return 1;
  return std::min(1.0, passed_with_this_step / schedule.warmup_epochs);
}

double decay_factor(const LearningRateSchedule& schedule, double passed, double epochs) {
  switch (schedule.decay) {
    case Decay::kConstant:
      return 1;
    case Decay::kCosine: {
      const double left = epochs - schedule.warmup_epochs;
      if (left <= 0) return 1;  // it never gets beyond the warm-up
      const double share = std::clamp((passed - schedule.warmup_epochs) / left, 0.0, 1.0);
      return (1 + std::cos(std::numbers::pi * share)) / 2;
    }
    case Decay::kStep:
      // A little more than the quotient: a third of 30 epochs has passed after 10, whatever 1.0 / 3 is rounded to.
      return std::pow(schedule.step_factor, std::floor(passed / (schedule.step_share * epochs) + 1e-9));
  }
  return 1;
}

}  // namespace

double learning_rate_factor(const LearningRateSchedule& schedule, std::int64_t step, std::int64_t steps_per_epoch,
                            int epochs) {
  const double passed = static_cast<double>(step) / static_cast<double>(steps_per_epoch);
  const double with_this_step = static_cast<double>(step + 1) / static_cast<double>(steps_per_epoch);
  return warmup_factor(schedule, with_this_step) * decay_factor(schedule, passed, epochs);
}

}  // namespace crescendo
