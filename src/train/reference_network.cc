#include <algorithm>
#include <cmath>

#include "crescendo/error.h"
#include "train/backends.h"
#include "train/clipping.h"
#include "train/reference.h"

namespace crescendo {
namespace {

/// Bytes that one picture of a batch holds on to: itself twice, its maps, pooling choices and pooled maps with their
/// gradients, which batch normalisation has twice, and its units.
std::size_t picture_bytes(const NetworkShape& shape) {
  std::size_t bytes = 2 * sizeof(float) * shape.channels * shape.side_px * shape.side_px;
  const std::size_t pooled_copies = shape.batch_norm ? 3 : 2;
  for (std::size_t i = 0; i < shape.conv.size(); ++i) {
    const std::size_t side = i == 0 ? shape.side_px : pooled_side(shape, i - 1);
    const std::size_t pooled = pooled_side(shape, i);
    bytes +=
        shape.conv[i].filters * (sizeof(float) * (side * side + pooled_copies * pooled * pooled) + pooled * pooled);
  }
  // The averages with their gradient, which may stand beside the maps they are made of.
  const std::size_t averages = dense_input_side(shape);
  if (averages < static_cast<std::size_t>(pooled_side(shape, shape.conv.size() - 1))) {
    bytes += 2 * sizeof(float) * shape.conv.back().filters * averages * averages;
  }
  for (const int units : shape.dense) bytes += 3 * sizeof(float) * units;
  return bytes + 2 * sizeof(float) * shape.classes;
}

class ReferenceNetwork final : public Network {
 public:
  ReferenceNetwork(const NetworkShape& shape, const NetworkLimits& limits)
      : shape_(shape), max_batch_(limits.max_batch), optimiser_(limits.optimiser) {
    check_shape(shape);
    check(limits.max_batch >= 1, "a network takes at least one picture");
    const std::size_t count = parameter_count(shape);
    const std::size_t moments = moment_count(shape, optimiser_);
    // Weights, moments, the pass's gradients and their sum, the trainer's copy.
    const std::size_t fixed = (4 * count + moments) * sizeof(float);
    const std::size_t each = picture_bytes(shape);
    micro_batch_ = max_batch_;
    if (const std::size_t limit = limits.memory_bytes; limit > 0) {
      if (fixed + each > limit) throw OutOfMemory{fixed + each, limit};
      micro_batch_ = static_cast<int>(std::min<std::size_t>(max_batch_, (limit - fixed) / each));
    }
    parameters_.resize(count);
    moments_.resize(moments);
  }

  const NetworkShape& shape() const override { return shape_; }

  double step(const Batch& batch, const Update& update) override {
    check(update.optimiser == optimiser_, "a network keeps the optimiser it was made for");
    std::vector<RunningStatistics> moves;
    Gradients g = run(batch, update.noise, &moves);
    if (!std::isfinite(g.loss)) return g.loss;
    clip(g.parameters, update.clip_norm);
    for (const RunningStatistics& move : moves) move_running_statistics(move);
    Update no_decay = update;
    no_decay.l1 = no_decay.l2 = 0;
    visit_tensors(
        shape_,
        [&](std::size_t at, std::size_t weights, std::size_t biases) {
          apply(g.parameters, at, weights, update);
          apply(g.parameters, at + weights, biases, no_decay);
        },
        [&](std::size_t at, std::size_t filters) { apply(g.parameters, at, 2 * filters, no_decay); });
    return g.loss;
  }

  void forward(const Batch& batch, float* logits) override {
    for_micro_batches(batch, {.training = false}, [&](const ReferencePass<float>& pass, std::size_t) {
      logits = std::copy(pass.logits.begin(), pass.logits.end(), logits);
    });
  }

  Gradients gradients(const Batch& batch, std::uint64_t noise) override { return run(batch, noise, nullptr); }

  void copy_parameters(std::span<float> plain) const override {
    check(plain.size() == parameters_.size(), "parameters are copied to a buffer of their size");
    std::copy(parameters_.begin(), parameters_.end(), plain.begin());
  }

  void set_parameters(std::span<const float> plain) override {
    check(plain.size() == parameters_.size(), "parameters are set from a buffer of their size");
    std::copy(plain.begin(), plain.end(), parameters_.begin());
    std::fill(moments_.begin(), moments_.end(), 0.0f);
  }

  void copy_moments(std::span<float> plain) const override {
    check(plain.size() == moments_.size(), "moments are copied to a buffer of their size");
    std::copy(moments_.begin(), moments_.end(), plain.begin());
  }

