#pragma once

#include <cstddef>
#include <cstdint>

#include "train/kernels/stage.h"
#include "train/network.h"

namespace crescendo {

struct StageBackward {
  const float* x;
  const float* weights;
  const float* out_gradient;
  const std::uint8_t* choices;
  float* weight_gradient;
  float* bias_gradient;
  float* x_gradient;  // null: not wanted
  bool add;           // to the weight and bias gradients that are there (of earlier micro-batches)
};

/// y = scale * (x - mean) / sqrt(variance + kNormEpsilon) + shift; all [blocks][W].
struct NormTerms {
  const float* mean;
  const float* variance;
  const float* scale;
  const float* shift;
};

struct NormBackward {
  const float* x;           // as before the normalisation
  const float* y_gradient;  // as behind it
  float* x_gradient;        // as before it
  float* scale_gradient;
  float* shift_gradient;
  bool add;  // to the scale and shift gradients that are there
};

struct DenseBackward {
  const float* x;
  const float* y;
  float* y_gradient;  // masked by the ReLU in place
  float* x_gradient;
  float* weights;
  float* weight_momenta;
  float* weight_squares;  // second moments, null for SGD
  float* biases;
  float* bias_momenta;
  float* bias_squares;
  // Sums of the gradient, as the weights and biases. add: they hold something of earlier micro-batches; update: they
  // are not stored but used at once.
  float* weight_sums;
  float* bias_sums;
  bool add, update;
};

/// The kernels of one instruction set. All pointers lie in the network's arena; `scratch` holds as many bytes as the
/// function beside it says, which never shrinks with a larger batch. Layouts: stage.h.
struct Ops {
  int lanes;

  /// pixels: [side][side][channels] -> picture n of x, (value - mean[c]) * scale[c], placed.
  void (*load_picture)(const Stage&, const std::uint8_t* pixels, const float* mean, const float* scale,
                       const PicturePlacement&, int n, float* x);

  /// Turns a stage's weights into what stage_forward reads; once for all calls with the same weights.
  void (*stage_prepare)(const Stage&, const float* weights, float* prepared);
  std::size_t (*stage_prepared_count)(const Stage&);
  void (*stage_forward)(const Stage&, const float* x, const float* prepared, const float* biases, float* out,
                        std::uint8_t* choices, std::byte* scratch);
  void (*stage_weight_gradient)(const Stage&, const StageBackward&, std::byte* scratch);
  /// Where x_gradient is not null.
  void (*stage_data_gradient)(const Stage&, const StageBackward&, std::byte* scratch);
  std::size_t (*stage_scratch_bytes)(const Stage&);

  void (*dense_forward)(const Dense&, const float* x, const float* weights, const float* biases, float* y);
  void (*dense_backward)(const Dense&, const DenseBackward&, const Update&, std::byte* scratch);
  std::size_t (*dense_scratch_bytes)(const Dense&);

  /// Mean and variance (divided by the count) of each channel over all pictures.
  void (*norm_statistics)(const Norm&, const float* x, float* mean, float* variance);
  void (*norm_forward)(const Norm&, const NormTerms&, const float* x, float* y);
  /// For terms whose mean and variance are those of x.
  void (*norm_backward)(const Norm&, const NormTerms&, const NormBackward&);

  void (*average_forward)(const Averaging&, const float* x, float* y);
  void (*average_backward)(const Averaging&, const float* y_gradient, float* x_gradient);

  /// One step on `count` values with the gradient times `factor`, in place of its clipping. Rounded up to whole
  /// vectors: the values behind are zero and stay zero. squares: the second moments; null for SGD.
  void (*update)(std::size_t count, float* weights, float* momenta, float* squares, const float* gradient, float factor,
                 const Update&);

  /// Sum of the squares of `count` values, rounded up to whole vectors as above.
  double (*sum_of_squares)(std::size_t count, const float* values);

  /// to[c * to_pitch + r] = from[r * from_pitch + c].
  void (*transpose)(int rows, int columns, const float* from, std::size_t from_pitch, float* to, std::size_t to_pitch);

  /// Floating point operations of an endless chain of independent FMAs over `rounds`: what the benchmark calls peak.
  double (*fma_chain)(std::size_t rounds, float* sink);
};

}  // namespace crescendo
