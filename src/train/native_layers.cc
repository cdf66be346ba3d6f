#include "train/native_layers.h"

#include <algorithm>
#include <cmath>

#include "crescendo/error.h"
#include "train/kernels/ops.h"

namespace crescendo {
namespace {

int blocks_of(int channels, int lanes) { return (channels + lanes - 1) / lanes; }

std::size_t round_up(std::size_t count, int lanes) { return (count + lanes - 1) / lanes * lanes; }

/// Side of a tile's outputs; 0: the direct way.
int tile_outputs(ForwardMethod method) {
  return method == ForwardMethod::kWinograd4 ? 4 : method == ForwardMethod::kWinograd2 ? 2 : 0;
}

Stage make_stage(int channels, int side, const ConvLayer& layer, bool first, int lanes, const KernelTable& table) {
  Stage s{};
  s.channels = channels;
  s.side = side;
  s.filters = layer.filters;
  s.size = layer.size;
  s.pooled = side / 2;
  s.border = layer.size / 2;
  s.in_blocks = blocks_of(channels, lanes);
  s.out_blocks = blocks_of(layer.filters, lanes);
  s.first = first;
  s.forward = table.forward(s);
  s.pitch = side + 2 * s.border;
  if (const int outputs = tile_outputs(s.forward); outputs > 0) {
    const int tiles = (2 * s.pooled + outputs - 1) / outputs;
    s.pitch = std::max(s.pitch, tiles * outputs + s.size - 1);
  }
  return s;
}

/// A normalisation writes where the stage would have written, and the stage a map without a border before it.
void put_norms_between(std::vector<StageLayer>& stages) {
  for (StageLayer& layer : stages) {
    Stage& s = layer.geometry;
    layer.norm.geometry = {
        .pictures = 0, .blocks = s.out_blocks, .side = s.pooled, .border = s.out_border, .pitch = s.out_pitch};
    s.out_border = 0;
    s.out_pitch = s.pooled;
  }
}

std::vector<StageLayer> make_stages(const NetworkShape& shape, int lanes, const KernelTable& table) {
  std::vector<StageLayer> stages;
  int channels = shape.channels;
  int side = shape.side_px;
  for (const ConvLayer& conv : shape.conv) {
    StageLayer layer{};
    Stage& s = layer.geometry = make_stage(channels, side, conv, stages.empty(), lanes, table);
    const std::size_t taps = static_cast<std::size_t>(s.size) * s.size;
    layer.weight_count = round_up(taps * s.filters * (s.first ? s.channels : s.in_blocks * lanes), lanes);
    if (!stages.empty()) {
      stages.back().geometry.out_border = s.border;
      stages.back().geometry.out_pitch = s.pitch;
    }
    stages.push_back(layer);
    channels = conv.filters;
    side /= 2;
  }
  stages.back().geometry.out_pitch = side;
  if (shape.batch_norm) put_norms_between(stages);
  return stages;
}

std::vector<DenseLayer> make_dense(const NetworkShape& shape, int flat, int lanes) {
  std::vector<int> widths = shape.dense;
  widths.push_back(shape.classes);
  std::vector<DenseLayer> layers;
  int inputs = flat;
  for (const int outputs : widths) {
    DenseLayer layer{};
    Dense& d = layer.geometry;
    d.inputs = inputs;
    d.outputs = outputs;
    d.panels = blocks_of(outputs, 2 * lanes);
    d.relu = layers.size() < shape.dense.size();
    layer.weight_count = static_cast<std::size_t>(d.panels) * 2 * lanes * inputs;
    layers.push_back(layer);
    inputs = outputs;
  }
  return layers;
}

/// Stands in for an arena and only counts.
struct Count {
  template <class T>
  T* take(std::size_t count) {
    bytes += Arena::rounded(count * sizeof(T));
    return nullptr;
  }
  std::size_t bytes = 0;
};

/// Room for second moments, where the optimiser has them.
template <class Memory>
float* take_squares(const NativeLayers& layers, std::size_t count, Memory& memory) {
  return layers.optimiser == Optimiser::kAdam ? memory.template take<float>(count) : nullptr;
}

/// `maps`: values of the stage's output.
template <class Memory>
void place_norm(const NativeLayers& layers, std::size_t maps, std::size_t padded_filters, NormLayer& norm,
                Memory& memory) {
  for (NormWeights* const part : {&norm.scale, &norm.shift}) {
    part->values = memory.template take<float>(padded_filters);
    part->momenta = memory.template take<float>(padded_filters);
    part->squares = take_squares(layers, padded_filters, memory);
    part->gradient = memory.template take<float>(padded_filters);
  }
  for (float** const part : {&norm.running_mean, &norm.running_variance, &norm.mean, &norm.variance}) {
    *part = memory.template take<float>(padded_filters);
  }
  norm.x = memory.template take<float>(maps);
}

template <class Memory>
void place_stages(NativeLayers& layers, const Ops& ops, Memory& memory) {
  const std::size_t n = layers.micro_batch;
  std::size_t largest_maps = 0;
  for (StageLayer& layer : layers.stages) {
    Stage& s = layer.geometry;
    const std::size_t channels = s.first ? s.channels : s.in_blocks * ops.lanes;
    layer.x_step = static_cast<std::size_t>(s.pitch) * s.pitch * channels;
    const std::size_t padded_filters = static_cast<std::size_t>(s.out_blocks) * ops.lanes;
    layer.x = memory.template take<float>(n * layer.x_step);
    layer.x_gradient = s.first ? nullptr : memory.template take<float>(layers.group * layer.x_step);
    for (float** const part : {&layer.weights, &layer.momenta, &layer.gradient}) {
      *part = memory.template take<float>(layer.weight_count);
    }
    for (float** const part : {&layer.biases, &layer.bias_momenta, &layer.bias_gradient}) {
      *part = memory.template take<float>(padded_filters);
    }
    layer.squares = take_squares(layers, layer.weight_count, memory);
    layer.bias_squares = take_squares(layers, padded_filters, memory);
    layer.prepared = memory.template take<float>(ops.stage_prepared_count(s));
    layer.choice_step = padded_filters * s.pooled * s.pooled;
    const std::size_t maps = n * layer.choice_step;
    layer.choices = memory.template take<std::uint8_t>(maps);
    if (!layers.batch_norm) continue;
    place_norm(layers, maps, padded_filters, layer.norm, memory);
    largest_maps = std::max(largest_maps, maps);
  }
  if (layers.batch_norm) layers.norm_gradient = memory.template take<float>(largest_maps);
}

template <class Memory>
void place_dense(NativeLayers& layers, const Ops& ops, Memory& memory) {
  const std::size_t pitch = round_up(layers.micro_batch, ops.lanes);
  const float* x = layers.flat_x;
  float* previous_gradient = nullptr;
  for (DenseLayer& layer : layers.dense) {
    const Dense& d = layer.geometry;
    const std::size_t outputs = d.outputs;
    layer.x = x;
    layer.weights = memory.template take<float>(layer.weight_count);
    layer.momenta = memory.template take<float>(layer.weight_count);
    layer.squares = take_squares(layers, layer.weight_count, memory);
    layer.sums = layers.sums ? memory.template take<float>(layer.weight_count) : nullptr;
    layer.biases = memory.template take<float>(outputs);
    layer.bias_momenta = memory.template take<float>(outputs);
    layer.bias_squares = take_squares(layers, outputs, memory);
    layer.bias_sums = layers.sums ? memory.template take<float>(outputs) : nullptr;
    layer.x_gradient = previous_gradient ? previous_gradient : memory.template take<float>(d.inputs * pitch);
    layer.y = memory.template take<float>(outputs * pitch);
    layer.y_gradient = memory.template take<float>(outputs * pitch);
    x = layer.y;
    previous_gradient = layer.y_gradient;
  }
}

std::size_t scratch_bytes(NativeLayers& layers, const Ops& ops) {
  std::size_t most = 0;
  for (StageLayer& layer : layers.stages) {
    layer.geometry.pictures = layers.micro_batch;
    most = std::max(most, ops.stage_scratch_bytes(layer.geometry));
  }
  for (DenseLayer& layer : layers.dense) {
    layer.geometry.batch = layers.micro_batch;
    layer.geometry.batch_pitch = static_cast<int>(round_up(layers.micro_batch, ops.lanes));
    most = std::max(most, ops.dense_scratch_bytes(layer.geometry));
  }
  return most;
}

template <class Memory>
void place(NativeLayers& layers, const Ops& ops, Memory& memory) {
  const std::size_t n = layers.micro_batch;
  const std::size_t maps = layers.maps;
  const std::size_t flat = layers.flat;
  place_stages(layers, ops, memory);
  layers.pooled = memory.template take<float>(n * maps);
  layers.pooled_gradient = memory.template take<float>(n * maps);
  layers.features = layers.averages() ? memory.template take<float>(n * flat) : layers.pooled;
  layers.features_gradient = layers.averages() ? memory.template take<float>(n * flat) : layers.pooled_gradient;
  layers.flat_x = memory.template take<float>(flat * round_up(n, ops.lanes));
  place_dense(layers, ops, memory);
  layers.scratch = memory.template take<std::byte>(scratch_bytes(layers, ops));
}

/// Pictures that go through the stages together: few, so that what one stage writes is still near when the next one
/// reads it, but enough for the last stage, whose maps are small, to fill its batches of tiles and its chunks.
/// Batch normalisation needs a whole map before it can go on.
int choose_group(const NativeLayers& layers, int micro_batch) {
  const int side = layers.stages.back().geometry.pooled;
  const int enough = std::clamp(128 / (side * side), 8, 32);
  if (layers.batch_norm || micro_batch < 2 * enough) return micro_batch;
  const int groups = micro_batch / enough;
  return (micro_batch + groups - 1) / groups;
}

std::size_t planned_bytes(NativeLayers& layers, const Ops& ops, int micro_batch, bool sums) {
  layers.micro_batch = micro_batch;
  layers.group = choose_group(layers, micro_batch);
  layers.sums = sums;
  Count count;
  place(layers, ops, count);
  return count.bytes;
}

/// Sets micro_batch and sums. A batch that is split or clipped needs sums of the dense gradients, others do not.
void choose_micro_batch(NativeLayers& layers, const Ops& ops, const NetworkLimits& limits, std::size_t trainer_bytes) {
  const auto needed = [&](int micro_batch, bool sums) {
    return planned_bytes(layers, ops, micro_batch, sums) + trainer_bytes;
  };
  const std::size_t limit = limits.memory_bytes;
  if (const std::size_t whole = needed(limits.max_batch, limits.clips); limit == 0 || whole <= limit) return;
  const bool sums = limits.clips || limits.max_batch > 1;
  if (const std::size_t least = needed(1, sums); least > limit) throw OutOfMemory{least, limit};
  int fits = 1;
  int too_many = limits.max_batch;
  while (too_many - fits > 1) {
    const int middle = fits + (too_many - fits) / 2;
    (needed(middle, sums) <= limit ? fits : too_many) = middle;
  }
  needed(fits, sums);
}

}  // namespace

NativeLayers make_layers(const NetworkShape& shape, const NetworkLimits& limits, const Ops& ops,
                         const KernelTable& table, Arena& arena) {
  check_shape(shape);
  check(limits.max_batch >= 1, "a network takes at least one picture");
  NativeLayers layers;
  layers.optimiser = limits.optimiser;
  layers.batch_norm = shape.batch_norm;
  layers.stages = make_stages(shape, ops.lanes, table);
  const Stage& last = layers.stages.back().geometry;
  const std::size_t padded_filters = static_cast<std::size_t>(last.out_blocks) * ops.lanes;
  const std::size_t maps = padded_filters * last.pooled * last.pooled;
  if (maps > (std::size_t{1} << 30))
    bad_input("the last convolution leaves more than 2^30 values; add one or use fewer filters");
  layers.averaging = {.pictures = 0, .blocks = last.out_blocks, .side = last.pooled, .to = dense_input_side(shape)};
  layers.maps = static_cast<int>(maps);
  layers.flat = static_cast<int>(padded_filters * layers.averaging.to * layers.averaging.to);
  layers.dense = make_dense(shape, layers.flat, ops.lanes);
  choose_micro_batch(layers, ops, limits, parameter_count(shape) * sizeof(float));
  arena.reset(planned_bytes(layers, ops, layers.micro_batch, layers.sums));
  place(layers, ops, arena);
  return layers;
}

}  // namespace crescendo
