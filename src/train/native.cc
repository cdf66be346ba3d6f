#include "train/native.h"

#include <algorithm>
#include <cmath>

#include "crescendo/error.h"
#include "train/backends.h"
#include "train/kernels/dispatch.h"
#include "train/kernels/ops.h"
#include "train/native_layers.h"
#include "train/softmax.h"

namespace crescendo {
namespace {

using Pooling = std::vector<std::vector<std::uint8_t>>;

class NativeNetwork final : public Network {
 public:
  NativeNetwork(const NetworkShape& shape, const NetworkLimits& limits, Arena& arena, const Ops& ops)
      : shape_(shape), max_batch_(limits.max_batch), ops_(ops), layers_(make_layers(shape, limits, ops, arena)) {}

  const NetworkShape& shape() const override { return shape_; }
  double step(const Batch& batch, const Update& update) override { return run(batch, update, nullptr); }
  void forward(const Batch& batch, float* logits) override;
  Gradients gradients(const Batch& batch) override;
  void copy_parameters(std::span<float> plain) const override;
  void set_parameters(std::span<const float> plain) override;

 private:
  /// The `count` pictures of a batch from `first` on, and where they stand in it.
  struct Slice {
    int first, count;
    bool last;
  };

  Slice slice(const Batch& batch, int first) const;
  double run(const Batch& batch, const Update& update, Pooling* pooling);
  void forward_slice(const Batch& batch, const Slice& slice);
  void backward_slice(const Slice& slice, const Update& update);
  void update_stage(StageLayer& layer, const Update& update);
  void append_choices(int pictures, Pooling& pooling) const;

