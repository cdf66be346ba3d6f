#pragma once

#include "train/kernels/simd.h"
#include "train/kernels/stage.h"

namespace crescendo {
namespace {

constexpr int kPanel = 2 * kLanes;  // outputs of one panel of weights
constexpr int kInputsAtOnce = 120;  // a cache chunk; a multiple of the inputs that the tiles take

/// Rows of a tile of rows x kVectors accumulators: enough of them to hide the latency of an FMA, few enough for the
/// registers; a divisor of kInputsAtOnce.
template <int kVectors>
constexpr int kTileRows = kRegisters == 32 ? (kVectors == 1   ? 12
                                              : kVectors == 4 ? 6
                                                              : 8)
                                           : (kVectors == 1   ? 8
                                              : kVectors == 2 ? 6
                                              : kVectors == 3 ? 4
                                                              : 3);

/// From the weights of a cache chunk of inputs in one panel to those that are needed next: the same inputs' in the next
/// panel, behind the last one the next inputs' in the first.
ALWAYS_INLINE std::ptrdiff_t next_panel(const Dense& d, int panel) {
  const std::ptrdiff_t step = static_cast<std::ptrdiff_t>(d.inputs) * kPanel;
  return panel + 1 < d.panels ? step : kInputsAtOnce * kPanel - (d.panels - 1) * step;
}

/// Asks for kInputs rows of a panel, to be in the second-level cache when they are needed: the large ones come from far
/// away, and the processor cannot know which panel is next.
template <int kInputs>
ALWAYS_INLINE void prefetch_rows(const float* rows) {
  UNROLL_FOR(line, kInputs * kPanel / 16) __builtin_prefetch(rows + line * 16, 0, 2);
}

/// Covers first .. end - 1 with tiles of kRows, then of half as many and so on: call(first row, Constant<rows>).
template <int kRows, class Call>
ALWAYS_INLINE void for_tiles(int first, int end, Call call) {
  for (; first + kRows <= end; first += kRows) call(first, Constant<kRows>{});
  if constexpr (kRows > 1) {
    if (first < end) for_tiles<(kRows + 1) / 2>(first, end, call);
  }
}

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
