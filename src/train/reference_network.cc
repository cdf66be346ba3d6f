#include <algorithm>
#include <cmath>

#include "crescendo/error.h"
#include "train/backends.h"
#include "train/reference.h"

namespace crescendo {
namespace {

/// Bytes that one picture of a batch holds on to: itself, its maps and pooling choices.
std::size_t picture_bytes(const NetworkShape& shape) {
  std::size_t bytes = sizeof(float) * shape.channels * shape.side_px * shape.side_px;
  for (std::size_t i = 0; i < shape.conv.size(); ++i) {
    const std::size_t side = i == 0 ? shape.side_px : pooled_side(shape, i - 1);
    const std::size_t pooled = pooled_side(shape, i);
    bytes += shape.conv[i].filters * (sizeof(float) * side * side + pooled * pooled);
  }
  return bytes;
}

class ReferenceNetwork final : public Network {
 public:
  ReferenceNetwork(const NetworkShape& shape, const NetworkLimits& limits)
      : shape_(shape), max_batch_(limits.max_batch) {
    check_shape(shape);
    check(limits.max_batch >= 1, "a network takes at least one picture");
    const std::size_t count = parameter_count(shape);
    // Weights, momenta, the pass's gradients and their sum, the trainer's copy.
    const std::size_t fixed = 5 * count * sizeof(float);
    const std::size_t each = picture_bytes(shape);
    micro_batch_ = max_batch_;
    if (const std::size_t limit = limits.memory_bytes; limit > 0) {
      if (fixed + each > limit) throw OutOfMemory{fixed + each, limit};
      micro_batch_ = static_cast<int>(std::min<std::size_t>(max_batch_, (limit - fixed) / each));
    }
    parameters_.resize(count);
    momenta_.resize(count);
  }

  const NetworkShape& shape() const override { return shape_; }

  double step(const Batch& batch, const Update& update) override {
    const Gradients g = gradients(batch);
    if (!std::isfinite(g.loss)) return g.loss;
    std::size_t at = 0;
    std::size_t inputs = shape_.channels;
    const auto layer = [&](std::size_t weights, std::size_t biases) {
      apply(g.parameters, at, weights, update, true);
      apply(g.parameters, at + weights, biases, update, false);
      at += weights + biases;
    };
    for (const ConvLayer& conv : shape_.conv) {
      layer(conv.filters * inputs * conv.size * conv.size, conv.filters);
      inputs = conv.filters;
    }
    const std::size_t side = pooled_side(shape_, shape_.conv.size() - 1);
    inputs *= side * side;
    for (const int units : shape_.dense) {
      layer(units * inputs, units);
      inputs = units;
    }
    layer(shape_.classes * inputs, shape_.classes);
    return g.loss;
  }

  void forward(const Batch& batch, float* logits) override {
    for_micro_batches(batch, [&](const ReferencePass<float>& pass, std::size_t) {
      logits = std::copy(pass.logits.begin(), pass.logits.end(), logits);
    });
  }

  Gradients gradients(const Batch& batch) override {
    const std::size_t pictures = batch.pictures.size();
    check(pictures >= 1 && pictures <= static_cast<std::size_t>(max_batch_), "a step takes 1..max_batch pictures");
    Gradients sum;
    sum.parameters.resize(parameters_.size());
    sum.pooling.resize(shape_.conv.size());
    for_micro_batches(batch, [&](const ReferencePass<float>& pass, std::size_t count) {
      const float share = static_cast<float>(count) / static_cast<float>(pictures);
      sum.loss += static_cast<double>(pass.loss) * share;
      for (std::size_t i = 0; i < sum.parameters.size(); ++i) sum.parameters[i] += pass.gradients[i] * share;
      for (std::size_t i = 0; i < sum.pooling.size(); ++i) {
        sum.pooling[i].insert(sum.pooling[i].end(), pass.pooling[i].begin(), pass.pooling[i].end());
      }
    });
    return sum;
  }

  void copy_parameters(std::span<float> plain) const override {
    check(plain.size() == parameters_.size(), "parameters are copied to a buffer of their size");
    std::copy(parameters_.begin(), parameters_.end(), plain.begin());
  }

  void set_parameters(std::span<const float> plain) override {
    check(plain.size() == parameters_.size(), "parameters are set from a buffer of their size");
    std::copy(plain.begin(), plain.end(), parameters_.begin());
    std::fill(momenta_.begin(), momenta_.end(), 0.0f);
  }

 private:
  template <class Use>
  void for_micro_batches(const Batch& batch, Use use) {
    for (std::size_t first = 0; first < batch.pictures.size(); first += micro_batch_) {
      const std::size_t count = std::min<std::size_t>(batch.pictures.size() - first, micro_batch_);
      const Batch part{batch.pictures.subspan(first, count), batch.labels.subspan(first, count), batch.normalisation};
      const std::vector<float> pictures = normalised_pictures<float>(shape_, part);
      use(reference_pass<float>(shape_, parameters_, pictures, part.labels), count);
    }
  }

  void apply(const std::vector<float>& gradients, std::size_t first, std::size_t count, const Update& update,
             bool decays) {
    for (std::size_t i = first; i < first + count; ++i) {
      float g = gradients[i];
      float& w = parameters_[i];
      if (decays) g += update.l2 * w + update.l1 * static_cast<float>((w > 0) - (w < 0));
      momenta_[i] = update.momentum * momenta_[i] + g;
      w -= update.learning_rate * momenta_[i];
    }
  }

  NetworkShape shape_;
  int max_batch_;
  int micro_batch_;
  std::vector<float> parameters_, momenta_;
};

std::unique_ptr<Network> make_reference(const NetworkShape& shape, const NetworkLimits& limits, Arena&) {
  return std::make_unique<ReferenceNetwork>(shape, limits);
}

}  // namespace

BackendEntry reference_backend() {
  return {.name = "reference",
          .summary = "plain loops, slow and simple: what the others are compared with",
          .make = make_reference};
}

}  // namespace crescendo
