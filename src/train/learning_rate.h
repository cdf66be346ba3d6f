#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace crescendo {

enum class Decay : std::uint8_t { kConstant, kCosine, kStep };
inline constexpr std::array<std::string_view, 3> kDecayNames = {"constant", "cosine", "step"};

/// How the learning rate goes over a training, as a factor of the plan's.
///
/// It grows linearly over the warm-up. kCosine then falls to 0 along half a cosine over the epochs that are left;
/// kStep is multiplied by `step_factor` each time another `step_share` of all epochs has passed.
/// Source of the cosine: Loshchilov and Hutter 2017, "SGDR", equation 5 without restarts; of the warm-up: Goyal et al.
/// 2017, "Accurate, Large Minibatch SGD", section 2.2.
struct LearningRateSchedule {
  Decay decay = Decay::kConstant;
  double warmup_epochs = 0;  // may be a fraction
  double step_factor = 0.1;
  double step_share = 1.0 / 3;  // in (0, 1]
  int epochs = 0;               // that it is spread over, where a training ends earlier; 0: the plan's max_epochs
};

/// The factor at a step, counted from 0 over the whole training; in (0, 1]. A warm-up ends with factor 1 at its last
/// step. epochs: those of the schedule, or the plan's.
double learning_rate_factor(const LearningRateSchedule& schedule, std::int64_t step, std::int64_t steps_per_epoch,
                            int epochs);

}  // namespace crescendo
