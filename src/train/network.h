#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include "crescendo/images.h"

namespace crescendo {

class Arena;
class KernelTable;

/// Batch normalisation: y = scale * (x - mean) / sqrt(variance + epsilon) + shift per filter. A step takes mean and
/// variance (divided by the count) over its micro-batch's pooled maps and moves the running ones, whose variance is
/// divided by the count less one (by one for a single value): r = 0.9 r + 0.1 x. Defaults of PyTorch's BatchNorm2d.
/// Source: Ioffe and Szegedy 2015, "Batch Normalization", algorithm 1.
inline constexpr float kNormEpsilon = 1e-5f;
inline constexpr float kNormMomentum = 0.1f;

/// The CNN family: each convolution (stride 1, same padding, bias) is followed by ReLU and 2x2 max-pooling with
/// stride 2 (an odd last row and column are dropped) and, where asked for, batch normalisation of the pooled map; then,
/// where asked for, average pooling of the last map; then dense + ReLU (+ dropout) layers, a linear layer and softmax
/// cross-entropy.
struct ConvLayer {
  int filters;  // >= 1
  int size;     // 1, 3, 5 or 7
};

struct NetworkShape {
  int channels = 1;             // of the pictures, 1 or 3
  int side_px = 0;              // of the pictures; at least 2^conv.size()
  std::vector<ConvLayer> conv;  // at least one
  std::vector<int> dense;       // hidden units, may be empty
  int classes = 0;              // at least 2
  bool batch_norm = false;      // after each pooling, with a scale and a shift per filter
  double dropout = 0;           // share of each dense layer's hidden units that a step leaves out; in [0, 1)
  int dense_side = 0;           // 0..32: side that the last maps are averaged down to, if they are larger; 0: they stay
};

/// Side of the maps that layer `layer` writes: side_px / 2^(layer + 1), rounded down at each layer.
int pooled_side(const NetworkShape& shape, std::size_t layer);

/// Side of the maps that the first dense layer, or the linear one, reads.
int dense_input_side(const NetworkShape& shape);

/// Rows (and columns) first .. end - 1 of a map of `side` that the i-th of `averages` averages covers. Windows overlap
/// where `averages` does not divide `side`, and no value is left out. Definition: PyTorch's AdaptiveAvgPool2d.
struct AveragedWindow {
  int first, end;
};
AveragedWindow averaged_window(int i, int side, int averages);

/// Weights and biases, in the plain order: for each convolution weights [filters][inputs][size][size] then biases,
/// with batch normalisation then its scales, shifts, running means and running variances, [filters] each; then for each
/// dense layer weights [outputs][inputs] (the first one's inputs in order [filter][row][column]) then biases.
std::size_t parameter_count(const NetworkShape& shape);

enum class Optimiser : std::uint8_t { kSgd, kAdam };
inline constexpr std::array<std::string_view, 2> kOptimiserNames = {"sgd", "adam"};

/// 1 value a parameter for SGD, 2 for Adam.
std::size_t moment_count(const NetworkShape& shape, Optimiser optimiser);

/// Throws Error (bad input) saying what is wrong if the shape breaks one of the ranges above.
void check_shape(const NetworkShape& shape);

/// One step on every weight w with gradient g. First, where clip_norm is above 0, the gradient of all that is trained
/// (the batch's, each picture's loss times its class's weight) is scaled down so that its L2 norm is at most clip_norm.
/// Then g += l2 * w + l1 * sign(w) for weights, not for biases, scales and shifts. Then
///   SGD:  m = momentum * m + g;  w -= learning_rate * m;
///   Adam: m = momentum * m + (1 - momentum) * g;  v = decay2 * v + (1 - decay2) * g * g;
///         w -= learning_rate * m / (1 - momentum^count) / (sqrt(v / (1 - decay2^count)) + epsilon).
/// Source of Adam: Kingma and Ba 2015, algorithm 1; of clipping: Pascanu, Mikolov, Bengio 2013, "On the difficulty of
/// training recurrent neural networks", algorithm 1.
struct Update {
  float learning_rate = 0;
  float momentum = 0;
  float l1 = 0;
  float l2 = 0;
  float clip_norm = 0;                    // 0: the gradient is taken as it is
  Optimiser optimiser = Optimiser::kSgd;  // the same in every step of a network's life
  float decay2 = 0.999f;
  float epsilon = 1e-8f;
  std::int64_t count = 1;   // steps including this one since the weights were set
  std::uint64_t noise = 0;  // names the dropout masks of this step: the same noise, the same masks
};

/// Where a picture stands in the network's input: mirrored left to right first, then moved; what moves in is 0, the
/// mean.
struct PicturePlacement {
  bool mirrored = false;
  int right_px = 0, down_px = 0;  // within -side..side
};

/// Pictures as they stand in an ImageSet. pictures[i]: [side][side][channels]; labels[i]: 0..classes-1.
struct Batch {
  std::span<const std::uint8_t* const> pictures;
  std::span<const int> labels;
  const Normalisation& normalisation;
  std::span<const PicturePlacement> placements = {};  // one a picture; empty: as they are
  std::span<const float> class_weights = {};          // factor of a picture's loss, by its class; empty: 1
};

/// Gradients of the mean cross-entropy of a batch (each picture's loss times its class's weight, over the number of
/// pictures), in the plain order, running means and variances 0, with the pooling choices they belong to.
struct Gradients {
  double loss = 0;
  std::vector<float> parameters;
  // One vector a convolution, [n][filter][row][column]: 0..3 the position of the maximum in its 2x2 window
  // (row * 2 + column), 255 where ReLU cut it off.
  std::vector<std::vector<std::uint8_t>> pooling;
};

/// A network with its weights, momenta and working memory. Not thread-safe; one thread drives it.
class Network {
 public:
  virtual ~Network() = default;

