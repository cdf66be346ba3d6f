#pragma once

#include "train/kernels/layout.h"
#include "train/kernels/transpose.h"

// Every convolution is followed by ReLU and 2x2 max-pooling, so at full resolution its gradient is nonzero in at most
// one position of four, and nowhere where the ReLU was off. Both gradients run over lists of the live positions.

namespace crescendo {
namespace {

/// A list of live gradients: where each goes, in floats, and its value.
struct LiveList {
  std::uint32_t* at;
  float* gradients;
};

// Places of the lanes that a mask keeps, in order: what AVX-512 has an instruction for.
#if CRESCENDO_LANES == 8 && defined(__AVX2__)
struct CompressTable {
  constexpr CompressTable() : lanes() {
    for (int mask = 0; mask < 256; ++mask) {
      int kept = 0;
      for (int lane = 0; lane < 8; ++lane) {
        if (mask >> lane & 1) lanes[mask][kept++] = static_cast<std::uint8_t>(lane);
      }
    }
  }
  std::uint8_t lanes[256][8];
};
constexpr CompressTable kCompressTable;
#endif

/// Writes the lanes whose place is not negative to the front of the list and returns how many there are. The list has
/// room for W entries in any case: what lies behind the returned count is to be overwritten.
ALWAYS_INLINE int append_live(IntVec places, Vec gradients, std::uint32_t* at, float* values) {
#if CRESCENDO_LANES == 16 && defined(__AVX512F__)
  const __m512i p = reinterpret_cast<__m512i>(places);
  const __mmask16 live = _mm512_cmpge_epi32_mask(p, _mm512_setzero_si512());
  _mm512_storeu_si512(at, _mm512_maskz_compress_epi32(live, p));
  _mm512_storeu_ps(values, _mm512_maskz_compress_ps(live, gradients));
  return __builtin_popcount(live);
#elif CRESCENDO_LANES == 8 && defined(__AVX2__)
  const int live = ~_mm256_movemask_ps(reinterpret_cast<__m256>(places)) & 255;
  const __m256i order =
      _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(kCompressTable.lanes[live])));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(at),
                      _mm256_permutevar8x32_epi32(reinterpret_cast<__m256i>(places), order));
  _mm256_storeu_ps(values, _mm256_permutevar8x32_ps(gradients, order));
  return __builtin_popcount(live);
#else
  int count = 0;
  for (int lane = 0; lane < kLanes; ++lane) {
    // Written in any case and kept by moving the end: no branch.
    at[count] = static_cast<std::uint32_t>(places[lane]);
    values[count] = gradients[lane];
    count += places[lane] >= 0;
  }
  return count;
#endif
}

/// Place of a window's maximum: `place` of the window's first pixel, moved by the choice; negative where it is dead.
ALWAYS_INLINE IntVec live_place(IntVec choice, int place, int pixel_step, int row_step) {
  return (place + (choice & 1) * pixel_step + (choice >> 1 & 1) * row_step) | (choice == 255);
}

/// Where a window of a chunk lies, relative to the chunk's first picture and row.
struct Window {
  std::int32_t place, gradient, choice;
};

/// The windows of a chunk of `pictures` pictures and `rows` rows.
inline int list_chunk(const Stage& s, int pictures, int rows, Window* windows) {
  int count = 0;
  for (int n = 0; n < pictures; ++n) {
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < s.pooled; ++column) {
        windows[count++] = {
            static_cast<std::int32_t>(n * picture_step(s) + 2 * row * row_step(s) + 2 * column * pixel_step(s)),
            static_cast<std::int32_t>(output_at(s, n, 0, row, column) - output_at(s, 0, 0, 0, 0)),
            static_cast<std::int32_t>(choice_at(s, n, 0, row, column))};
      }
    }
  }
  return count;
}

}  // namespace
}  // namespace crescendo