  void set_moments(std::span<const float> plain) override {
    check(plain.size() == moments_.size(), "moments are set from a buffer of their size");
    std::copy(plain.begin(), plain.end(), moments_.begin());
  }

 private:
  /// Of one micro-batch, one vector a convolution.
  struct RunningStatistics {
    std::vector<std::vector<float>> means, variances;
  };

  Gradients run(const Batch& batch, std::uint64_t noise, std::vector<RunningStatistics>* moves) {
    const std::size_t pictures = batch.pictures.size();
    check(pictures >= 1 && pictures <= static_cast<std::size_t>(max_batch_), "a step takes 1..max_batch pictures");
    Gradients sum;
    sum.parameters.resize(parameters_.size());
    sum.pooling.resize(shape_.conv.size());
    for_micro_batches(batch, {.noise = noise}, [&](const ReferencePass<float>& pass, std::size_t count) {
      const float share = static_cast<float>(count) / static_cast<float>(pictures);
      sum.loss += static_cast<double>(pass.loss) * share;
      for (std::size_t i = 0; i < sum.parameters.size(); ++i) sum.parameters[i] += pass.gradients[i] * share;
      for (std::size_t i = 0; i < sum.pooling.size(); ++i) {
        sum.pooling[i].insert(sum.pooling[i].end(), pass.pooling[i].begin(), pass.pooling[i].end());
      }
      if (moves) moves->push_back({pass.means, pass.variances});
    });
    return sum;
  }

  template <class Use>
  void for_micro_batches(const Batch& batch, ReferenceMode mode, Use use) {
    mode.class_weights = batch.class_weights;
    for (std::size_t first = 0; first < batch.pictures.size(); first += micro_batch_) {
      const std::size_t count = std::min<std::size_t>(batch.pictures.size() - first, micro_batch_);
      Batch part = batch;
      part.pictures = batch.pictures.subspan(first, count);
      part.labels = batch.labels.subspan(first, count);
      if (!batch.placements.empty()) part.placements = batch.placements.subspan(first, count);
      mode.first_picture = first;
      const std::vector<float> pictures = normalised_pictures<float>(shape_, part);
      use(reference_pass<float>(shape_, parameters_, pictures, part.labels, mode), count);
    }
  }

  void move_running_statistics(const RunningStatistics& move) {
    std::size_t layer = 0;
    visit_tensors(
        shape_, [](std::size_t, std::size_t, std::size_t) {},
        [&](std::size_t at, std::size_t filters) {
          for (std::size_t o = 0; o < filters; ++o) {
            float& mean = parameters_[at + 2 * filters + o];
            float& variance = parameters_[at + 3 * filters + o];
            mean += kNormMomentum * (move.means[layer][o] - mean);
            variance += kNormMomentum * (move.variances[layer][o] - variance);
          }
          ++layer;
        });
  }

  /// Those of running statistics are 0.
  static void clip(std::vector<float>& gradients, float clip_norm) {
    double squares = 0;
    for (const float g : gradients) squares += static_cast<double>(g) * static_cast<double>(g);
    const float factor = clip_factor(squares, clip_norm);
    for (float& g : gradients) g *= factor;
  }

  void apply(const std::vector<float>& gradients, std::size_t first, std::size_t count, const Update& update) {
    const double steps = static_cast<double>(update.count);
    const float correction1 = static_cast<float>(1 - std::pow(static_cast<double>(update.momentum), steps));
    const float correction2 = static_cast<float>(1 - std::pow(static_cast<double>(update.decay2), steps));
    for (std::size_t i = first; i < first + count; ++i) {
      float& w = parameters_[i];
      float& m = moments_[i];
      const float g = gradients[i] + update.l2 * w + update.l1 * static_cast<float>((w > 0) - (w < 0));
      if (optimiser_ == Optimiser::kSgd) {
        m = update.momentum * m + g;
        w -= update.learning_rate * m;
        continue;
      }
      float& v = moments_[parameters_.size() + i];
      m = update.momentum * m + (1 - update.momentum) * g;
      v = update.decay2 * v + (1 - update.decay2) * g * g;
      w -= update.learning_rate * (m / correction1) / (std::sqrt(v / correction2) + update.epsilon);
    }
  }

  NetworkShape shape_;
  int max_batch_;
  Optimiser optimiser_;
  int micro_batch_;
  std::vector<float> parameters_, moments_;  // the second moments, if there are any, behind the first
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