  virtual const NetworkShape& shape() const = 0;

  /// Forward, backward, update on one batch of 1..max_batch pictures; mean cross-entropy before the update.
  /// Batches larger than the memory cap allows run as micro-batches with summed gradients; batch normalisation then
  /// normalises each micro-batch by itself, as many processors do, and its running statistics move by each.
  virtual double step(const Batch& batch, const Update& update) = 0;

  /// Forward only, any number of pictures (as micro-batches of at most max_batch); logits: [n][classes]. Batch
  /// normalisation takes its running statistics, and dropout leaves nothing out: a picture's logits are its own.
  virtual void forward(const Batch& batch, float* logits) = 0;

  /// Gradients of a step without its update: batch normalisation by the batch's own statistics, dropout with the masks
  /// that `noise` names. Running statistics stay. A test's tool: cost is that of a step and several copies.
  virtual Gradients gradients(const Batch& batch, std::uint64_t noise = 0) = 0;

  /// Writes weights and biases in the plain order; `plain` holds parameter_count(shape()) values.
  virtual void copy_parameters(std::span<float> plain) const = 0;
  /// Sets weights and biases from the plain order and the optimiser's moments to zero.
  virtual void set_parameters(std::span<const float> plain) = 0;

  /// The optimiser's moments, so that a training can go on elsewhere: moment_count values for the limits' optimiser,
  /// the first moment of every parameter in the plain order, then for Adam the second; those of running statistics are
  /// 0 and stay so.
  virtual void copy_moments(std::span<float> plain) const = 0;
  virtual void set_moments(std::span<const float> plain) = 0;
};

struct NetworkLimits {
  int max_batch = 1;
  std::size_t memory_bytes = 0;  // weights, momenta, activations and the trainer's copy of the best weights; 0: none
  Optimiser optimiser = Optimiser::kSgd;  // Adam needs room for a second moment
  bool clips = false;                     // steps may have a clip_norm, which needs room for the whole gradient
  const KernelTable* kernels = nullptr;   // of the native backend; null: the shipped one of the fastest that runs here
};

/// Thrown by a backend when weights and one picture's activations already pass the memory limit.
struct OutOfMemory : std::bad_alloc {
  OutOfMemory(std::size_t needed, std::size_t limit) : needed_bytes(needed), limit_bytes(limit) {}
  std::size_t needed_bytes, limit_bytes;
};

struct BackendEntry {
  std::string_view name, summary;
  /// The arena outlives the network and is emptied by making the next one.
  std::unique_ptr<Network> (*make)(const NetworkShape& shape, const NetworkLimits& limits, Arena& arena);
};

}  // namespace crescendo
