#include "train/native.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "crescendo/error.h"
#include "train/backends.h"
#include "train/clipping.h"
#include "train/dropout.h"
#include "train/kernels/dispatch.h"
#include "train/kernels/ops.h"
#include "train/native_layers.h"
#include "train/softmax.h"

namespace crescendo {
namespace {

using Pooling = std::vector<std::vector<std::uint8_t>>;

class NativeNetwork final : public Network {
 public:
  NativeNetwork(const NetworkShape& shape, const NetworkLimits& limits, Arena& arena, const Ops& ops,
                const KernelTable& table)
      : shape_(shape),
        max_batch_(limits.max_batch),
        ops_(ops),
        layers_(make_layers(shape, limits, ops, table, arena)) {}

  const NetworkShape& shape() const override { return shape_; }
  double step(const Batch& batch, const Update& update) override;
  void forward(const Batch& batch, float* logits) override;
  Gradients gradients(const Batch& batch, std::uint64_t noise) override;
  void copy_parameters(std::span<float> plain) const override;
  void set_parameters(std::span<const float> plain) override;
  void copy_moments(std::span<float> plain) const override;
  void set_moments(std::span<const float> plain) override;

 private:
  /// The `count` pictures of a batch from `first` on, and where they stand in it.
  struct Slice {
    int first, count;
    bool last;
  };

  /// The `count` pictures of a slice from `first` on.
  struct Group {
    int first, count;
  };

  Slice slice(const Batch& batch, int first) const;
  template <class Call>
  void for_groups(const Slice& slice, Call call);
  double run(const Batch& batch, const Update& update, Pooling* pooling);
  void set_batch(int count);
  void prepare_weights();
  /// noise: of the dropout masks; none: the network is evaluated, not trained.
  void forward_slice(const Batch& batch, const Slice& slice, std::optional<std::uint64_t> noise);
  void forward_stages(const Group& group, bool training);
  void forward_stage(std::size_t i, const Group& group, bool training);
  void drop_units(std::size_t i, const Slice& slice, std::uint64_t noise);
  void backward_slice(const Slice& slice, const Update& update);
  void backward_dense(const Slice& slice, const Update& update);
  void backward_stages(const Group& group, bool add);
  void scale_kept_gradients(const DenseLayer& layer);
  float factor_of_clipping(float clip_norm) const;
  void update_stage(StageLayer& layer, float factor, const Update& update);
  void update_dense(DenseLayer& layer, float factor, const Update& update);
  void move_running_statistics();
  void append_choices(int pictures, Pooling& pooling) const;

