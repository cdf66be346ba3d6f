#pragma once

#include "train/kernels/simd.h"
#include "train/kernels/stage.h"

namespace crescendo {
namespace {

constexpr int kPanel = 2 * kLanes;  // outputs of one panel of weights
constexpr int kInputsAtOnce = 120;  // a cache chunk; a multiple of the 3 and 6 inputs that the tiles take

/// Splits the batch's vectors into groups of up to 4: call(first column, Constant<vectors>).
template <class Call>
ALWAYS_INLINE void for_batch_groups(int batch_pitch, Call call) {
  for (int column = 0; column < batch_pitch;) {
    switch (const int left = (batch_pitch - column) / kLanes; left) {
      case 1:
        call(column, Constant<1>{});
        break;
      case 2:
        call(column, Constant<2>{});
        break;
      case 3:
        call(column, Constant<3>{});
        break;
      default:
        call(column, Constant<4>{});
    }
    column += 4 * kLanes;
  }
}

}  // namespace
}  // namespace crescendo
