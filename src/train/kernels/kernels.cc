// Compiled once for each instruction set, with CRESCENDO_LANES and CRESCENDO_OPS (the function's name) defined.

#include "train/kernels/batch_norm.h"
#include "train/kernels/dense_backward.h"
#include "train/kernels/dense_forward.h"
#include "train/kernels/direct_forward.h"
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

void stage_forward(const Stage& s, const float* x, const float* weights, const float* biases, float* out,
                   std::uint8_t* choices, std::byte* scratch) {
  if (s.forward == ForwardMethod::kWinograd4)
    return winograd_forward<4, 3>(s, x, weights, biases, out, choices, scratch);
  if (s.forward == ForwardMethod::kWinograd2 && s.size == 3) {
    return winograd_forward<2, 3>(s, x, weights, biases, out, choices, scratch);
  }
  if (s.forward == ForwardMethod::kWinograd2)
    return winograd_forward<2, 5>(s, x, weights, biases, out, choices, scratch);
  switch (s.size) {
    case 1:
      return direct_forward<1>(s, x, weights, biases, out, choices, scratch);
    case 3:
      return direct_forward<3>(s, x, weights, biases, out, choices, scratch);
    case 5:
      return direct_forward<5>(s, x, weights, biases, out, choices, scratch);
    default:
      return direct_forward<7>(s, x, weights, biases, out, choices, scratch);
  }
}

template <int kSize>
void backward(const Stage& s, const StageBackward& b, std::byte* scratch) {
  weight_gradient<kSize>(s, b, scratch);
  if (b.x_gradient) data_gradient<kSize>(s, b, scratch);
}

void stage_backward(const Stage& s, const StageBackward& b, std::byte* scratch) {
  switch (s.size) {
    case 1:
      return backward<1>(s, b, scratch);
    case 3:
      return backward<3>(s, b, scratch);
    case 5:
      return backward<5>(s, b, scratch);
    default:
      return backward<7>(s, b, scratch);
  }
}

template <class Space, class... Arguments>
std::size_t bytes_of(const Arguments&... arguments) {
  Scratch count(nullptr);
  static_cast<void>(Space(arguments..., count));
  return count.used_bytes();
}

std::size_t stage_scratch_bytes(const Stage& s) {
  const int tile = s.size + (s.forward == ForwardMethod::kWinograd4 ? 3 : 1);
  const std::size_t forward =
      s.forward == ForwardMethod::kDirect ? bytes_of<DirectScratch>(s) : bytes_of<WinogradScratch>(s, tile * tile);
  const std::size_t data = s.first ? 0 : bytes_of<DataGradientScratch>(s);
  return most(forward, most(bytes_of<WeightGradientScratch>(s), data));
}

std::size_t dense_scratch_bytes(const Dense& d) { return bytes_of<DenseScratch>(d); }

constexpr Ops kOps = {
    .lanes = kLanes,
    .load_picture = load_picture,
    .stage_forward = stage_forward,
    .stage_backward = stage_backward,
    .stage_scratch_bytes = stage_scratch_bytes,
    .dense_forward = dense_forward,
    .dense_backward = dense_backward,
    .dense_scratch_bytes = dense_scratch_bytes,
    .norm_statistics = norm_statistics,
    .norm_forward = norm_forward,
    .norm_backward = norm_backward,
    .update = update,
    .transpose = transpose,
    .fma_chain = fma_chain,
};

}  // namespace

const Ops& CRESCENDO_OPS();
const Ops& CRESCENDO_OPS() { return kOps; }

}  // namespace crescendo