  NetworkShape shape_;
  int max_batch_;
  const Ops& ops_;
  NativeLayers layers_;
  bool prepared_ = false;       // the stages' weights have not changed since they were prepared
  std::vector<float> factors_;  // of dropout, of one picture
};

NativeNetwork::Slice NativeNetwork::slice(const Batch& batch, int first) const {
  const int left = static_cast<int>(batch.pictures.size()) - first;
  return {first, std::min(left, layers_.micro_batch), left <= layers_.micro_batch};
}

template <class Call>
void NativeNetwork::for_groups(const Slice& slice, Call call) {
  for (int first = 0; first < slice.count; first += layers_.group) {
    const Group group{first, std::min(layers_.group, slice.count - first)};
    for (StageLayer& layer : layers_.stages) layer.geometry.pictures = layer.norm.geometry.pictures = group.count;
    call(group);
  }
}

void NativeNetwork::set_batch(int count) {
  for (DenseLayer& layer : layers_.dense) {
    layer.geometry.batch = count;
    layer.geometry.batch_pitch = (count + ops_.lanes - 1) / ops_.lanes * ops_.lanes;
  }
}

void NativeNetwork::prepare_weights() {
  if (prepared_) return;
  for (const StageLayer& layer : layers_.stages) ops_.stage_prepare(layer.geometry, layer.weights, layer.prepared);
  prepared_ = true;
}

void NativeNetwork::forward_slice(const Batch& batch, const Slice& slice, std::optional<std::uint64_t> noise) {
  set_batch(slice.count);
  prepare_weights();
  for (int n = 0; n < slice.count; ++n) {
    const int picture = slice.first + n;
    ops_.load_picture(layers_.stages[0].geometry, batch.pictures[picture], batch.normalisation.mean.data(),
                      batch.normalisation.scale.data(),
                      batch.placements.empty() ? PicturePlacement{} : batch.placements[picture], n,
                      layers_.stages[0].x);
  }
  for_groups(slice, [&](const Group& group) { forward_stages(group, noise.has_value()); });
  const int pitch = layers_.dense[0].geometry.batch_pitch;
  layers_.averaging.pictures = slice.count;
  if (layers_.averages()) ops_.average_forward(layers_.averaging, layers_.pooled, layers_.features);
  ops_.transpose(slice.count, layers_.flat, layers_.features, layers_.flat, layers_.flat_x, pitch);
  for (int i = 0; pitch > slice.count && i < layers_.flat; ++i) {
    float* const row = layers_.flat_x + static_cast<std::size_t>(i) * pitch;
    std::fill(row + slice.count, row + pitch, 0.0f);
  }
  for (std::size_t i = 0; i < layers_.dense.size(); ++i) {
    const DenseLayer& layer = layers_.dense[i];
    ops_.dense_forward(layer.geometry, layer.x, layer.weights, layer.biases, layer.y);
    if (noise && layer.geometry.relu && shape_.dropout > 0) drop_units(i, slice, *noise);
  }
}

void NativeNetwork::forward_stages(const Group& group, bool training) {
  for (std::size_t i = 0; i < layers_.stages.size(); ++i) forward_stage(i, group, training);
}

void NativeNetwork::forward_stage(std::size_t i, const Group& group, bool training) {
  const StageLayer& layer = layers_.stages[i];
  const bool is_last = i + 1 == layers_.stages.size();
  float* const next = is_last ? layers_.pooled + group.first * std::size_t{1} * layers_.maps
                              : layers_.stages[i + 1].x + group.first * layers_.stages[i + 1].x_step;
  const NormLayer& norm = layer.norm;
  float* const out = layers_.batch_norm ? norm.x : next;  // with batch normalisation a slice is one group
  ops_.stage_forward(layer.geometry, layer.x + group.first * layer.x_step, layer.prepared, layer.biases, out,
                     layer.choices + group.first * layer.choice_step, layers_.scratch);
  if (!layers_.batch_norm) return;
  if (training) ops_.norm_statistics(norm.geometry, norm.x, norm.mean, norm.variance);
  const NormTerms terms{.mean = training ? norm.mean : norm.running_mean,
                        .variance = training ? norm.variance : norm.running_variance,
                        .scale = norm.scale.values,
                        .shift = norm.shift.values};
  ops_.norm_forward(norm.geometry, terms, norm.x, next);
}

void NativeNetwork::drop_units(std::size_t i, const Slice& slice, std::uint64_t noise) {
  const DenseLayer& layer = layers_.dense[i];
  factors_.resize(layer.geometry.outputs);
  for (int n = 0; n < slice.count; ++n) {
    dropout_factors(shape_.dropout, noise, i, slice.first + n, factors_);
    float* unit = layer.y + n;
    for (const float factor : factors_) {
      *unit *= factor;
      unit += layer.geometry.batch_pitch;
    }
  }
}

/// Units that were left out are 0 like those that the ReLU cut off, and the backward kernel masks both.
void NativeNetwork::scale_kept_gradients(const DenseLayer& layer) {
  const float scale = dropout_scale(shape_.dropout);
  const std::size_t count = static_cast<std::size_t>(layer.geometry.outputs) * layer.geometry.batch_pitch;
  for (std::size_t i = 0; i < count; ++i) layer.y_gradient[i] *= scale;
}

/// Of the gradient that all layers hold.
float NativeNetwork::factor_of_clipping(float clip_norm) const {
  double squares = 0;
  const auto add = [&](std::size_t count, const float* gradient) { squares += ops_.sum_of_squares(count, gradient); };
  for (const StageLayer& layer : layers_.stages) {
    add(layer.weight_count, layer.gradient);
    add(layer.geometry.filters, layer.bias_gradient);
    if (!layers_.batch_norm) continue;
    for (const NormWeights& part : {layer.norm.scale, layer.norm.shift}) add(layer.geometry.filters, part.gradient);
  }
  for (const DenseLayer& layer : layers_.dense) {
    add(layer.weight_count, layer.sums);
    add(layer.geometry.outputs, layer.bias_sums);
  }
  return clip_factor(squares, clip_norm);
}

Update without_decay(Update update) {
  update.l1 = update.l2 = 0;
  return update;
}

void NativeNetwork::update_stage(StageLayer& layer, float factor, const Update& update) {
  ops_.update(layer.weight_count, layer.weights, layer.momenta, layer.squares, layer.gradient, factor, update);
  const Update no_decay = without_decay(update);
  const std::size_t filters = layer.geometry.filters;
  ops_.update(filters, layer.biases, layer.bias_momenta, layer.bias_squares, layer.bias_gradient, factor, no_decay);
  if (!layers_.batch_norm) return;
  for (const NormWeights& part : {layer.norm.scale, layer.norm.shift}) {
    ops_.update(filters, part.values, part.momenta, part.squares, part.gradient, factor, no_decay);
  }
}

void NativeNetwork::update_dense(DenseLayer& layer, float factor, const Update& update) {
  ops_.update(layer.weight_count, layer.weights, layer.momenta, layer.squares, layer.sums, factor, update);
  ops_.update(layer.geometry.outputs, layer.biases, layer.bias_momenta, layer.bias_squares, layer.bias_sums, factor,
              without_decay(update));
}

void NativeNetwork::move_running_statistics() {
  for (StageLayer& layer : layers_.stages) {
    const NormLayer& norm = layer.norm;
    const double count = static_cast<double>(norm.geometry.pictures) * norm.geometry.side * norm.geometry.side;
    const auto unbiased = static_cast<float>(count / std::max(count - 1, 1.0));
    for (int o = 0; o < layer.geometry.filters; ++o) {
      norm.running_mean[o] += kNormMomentum * (norm.mean[o] - norm.running_mean[o]);
      norm.running_variance[o] += kNormMomentum * (unbiased * norm.variance[o] - norm.running_variance[o]);
    }
  }
}

void NativeNetwork::backward_slice(const Slice& slice, const Update& update) {
  backward_dense(slice, update);
  ops_.transpose(layers_.flat, slice.count, layers_.dense[0].x_gradient, layers_.dense[0].geometry.batch_pitch,
                 layers_.features_gradient, layers_.flat);
  if (layers_.averages()) {
    ops_.average_backward(layers_.averaging, layers_.features_gradient, layers_.pooled_gradient);
  }
  for_groups(slice, [&](const Group& group) { backward_stages(group, slice.first + group.first > 0); });
  if (!slice.last) return;
  float factor = 1;
  if (update.clip_norm > 0) {  // else the dense layers are updated already
    factor = factor_of_clipping(update.clip_norm);
    for (DenseLayer& layer : layers_.dense) update_dense(layer, factor, update);
  }
  for (StageLayer& layer : layers_.stages) update_stage(layer, factor, update);
  prepared_ = false;
}

void NativeNetwork::backward_dense(const Slice& slice, const Update& update) {
  for (std::size_t i = layers_.dense.size(); i-- > 0;) {
    const DenseLayer& layer = layers_.dense[i];
    if (layer.geometry.relu && shape_.dropout > 0) scale_kept_gradients(layer);
    const DenseBackward backward{.x = layer.x,
                                 .y = layer.y,
                                 .y_gradient = layer.y_gradient,
                                 .x_gradient = layer.x_gradient,
                                 .weights = layer.weights,
                                 .weight_momenta = layer.momenta,
                                 .weight_squares = layer.squares,
                                 .biases = layer.biases,
                                 .bias_momenta = layer.bias_momenta,
                                 .bias_squares = layer.bias_squares,
                                 .weight_sums = layer.sums,
                                 .bias_sums = layer.bias_sums,
                                 .add = slice.first > 0,
                                 .update = slice.last && !(update.clip_norm > 0)};
    ops_.dense_backward(layer.geometry, backward, update, layers_.scratch);
  }
}

/// add: to the gradients that are there.
void NativeNetwork::backward_stages(const Group& group, bool add) {
  const float* out_gradient = layers_.pooled_gradient + group.first * std::size_t{1} * layers_.maps;
  for (std::size_t i = layers_.stages.size(); i-- > 0;) {
    StageLayer& layer = layers_.stages[i];
    if (layers_.batch_norm) {
      const NormLayer& norm = layer.norm;
      const NormTerms terms{norm.mean, norm.variance, norm.scale.values, norm.shift.values};
      const NormBackward backward{.x = norm.x,
                                  .y_gradient = out_gradient,
                                  .x_gradient = layers_.norm_gradient,
                                  .scale_gradient = norm.scale.gradient,
                                  .shift_gradient = norm.shift.gradient,
                                  .add = add};
      ops_.norm_backward(norm.geometry, terms, backward);
      out_gradient = layers_.norm_gradient;
    }
    const StageBackward backward{.x = layer.x + group.first * layer.x_step,
                                 .weights = layer.weights,
                                 .out_gradient = out_gradient,
                                 .choices = layer.choices + group.first * layer.choice_step,
                                 .weight_gradient = layer.gradient,
                                 .bias_gradient = layer.bias_gradient,
                                 .x_gradient = layer.x_gradient,
                                 .add = add};
    ops_.stage_weight_gradient(layer.geometry, backward, layers_.scratch);
    if (layer.x_gradient) ops_.stage_data_gradient(layer.geometry, backward, layers_.scratch);
    out_gradient = layer.x_gradient;
  }
}

double NativeNetwork::step(const Batch& batch, const Update& update) {
  check(update.optimiser == layers_.optimiser, "a network keeps the optimiser it was made for");
  check(!(update.clip_norm > 0) || layers_.sums, "only a network that was made for it clips");
  return run(batch, update, nullptr);
}

double NativeNetwork::run(const Batch& batch, const Update& update, Pooling* pooling) {
  const int pictures = static_cast<int>(batch.pictures.size());
  check(pictures >= 1 && pictures <= max_batch_, "a step takes 1..max_batch pictures");
  check(batch.labels.size() == batch.pictures.size(), "each picture has a label");
  double loss = 0;
  for (int first = 0; first < pictures; first += layers_.micro_batch) {
    const Slice part = slice(batch, first);
    forward_slice(batch, part, update.noise);
    const DenseLayer& linear = layers_.dense.back();
    loss += softmax_cross_entropy(linear.y, shape_.classes, linear.geometry.batch_pitch,
                                  batch.labels.subspan(part.first, part.count), batch.class_weights,
                                  1.0f / static_cast<float>(pictures), linear.y_gradient);
    // The backward kernels may rely on it: padded outputs are dead unless an activation is infinite, and then a
    // padded value is NaN (0 times infinity), which reaches the loss through its zero weights.
    if (!std::isfinite(loss)) return loss;
    if (pooling) {
      append_choices(part.count, *pooling);
    } else if (layers_.batch_norm) {
      move_running_statistics();
    }
    backward_slice(part, update);
  }
  return loss / pictures;
}

void NativeNetwork::forward(const Batch& batch, float* logits) {
  const int pictures = static_cast<int>(batch.pictures.size());
  for (int first = 0; first < pictures; first += layers_.micro_batch) {
    const Slice part = slice(batch, first);
    forward_slice(batch, part, std::nullopt);
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

Gradients NativeNetwork::gradients(const Batch& batch, std::uint64_t noise) {
  // A step of SGD without momentum leaves the gradient in the momenta, and without learning rate the weights as they
  // are.
  std::vector<float> kept;
  visit_parameters(shape_, layers_, ops_.lanes, [&](const ParameterPlace& place) {
    if (place.momentum) kept.push_back(*place.momentum);
  });
  Gradients result;
  result.loss = run(batch, Update{.noise = noise}, &result.pooling);
  result.parameters.reserve(parameter_count(shape_));
  std::size_t i = 0;
  visit_parameters(shape_, layers_, ops_.lanes, [&](const ParameterPlace& place) {
    result.parameters.push_back(place.momentum ? *place.momentum : 0.0f);
    if (place.momentum) *place.momentum = kept[i++];
  });
  return result;
}

void NativeNetwork::copy_parameters(std::span<float> plain) const {
  check(plain.size() == parameter_count(shape_), "parameters are copied to a buffer of their size");
  float* to = plain.data();
  visit_parameters(shape_, layers_, ops_.lanes, [&](const ParameterPlace& place) { *to++ = *place.value; });
}

void NativeNetwork::set_parameters(std::span<const float> plain) {
  check(plain.size() == parameter_count(shape_), "parameters are set from a buffer of their size");
  const float* from = plain.data();
  visit_parameters(shape_, layers_, ops_.lanes, [&](const ParameterPlace& place) {
    *place.value = *from++;
    if (place.momentum) *place.momentum = 0;
    if (place.square) *place.square = 0;
  });
  prepared_ = false;
}

void NativeNetwork::copy_moments(std::span<float> plain) const {
  check(plain.size() == moment_count(shape_, layers_.optimiser), "moments are copied to a buffer of their size");
  const std::size_t squares_at = parameter_count(shape_);
  std::size_t i = 0;
  visit_parameters(shape_, layers_, ops_.lanes, [&](const ParameterPlace& place) {
    plain[i] = place.momentum ? *place.momentum : 0.0f;
    if (layers_.optimiser == Optimiser::kAdam) plain[squares_at + i] = place.square ? *place.square : 0.0f;
    ++i;
  });
}

void NativeNetwork::set_moments(std::span<const float> plain) {
  check(plain.size() == moment_count(shape_, layers_.optimiser), "moments are set from a buffer of their size");
  const std::size_t squares_at = parameter_count(shape_);
  std::size_t i = 0;
  visit_parameters(shape_, layers_, ops_.lanes, [&](const ParameterPlace& place) {
    if (place.momentum) *place.momentum = plain[i];
    if (place.square) *place.square = plain[squares_at + i];
    ++i;
  });
}

std::unique_ptr<Network> make_fastest(const NetworkShape& shape, const NetworkLimits& limits, Arena& arena) {
  return make_native(shape, limits, arena, choose_kernels(limits.kernels ? limits.kernels->isa() : ""));
}

}  // namespace

std::unique_ptr<Network> make_native(const NetworkShape& shape, const NetworkLimits& limits, Arena& arena,
                                     const KernelSet& kernels) {
  check(!limits.kernels || limits.kernels->isa() == kernels.name, "a table of kernels goes with its instruction set");
  const KernelTable table = limits.kernels ? *limits.kernels : shipped_kernel_table(kernels.name);
  return std::make_unique<NativeNetwork>(shape, limits, arena, kernels.ops(), table);
}

BackendEntry native_backend() {
  return {.name = "native",
          .summary = "the program's own kernels: AVX-512, AVX2 or portable, chosen for the processor",
          .make = make_fastest};
}

}  // namespace crescendo
