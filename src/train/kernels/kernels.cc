// Compiled once for each instruction set, with CRESCENDO_LANES and CRESCENDO_OPS (the function's name) defined.

#include "train/kernels/average.h"
#include "train/kernels/batch_norm.h"
#include "train/kernels/dense_backward.h"
#include "train/kernels/dense_forward.h"
#include "train/kernels/direct_forward.h"
#include "train/kernels/first_stage_gradient.h"
#include "train/kernels/fma_chain.h"
#include "train/kernels/load_picture.h"
#include "train/kernels/ops.h"
#include "train/kernels/sparse_data_gradient.h"
#include "train/kernels/sparse_weight_gradient.h"
#include "train/kernels/transpose.h"
#include "train/kernels/update.h"
#include "train/kernels/winograd_forward.h"

namespace crescendo {
namespace {

template <int kSize>
constexpr bool kHasLargeTiles = kSize == 3 || kSize == 5;

template <int kSize>
void any_prepare(const Stage& s, const float* weights, float* prepared) {
  if constexpr (kHasLargeTiles<kSize>) {
    if (s.forward == ForwardMethod::kWinograd4) return winograd_prepare<4, kSize>(s, weights, prepared);
  }
  if constexpr (kSize > 1) {
    if (s.forward == ForwardMethod::kWinograd2) return winograd_prepare<2, kSize>(s, weights, prepared);
  }
  direct_prepare(s, weights, prepared);
}

void stage_prepare(const Stage& s, const float* weights, float* prepared) {
  switch (s.size) {
    case 1:
      return any_prepare<1>(s, weights, prepared);
    case 3:
      return any_prepare<3>(s, weights, prepared);
    case 5:
      return any_prepare<5>(s, weights, prepared);
    default:
      return any_prepare<7>(s, weights, prepared);
  }
}

/// Side of a Winograd tile's input.
int tile_side(const Stage& s) { return s.size + (s.forward == ForwardMethod::kWinograd4 ? 3 : 1); }

std::size_t stage_prepared_count(const Stage& s) {
  if (s.forward == ForwardMethod::kDirect) return direct_prepared_count(s);
  return winograd_prepared_count(s, tile_side(s) * tile_side(s));
}

template <int kSize>
void any_forward(const Stage& s, const float* x, const float* prepared, const float* biases, float* out,
                 std::uint8_t* choices, std::byte* scratch) {
  if constexpr (kHasLargeTiles<kSize>) {
    if (s.forward == ForwardMethod::kWinograd4) {
      return winograd_forward<4, kSize>(s, x, prepared, biases, out, choices, scratch);
    }
  }
  if constexpr (kSize > 1) {
    if (s.forward == ForwardMethod::kWinograd2) {
      return winograd_forward<2, kSize>(s, x, prepared, biases, out, choices, scratch);
    }
  }
  direct_forward<kSize>(s, x, prepared, biases, out, choices, scratch);
}

void stage_forward(const Stage& s, const float* x, const float* prepared, const float* biases, float* out,
                   std::uint8_t* choices, std::byte* scratch) {
  switch (s.size) {
    case 1:
      return any_forward<1>(s, x, prepared, biases, out, choices, scratch);
    case 3:
      return any_forward<3>(s, x, prepared, biases, out, choices, scratch);
    case 5:
      return any_forward<5>(s, x, prepared, biases, out, choices, scratch);
    default:
      return any_forward<7>(s, x, prepared, biases, out, choices, scratch);
  }
}

template <int kSize>
void any_weight_gradient(const Stage& s, const StageBackward& b, std::byte* scratch) {
  if (s.first) return first_stage_weight_gradient<kSize>(s, b, scratch);
  weight_gradient<kSize>(s, b, scratch);
}

void stage_weight_gradient(const Stage& s, const StageBackward& b, std::byte* scratch) {
  switch (s.size) {
    case 1:
      return any_weight_gradient<1>(s, b, scratch);
    case 3:
      return any_weight_gradient<3>(s, b, scratch);
    case 5:
      return any_weight_gradient<5>(s, b, scratch);
    default:
      return any_weight_gradient<7>(s, b, scratch);
  }
}

void stage_data_gradient(const Stage& s, const StageBackward& b, std::byte* scratch) {
  switch (s.size) {
    case 1:
      return data_gradient<1>(s, b, scratch);
    case 3:
      return data_gradient<3>(s, b, scratch);
    case 5:
      return data_gradient<5>(s, b, scratch);
    default:
      return data_gradient<7>(s, b, scratch);
  }
}

template <class Space, class... Arguments>
std::size_t bytes_of(const Arguments&... arguments) {
  Scratch count(nullptr);
  static_cast<void>(Space(arguments..., count));
  return count.used_bytes();
}

std::size_t stage_scratch_bytes(const Stage& s) {
  const std::size_t forward = s.forward == ForwardMethod::kDirect
                                  ? bytes_of<DirectScratch>(s)
                                  : bytes_of<WinogradScratch>(s, tile_side(s) * tile_side(s));
  if (s.first) return most(forward, bytes_of<FirstStageScratch>(s));
  return most(forward, most(bytes_of<WeightGradientScratch>(s), bytes_of<DataGradientScratch>(s)));
}

std::size_t dense_scratch_bytes(const Dense& d) { return bytes_of<DenseScratch>(d); }

constexpr Ops kOps = {
    .lanes = kLanes,
    .load_picture = load_picture,
    .stage_prepare = stage_prepare,
    .stage_prepared_count = stage_prepared_count,
    .stage_forward = stage_forward,
    .stage_weight_gradient = stage_weight_gradient,
    .stage_data_gradient = stage_data_gradient,
    .stage_scratch_bytes = stage_scratch_bytes,
    .dense_forward = dense_forward,
    .dense_backward = dense_backward,
    .dense_scratch_bytes = dense_scratch_bytes,
    .norm_statistics = norm_statistics,
    .norm_forward = norm_forward,
    .norm_backward = norm_backward,
    .average_forward = average_forward,
    .average_backward = average_backward,
    .update = update,
    .sum_of_squares = sum_of_squares,
    .transpose = transpose,
    .fma_chain = fma_chain,
};

}  // namespace

const Ops& CRESCENDO_OPS();
const Ops& CRESCENDO_OPS() { return kOps; }

}  // namespace crescendo