  NetworkShape shape_;
  int max_batch_;
  const Ops& ops_;
  NativeLayers layers_;
};

NativeNetwork::Slice NativeNetwork::slice(const Batch& batch, int first) const {
  const int left = static_cast<int>(batch.pictures.size()) - first;
  return {first, std::min(left, layers_.micro_batch), left <= layers_.micro_batch};
}

void NativeNetwork::forward_slice(const Batch& batch, const Slice& slice) {
  const int pitch = (slice.count + ops_.lanes - 1) / ops_.lanes * ops_.lanes;
  for (StageLayer& layer : layers_.stages) layer.geometry.pictures = slice.count;
  for (DenseLayer& layer : layers_.dense) {
    layer.geometry.batch = slice.count;
    layer.geometry.batch_pitch = pitch;
  }
  for (int n = 0; n < slice.count; ++n) {
    ops_.load_picture(layers_.stages[0].geometry, batch.pictures[slice.first + n], batch.normalisation.mean.data(),
                      batch.normalisation.scale.data(), n, layers_.stages[0].x);
  }
  for (std::size_t i = 0; i < layers_.stages.size(); ++i) {
    const StageLayer& layer = layers_.stages[i];
    float* const out = i + 1 < layers_.stages.size() ? layers_.stages[i + 1].x : layers_.pooled;
    ops_.stage_forward(layer.geometry, layer.x, layer.weights, layer.biases, out, layer.choices, layers_.scratch);
  }
  ops_.transpose(slice.count, layers_.flat, layers_.pooled, layers_.flat, layers_.flat_x, pitch);
  for (int i = 0; pitch > slice.count && i < layers_.flat; ++i) {
    float* const row = layers_.flat_x + static_cast<std::size_t>(i) * pitch;
    std::fill(row + slice.count, row + pitch, 0.0f);
  }
  for (const DenseLayer& layer : layers_.dense) {
    ops_.dense_forward(layer.geometry, layer.x, layer.weights, layer.biases, layer.y);
  }
}

void NativeNetwork::update_stage(StageLayer& layer, const Update& update) {
  ops_.update(layer.weight_count, layer.weights, layer.momenta, layer.gradient, update);
  Update no_decay = update;
  no_decay.l1 = no_decay.l2 = 0;
  ops_.update(layer.geometry.filters, layer.biases, layer.bias_momenta, layer.bias_gradient, no_decay);
}

void NativeNetwork::backward_slice(const Slice& slice, const Update& update) {
  const bool add = slice.first > 0;
  for (std::size_t i = layers_.dense.size(); i-- > 0;) {
    const DenseLayer& layer = layers_.dense[i];
    const DenseBackward backward{.x = layer.x,
                                 .y = layer.y,
                                 .y_gradient = layer.y_gradient,
                                 .x_gradient = layer.x_gradient,
                                 .weights = layer.weights,
                                 .weight_momenta = layer.momenta,
                                 .biases = layer.biases,
                                 .bias_momenta = layer.bias_momenta,
                                 .weight_sums = layer.sums,
                                 .bias_sums = layer.bias_sums,
                                 .add = add,
                                 .update = slice.last};
    ops_.dense_backward(layer.geometry, backward, update, layers_.scratch);
  }
  const Dense& first_dense = layers_.dense[0].geometry;
  ops_.transpose(layers_.flat, slice.count, layers_.dense[0].x_gradient, first_dense.batch_pitch,
                 layers_.pooled_gradient, layers_.flat);
  for (std::size_t i = layers_.stages.size(); i-- > 0;) {
    StageLayer& layer = layers_.stages[i];
    const bool is_last = i + 1 == layers_.stages.size();
    const StageBackward backward{.x = layer.x,
                                 .weights = layer.weights,
                                 .out_gradient = is_last ? layers_.pooled_gradient : layers_.stages[i + 1].x_gradient,
                                 .choices = layer.choices,
                                 .weight_gradient = layer.gradient,
                                 .bias_gradient = layer.bias_gradient,
                                 .x_gradient = layer.x_gradient,
                                 .add = add};
    ops_.stage_weight_gradient(layer.geometry, backward, layers_.scratch);
    if (layer.x_gradient) ops_.stage_data_gradient(layer.geometry, backward, layers_.scratch);
    if (slice.last) update_stage(layer, update);
  }
}

double NativeNetwork::run(const Batch& batch, const Update& update, Pooling* pooling) {
  const int pictures = static_cast<int>(batch.pictures.size());
  check(pictures >= 1 && pictures <= max_batch_, "a step takes 1..max_batch pictures");
  check(batch.labels.size() == batch.pictures.size(), "each picture has a label");
  double loss = 0;
  for (int first = 0; first < pictures; first += layers_.micro_batch) {
    const Slice part = slice(batch, first);
    forward_slice(batch, part);
    const DenseLayer& linear = layers_.dense.back();
    loss += softmax_cross_entropy(linear.y, shape_.classes, linear.geometry.batch_pitch,
                                  batch.labels.subspan(part.first, part.count), 1.0f / static_cast<float>(pictures),
                                  linear.y_gradient);
    // The backward kernels may rely on it: padded outputs are dead unless an activation is infinite, and then a
    // padded value is NaN (0 times infinity), which reaches the loss through its zero weights.
    if (!std::isfinite(loss)) return loss;
    if (pooling) append_choices(part.count, *pooling);
    backward_slice(part, update);
  }
  return loss / pictures;
}

void NativeNetwork::forward(const Batch& batch, float* logits) {
  const int pictures = static_cast<int>(batch.pictures.size());
  for (int first = 0; first < pictures; first += layers_.micro_batch) {
    const Slice part = slice(batch, first);
    forward_slice(batch, part);
    const DenseLayer& linear = layers_.dense.back();
    ops_.transpose(shape_.classes, part.count, linear.y, linear.geometry.batch_pitch,
                   logits + static_cast<std::size_t>(first) * shape_.classes, shape_.classes);
  }
}

void NativeNetwork::append_choices(int pictures, Pooling& pooling) const {
  pooling.resize(layers_.stages.size());
  for (std::size_t i = 0; i < layers_.stages.size(); ++i) {
    const Stage& s = layers_.stages[i].geometry;
    const std::size_t pixels = static_cast<std::size_t>(s.pooled) * s.pooled;
    for (int n = 0; n < pictures; ++n) {
      for (int o = 0; o < s.filters; ++o) {
        const std::size_t plane = static_cast<std::size_t>(n) * s.out_blocks + o / ops_.lanes;
        const std::uint8_t* const choices = layers_.stages[i].choices + plane * pixels * ops_.lanes + o % ops_.lanes;
        for (std::size_t p = 0; p < pixels; ++p) pooling[i].push_back(choices[p * ops_.lanes]);
      }
    }
  }
}

Gradients NativeNetwork::gradients(const Batch& batch) {
  // A step without momentum leaves the gradient in the momenta, and without learning rate the weights as they are.
  std::vector<float> kept;
  visit_parameters(shape_, layers_, ops_.lanes,
                   [&](const float*, const float* momenta, std::size_t at) { kept.push_back(momenta[at]); });
  Gradients result;
  result.loss = run(batch, Update{}, &result.pooling);
  result.parameters.reserve(kept.size());
  visit_parameters(shape_, layers_, ops_.lanes, [&](const float*, float* momenta, std::size_t at) {
    const std::size_t i = result.parameters.size();
    result.parameters.push_back(momenta[at]);
    momenta[at] = kept[i];
  });
  return result;
}

void NativeNetwork::copy_parameters(std::span<float> plain) const {
  check(plain.size() == parameter_count(shape_), "parameters are copied to a buffer of their size");
  float* to = plain.data();
  visit_parameters(shape_, layers_, ops_.lanes,
                   [&](const float* values, const float*, std::size_t at) { *to++ = values[at]; });
}

void NativeNetwork::set_parameters(std::span<const float> plain) {
  check(plain.size() == parameter_count(shape_), "parameters are set from a buffer of their size");
  const float* from = plain.data();
  visit_parameters(shape_, layers_, ops_.lanes, [&](float* values, float* momenta, std::size_t at) {
    values[at] = *from++;
    momenta[at] = 0;
  });
}

std::unique_ptr<Network> make_fastest(const NetworkShape& shape, const NetworkLimits& limits, Arena& arena) {
  return make_native(shape, limits, arena, choose_kernels());
}

}  // namespace

std::unique_ptr<Network> make_native(const NetworkShape& shape, const NetworkLimits& limits, Arena& arena,
                                     const KernelSet& kernels) {
  return std::make_unique<NativeNetwork>(shape, limits, arena, kernels.ops());
}

BackendEntry native_backend() {
  return {.name = "native",
          .summary = "the program's own kernels: AVX-512, AVX2 or portable, chosen for the processor",
          .make = make_fastest};
}

}  // namespace crescendo
