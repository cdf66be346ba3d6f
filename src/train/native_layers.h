#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "train/arena.h"
#include "train/kernel_table.h"
#include "train/kernels/stage.h"
#include "train/network.h"

namespace crescendo {

struct Ops;

/// Scales or shifts of a batch normalisation, [blocks][W].
struct NormWeights {
  float *values, *momenta, *squares, *gradient;
};

/// The batch normalisation behind a stage with its memory.
struct NormLayer {
  Norm geometry;
  NormWeights scale, shift;
  float *running_mean, *running_variance;
  float *mean, *variance;  // of the micro-batch
  float* x;                // the stage's output
};

/// One convolution with its memory; layouts as in kernels/stage.h, all sizes for the micro-batch but x_gradient's.
struct StageLayer {
  Stage geometry;
  std::size_t weight_count;                       // rounded up to whole vectors
  std::size_t x_step, choice_step;                // from one picture to the next
  float *x, *x_gradient;                          // x_gradient: of one group of pictures; the first one's is null
  float *weights, *momenta, *squares, *gradient;  // squares: second moments, null for SGD
  float *biases, *bias_momenta, *bias_squares, *bias_gradient;
  float* prepared;  // the weights as the forward pass reads them
  std::uint8_t* choices;
  NormLayer norm;  // where the network has batch normalisation
};

/// One dense or the linear layer with its memory.
struct DenseLayer {
  Dense geometry;
  std::size_t weight_count;
  const float* x;
  float* x_gradient;
  float *y, *y_gradient;  // the gradient is the next layer's x_gradient
  float *weights, *momenta, *squares, *sums;
  float *biases, *bias_momenta, *bias_squares, *bias_sums;  // sums: the gradient; null unless the layers have sums
};

struct NativeLayers {
  std::vector<StageLayer> stages;
  std::vector<DenseLayer> dense;
  Averaging averaging{};    // between the last stage and the dense layers; its sides are equal where there is none
  int maps = 0;             // values of the last stage's output, padded channels included
  int flat = 0;             // inputs of the first dense layer, padded channels included
  float* pooled = nullptr;  // [n][maps], output of the last stage
  float* pooled_gradient = nullptr;
  float* features = nullptr;  // [n][flat], the averages of `pooled`; where there are none, `pooled` itself
  float* features_gradient = nullptr;
  float* norm_gradient = nullptr;  // of whichever stage's output stands before its batch normalisation
  float* flat_x = nullptr;         // [flat][batch_pitch], `features` transposed
  std::byte* scratch = nullptr;    // of whichever kernel runs
  int micro_batch = 1;             // pictures that are in memory together
  int group = 1;                   // of these, how many go through all stages before the next ones do
  bool sums = false;               // dense gradients are kept: a batch may be larger than that, or is clipped
  bool batch_norm = false;
  Optimiser optimiser = Optimiser::kSgd;

  bool averages() const { return averaging.to < averaging.side; }
};

/// Geometry of all layers for kernels of `ops`, with the methods of `table` and the largest micro-batch that the limits
/// allow, placed in the arena. Weights, momenta and everything else are zero. Throws OutOfMemory, std::bad_alloc, Error
/// (bad input).
NativeLayers make_layers(const NetworkShape& shape, const NetworkLimits& limits, const Ops& ops,
                         const KernelTable& table, Arena& arena);

/// Where one parameter stands in memory; no moments: a running statistic. square: null for SGD.
struct ParameterPlace {
  float *value, *momentum, *square;
};

/// Calls visit(place) for every parameter in the plain order of network.h.
template <class Visit>
void visit_parameters(const NetworkShape& shape, const NativeLayers& layers, int lanes, Visit visit) {
  const auto place = [&](float* values, float* momenta, float* squares, std::size_t at) {
    visit(ParameterPlace{values + at, momenta ? momenta + at : nullptr, squares ? squares + at : nullptr});
  };
  for (const StageLayer& layer : layers.stages) {
    const Stage& s = layer.geometry;
    const std::size_t taps = static_cast<std::size_t>(s.size) * s.size;
    for (int o = 0; o < s.filters; ++o) {
      for (int c = 0; c < s.channels; ++c) {
        const std::size_t block = static_cast<std::size_t>(c / lanes) * s.filters;
        const std::size_t at = s.first ? o * taps * s.channels + c : (block + o) * taps * lanes + c % lanes;
        const std::size_t step = s.first ? s.channels : lanes;
        for (std::size_t tap = 0; tap < taps; ++tap) {
          place(layer.weights, layer.momenta, layer.squares, at + tap * step);
        }
      }
    }
    for (int o = 0; o < s.filters; ++o) place(layer.biases, layer.bias_momenta, layer.bias_squares, o);
    if (!shape.batch_norm) continue;
    const NormLayer& norm = layer.norm;
    for (const NormWeights& part : {norm.scale, norm.shift}) {
      for (int o = 0; o < s.filters; ++o) place(part.values, part.momenta, part.squares, o);
    }
    for (float* const running : {norm.running_mean, norm.running_variance}) {
      for (int o = 0; o < s.filters; ++o) place(running, nullptr, nullptr, o);
    }
  }
  const std::size_t features = static_cast<std::size_t>(layers.averaging.to) * layers.averaging.to;
  for (std::size_t i = 0; i < layers.dense.size(); ++i) {
    const DenseLayer& layer = layers.dense[i];
    const std::size_t panel = 2 * static_cast<std::size_t>(lanes);
    const std::size_t pixels = i == 0 ? features : 1;
    const int channels = i == 0 ? shape.conv.back().filters : layer.geometry.inputs;
    for (int o = 0; o < layer.geometry.outputs; ++o) {
      const std::size_t at = o / panel * layer.geometry.inputs * panel + o % panel;
      for (int c = 0; c < channels; ++c) {
        // The first dense layer reads the features as they lie in memory: [block][pixel][lane].
        const std::size_t input = i == 0 ? c / lanes * pixels * lanes + c % lanes : c;
        for (std::size_t p = 0; p < pixels; ++p) {
          place(layer.weights, layer.momenta, layer.squares, at + (input + p * lanes) * panel);
        }
      }
    }
    for (int o = 0; o < layer.geometry.outputs; ++o) place(layer.biases, layer.bias_momenta, layer.bias_squares, o);
  }
}

}  // namespace crescendo
