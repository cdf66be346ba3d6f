// Runs over every training backend, and for the native one over every instruction set that this machine has.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "tests/train/pictures.h"
#include "train/arena.h"
#include "train/backends.h"
#include "train/initial_weights.h"
#include "train/kernel_table.h"
#include "train/kernels/dispatch.h"
#include "train/native.h"
#include "train/reference.h"

namespace crescendo {
namespace {

using Make = std::function<std::unique_ptr<Network>(const NetworkShape&, const NetworkLimits&, Arena&)>;

struct Variant {
  std::string name;
  bool runs_here;
  Make make;
};

void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

std::vector<Variant> variants() {
  std::vector<Variant> all;
  for (const auto& backend : kBackends) {
    const BackendEntry entry = backend();
    if (entry.name != "native") {
      all.push_back({std::string(entry.name), true, entry.make});
      continue;
    }
    for (const KernelSet& set : kernel_sets()) {
      all.push_back({"native on " + std::string(set.name), set.runs_here(),
                     [&set](const NetworkShape& shape, const NetworkLimits& limits, Arena& arena) {
                       return make_native(shape, limits, arena, set);
                     }});
    }
  }
  return all;
}

struct Case {
  NetworkShape shape;
  int pictures;
  bool slow;  // left out under sanitizers
};

NetworkShape shape(int channels, int side, std::vector<ConvLayer> conv, std::vector<int> dense, int classes) {
  return {channels, side, std::move(conv), std::move(dense), classes};
}

/// The same with everything that a network may have besides.
NetworkShape with_features(NetworkShape shape, bool batch_norm = true, double dropout = 0.4) {
  shape.batch_norm = batch_norm;
  shape.dropout = dropout;
  return shape;
}

/// Filters of every size in first and in later stages, counts that no vector width divides, odd sides, odd batches.
std::vector<Case> cases() {
  return {
      {shape(1, 28, {{23, 3}, {50, 3}, {77, 3}}, {50}, 10), 13, true},
      {shape(3, 50, {{23, 5}, {50, 3}, {77, 5}, {9, 3}}, {33, 17}, 7), 5, true},
      {shape(3, 75, {{23, 7}, {23, 5}, {20, 7}, {12, 1}, {8, 3}}, {23}, 5), 2, true},
      {shape(3, 40, {{23, 7}, {77, 7}}, {50}, 10), 3, true},
      {shape(1, 14, {{23, 3}, {7, 3}}, {50}, 10), 30, false},
      {shape(1, 15, {{8, 1}, {5, 1}, {6, 3}}, {20}, 3), 5, false},
      {shape(3, 30, {{7, 3}, {50, 5}}, {11}, 4), 7, false},
      {shape(1, 17, {{9, 5}, {20, 3}}, {}, 3), 7, false},
      {shape(1, 19, {{10, 7}, {3, 7}}, {40, 3}, 2), 5, false},
      {shape(3, 16, {{6, 1}, {17, 3}, {33, 3}}, {9}, 6), 13, false},
      {shape(1, 7, {{3, 3}}, {4}, 2), 1, false},
      {with_features(shape(3, 50, {{23, 5}, {50, 3}, {77, 5}, {9, 3}}, {33, 17}, 7)), 5, true},
      {with_features(shape(3, 75, {{23, 7}, {23, 5}, {20, 7}, {12, 1}, {8, 3}}, {23}, 5)), 2, true},
      {with_features(shape(1, 17, {{9, 5}, {20, 3}}, {30, 20}, 3)), 7, false},
      {with_features(shape(3, 16, {{6, 1}, {17, 3}, {33, 3}}, {9}, 6), true, 0), 13, false},
      {with_features(shape(1, 15, {{8, 3}, {5, 7}}, {40, 9}, 3), false, 0.7), 21, false},
      {with_features(shape(3, 7, {{8, 3}}, {}, 2)), 4, false},
  };
}

/// Start weights with biases that are not zero.
std::vector<float> random_parameters(const NetworkShape& shape, std::uint64_t seed) {
  std::vector<float> parameters = initial_weights(shape, seed);
  Rng rng(seed + 1);
  for (float& value : parameters) {
    if (value == 0) value = static_cast<float>(0.1 * rng.normal());
  }
  return parameters;
}

struct Tensor {
  std::size_t size;
  bool decays, trained;  // weights and not biases; and not running statistics
};

/// In the plain order.
std::vector<Tensor> tensors(const NetworkShape& shape) {
  std::vector<Tensor> result;
  const auto layer = [&](std::size_t inputs, std::size_t outputs) {
    result.push_back({inputs * outputs, true, true});
    result.push_back({outputs, false, true});
  };
  std::size_t inputs = shape.channels;
  for (const ConvLayer& conv : shape.conv) {
    layer(inputs * conv.size * conv.size, conv.filters);
    inputs = conv.filters;
    for (int i = 0; shape.batch_norm && i < 4; ++i) result.push_back({inputs, false, i < 2});
  }
  inputs *= pooled_side(shape, shape.conv.size() - 1) * pooled_side(shape, shape.conv.size() - 1);
  std::vector<int> widths = shape.dense;
  widths.push_back(shape.classes);
  for (const int width : widths) {
    layer(inputs, width);
    inputs = width;
  }
  return result;
}

/// |a - b| / |b| in the Euclidean norm.
template <class A, class B>
double relative_distance(const A* a, const B* b, std::size_t count) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < count; ++i) {
    difference += (a[i] - static_cast<double>(b[i])) * (a[i] - static_cast<double>(b[i]));
    norm += static_cast<double>(b[i]) * b[i];
  }
  return difference == 0 ? 0 : std::sqrt(difference / norm);
}

template <class B>
void expect_tensors_near(const NetworkShape& shape, const std::vector<float>& found, const std::vector<B>& wanted,
                         double tolerance) {
  ASSERT_EQ(found.size(), wanted.size());
  std::size_t at = 0;
  int tensor = 0;
  for (const auto& [size, decays, trained] : tensors(shape)) {
    EXPECT_LT(relative_distance(&found[at], &wanted[at], size), tolerance) << "tensor " << tensor;
    at += size;
    ++tensor;
  }
  EXPECT_EQ(at, found.size());
}

/// How far the chosen values are from the true maxima of their windows at most, in units of the map's rms.
double worst_choice(const NetworkShape& shape, std::size_t layer, const std::vector<double>& maps,
                    const std::vector<std::uint8_t>& choices) {
  const int side = layer == 0 ? shape.side_px : pooled_side(shape, layer - 1);
  const int pooled = side / 2;
  double squares = 0, worst = 0;
  for (const double value : maps) squares += value * value;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const std::size_t plane = i / (pooled * pooled);
    const int row = static_cast<int>(i / pooled % pooled), column = static_cast<int>(i % pooled);
    const double* const window = &maps[(plane * side + 2 * row) * side + 2 * column];
    const double values[4] = {window[0], window[1], window[side], window[side + 1]};
    const double best = std::max(0.0, *std::max_element(values, values + 4));
    worst = std::max(worst, best - (choices[i] == 255 ? 0 : values[choices[i]]));
  }
  return worst / std::sqrt(squares / static_cast<double>(maps.size()));
}

double sign(double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; }

class Backend : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    if (!GetParam().runs_here) GTEST_SKIP() << "this processor lacks the instructions of " << GetParam().name;
  }
  std::unique_ptr<Network> make(const NetworkShape& shape, int max_batch, std::size_t memory_bytes = 0,
                                Optimiser optimiser = Optimiser::kSgd) {
    return GetParam().make(shape, {max_batch, memory_bytes, optimiser}, arena_);
  }
  /// The least memory that a batch of `max_batch` can be trained in, one picture at a time.
  std::size_t least_memory(const NetworkShape& shape, int max_batch, Optimiser optimiser = Optimiser::kSgd) {
    try {
      make(shape, max_batch, 1, optimiser);
    } catch (const OutOfMemory& e) {
      return e.needed_bytes;
    }
    ADD_FAILURE() << "a limit of one byte was kept";
    return 0;
  }
  Arena arena_;
};

/// Mirrored, moved far and near, and out of the picture; classes that count differently.
void place_and_weigh(BatchOf& batch, const NetworkShape& shape) {
  const int side = shape.side_px;
  const PicturePlacement places[] = {
      {true, 1, -2}, {false, -3, 0}, {true, 0, 0}, {false, side, 1}, {true, 2 - side, 3}};
  for (std::size_t n = 0; n < batch.labels().size(); ++n) batch.placements.push_back(places[n % 5]);
  for (int c = 0; c < shape.classes; ++c) batch.class_weights.push_back(0.5f + 0.4f * static_cast<float>(c));
}

/// Loss, gradients layer by layer at the network's own pooling choices, these choices, and logits.
void expect_agreement(Network& network, int pictures, bool placed) {
  const NetworkShape& shape = network.shape();
  SCOPED_TRACE("side " + std::to_string(shape.side_px) + ", channels " + std::to_string(shape.channels) +
               (shape.batch_norm ? ", normalised" : "") + (placed ? ", placed" : ""));
  const ImageSet images = noise_pictures(shape, pictures, 1);
  BatchOf batch(images, 0, pictures);
  if (placed) place_and_weigh(batch, shape);
  const std::vector<float> parameters = random_parameters(shape, 2);
  network.set_parameters(parameters);
  const Gradients found = network.gradients(batch, 77);

  const std::vector<double> plain(parameters.begin(), parameters.end());
  const std::vector<double> inputs = normalised_pictures<double>(shape, batch);
  const auto wanted =
      reference_pass<double>(shape, plain, inputs, batch.labels(),
                             {.pooling = &found.pooling, .class_weights = batch.class_weights, .noise = 77});

  EXPECT_NEAR(found.loss, wanted.loss, 1e-4 * wanted.loss);
  expect_tensors_near(shape, found.parameters, wanted.gradients, 1e-4);
  for (std::size_t i = 0; i < shape.conv.size(); ++i) {
    EXPECT_LT(worst_choice(shape, i, wanted.maps[i], found.pooling[i]), 1e-4) << "convolution " << i;
  }
  const auto evaluated = reference_pass<double>(shape, plain, inputs, batch.labels(), {.training = false});
  std::vector<float> logits(evaluated.logits.size());
  network.forward(batch, logits.data());
  EXPECT_LT(relative_distance(logits.data(), evaluated.logits.data(), logits.size()), 1e-4);
}

TEST_P(Backend, AgreesWithTheReferenceLayerByLayerAtItsOwnPoolingChoices) {
  for (const auto& [shape, pictures, slow] : cases()) {
    if (slow && kSanitized) continue;
    for (const bool placed : {false, true}) expect_agreement(*make(shape, pictures), pictures, placed);
  }
}

/// The table that takes `method` wherever there is a choice.
KernelTable only(std::string_view isa, ForwardMethod method) {
  KernelTable table{std::string(isa)};
  for (const StageKind& kind : stage_kinds()) {
    if (has_method(kind.size, method)) table.set(kind, method);
  }
  return table;
}

TEST(NativeBackend, AgreesWithTheReferenceWhicheverKernelATableChooses) {
  for (const KernelSet& set : kernel_sets()) {
    if (!set.runs_here()) continue;
    for (const ForwardMethod method : {ForwardMethod::kDirect, ForwardMethod::kWinograd2, ForwardMethod::kWinograd4}) {
      SCOPED_TRACE(std::string(set.name) + ", method " + std::to_string(static_cast<int>(method)));
      const KernelTable table = only(set.name, method);
      for (const auto& [shape, pictures, slow] : cases()) {
        if (slow && kSanitized) continue;
        Arena arena;
        expect_agreement(*make_native(shape, {.max_batch = pictures, .kernels = &table}, arena, set), pictures, false);
      }
    }
  }
}

/// A network that follows the formulas of network.h in double precision.
struct PlainNetwork {
  PlainNetwork(const NetworkShape& network_shape, const std::vector<float>& start)
      : shape(network_shape), weights(start.begin(), start.end()), m(start.size()), v(start.size()) {}

  double step(const BatchOf& batch, const Update& u, const std::vector<std::vector<std::uint8_t>>& pooling) {
    const std::vector<double> inputs = normalised_pictures<double>(shape, batch);
    const auto pass =
        reference_pass<double>(shape, weights, inputs, batch.labels(),
                               {.pooling = &pooling, .class_weights = batch.class_weights, .noise = u.noise});
    std::size_t at = 0, running = 0;
    for (const Tensor& tensor : tensors(shape)) {
      for (std::size_t i = 0; i < tensor.size; ++i, ++at) {
        if (tensor.trained) {
          move(at, pass.gradients[at] + (tensor.decays ? u.l2 * weights[at] + u.l1 * sign(weights[at]) : 0), u);
        } else {
          const auto& statistic = running % 2 == 0 ? pass.means : pass.variances;
          weights[at] = 0.9 * weights[at] + 0.1 * statistic[running / 2][i];
        }
      }
      running += !tensor.trained;
    }
    return pass.loss;
  }

  void move(std::size_t i, double g, const Update& u) {
    if (u.optimiser == Optimiser::kSgd) {
      m[i] = u.momentum * m[i] + g;
      weights[i] -= u.learning_rate * m[i];
    } else {
      const double count = static_cast<double>(u.count);
      m[i] = u.momentum * m[i] + (1.0 - u.momentum) * g;
      v[i] = u.decay2 * v[i] + (1.0 - u.decay2) * g * g;
      const double mean = m[i] / (1 - std::pow(u.momentum, count));
      weights[i] -= u.learning_rate * mean / (std::sqrt(v[i] / (1 - std::pow(u.decay2, count))) + u.epsilon);
    }
  }

  NetworkShape shape;
  std::vector<double> weights, m, v;
};

TEST_P(Backend, StepsAreThoseOfThePlainFormulas) {
  for (const Optimiser optimiser : {Optimiser::kSgd, Optimiser::kAdam}) {
    for (const bool features : {false, true}) {
      SCOPED_TRACE(std::string(optimiser == Optimiser::kSgd ? "SGD" : "Adam") + (features ? ", all features" : ""));
      NetworkShape network_shape = shape(3, 22, {{9, 3}, {20, 3}}, {11}, 4);
      if (features) network_shape = with_features(network_shape);
      const ImageSet images = noise_pictures(network_shape, 7, 3);
      BatchOf batch(images, 0, 7);
      if (features) place_and_weigh(batch, network_shape);
      Update update{.learning_rate = 0.02f, .momentum = 0.9f, .l1 = 1e-3f, .l2 = 1e-2f, .optimiser = optimiser};
      if (optimiser == Optimiser::kAdam) update.learning_rate = 1e-3f;
      // A gradient that is nearly zero is rounding alone, and Adam would magnify it.
      update.epsilon = 1e-4f;
      const auto network = make(network_shape, 7, 0, optimiser);
      std::vector<float> start = random_parameters(network_shape, 4);
      start[5] = 0;  // sign(0) is 0
      network->set_parameters(start);
      PlainNetwork plain(network_shape, start);
      for (int step = 1; step <= 5; ++step) {
        update.count = step;
        update.noise = 100 + static_cast<std::uint64_t>(step);
        const auto pooling = network->gradients(batch, update.noise).pooling;
        const double wanted = plain.step(batch, update, pooling);
        EXPECT_NEAR(network->step(batch, update), wanted, 1e-4 * wanted);
      }
      expect_tensors_near(network_shape, parameters_of(*network), plain.weights, 1e-4);
      std::vector<float> moments = moments_of(*network, optimiser);
      if (optimiser == Optimiser::kAdam) {
        const std::vector<float> second(moments.begin() + static_cast<std::ptrdiff_t>(start.size()), moments.end());
        expect_tensors_near(network_shape, second, plain.v, 1e-3);
      }
      moments.resize(start.size());
      expect_tensors_near(network_shape, moments, plain.m, 1e-3);
    }
  }
}

TEST_P(Backend, GoesOnFromItsParametersAndMomentsWithTheSameBits) {
  const NetworkShape network_shape = with_features(shape(1, 20, {{12, 3}, {23, 5}}, {30, 18}, 5));
  const ImageSet images = noise_pictures(network_shape, 9, 22);
  const BatchOf batch(images, 0, 9);
  for (const Optimiser optimiser : {Optimiser::kSgd, Optimiser::kAdam}) {
    const auto steps = [&](Network& network, int first, int last) {
      for (int step = first; step <= last; ++step) {
        network.step(batch, {.learning_rate = 0.01f,
                             .momentum = 0.9f,
                             .optimiser = optimiser,
                             .count = step,
                             .noise = static_cast<std::uint64_t>(step)});
      }
    };
    auto network = make(network_shape, 9, 0, optimiser);
    network->set_parameters(random_parameters(network_shape, 23));
    steps(*network, 1, 2);
    const std::vector<float> parameters = parameters_of(*network), moments = moments_of(*network, optimiser);
    steps(*network, 3, 5);
    const std::vector<float> wanted = parameters_of(*network), wanted_moments = moments_of(*network, optimiser);
    network = make(network_shape, 9, 0, optimiser);
    network->set_parameters(parameters);
    network->set_moments(moments);
    EXPECT_EQ(moments_of(*network, optimiser), moments);
    steps(*network, 3, 5);
    EXPECT_EQ(parameters_of(*network), wanted);
    EXPECT_EQ(moments_of(*network, optimiser), wanted_moments);
    network->set_parameters(parameters);  // which forgets them
    EXPECT_EQ(moments_of(*network, optimiser), std::vector<float>(moments.size()));
  }
}

/// The picture that a placement makes, for a mean of zero.
ImageSet moved_by_hand(const ImageSet& images, const std::vector<PicturePlacement>& places) {
  ImageSet moved = images;
  const int side = images.side_px;
  for (std::size_t n = 0; n < places.size(); ++n) {
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        for (int c = 0; c < images.channels; ++c) {
          const int row = y - places[n].down_px;
          int column = x - places[n].right_px;
          if (places[n].mirrored) column = side - 1 - column;
          const bool inside = row >= 0 && row < side && column >= 0 && column < side;
          moved.pixels[n * images.picture_bytes() + (y * side + x) * images.channels + c] =
              inside ? images.picture(static_cast<int>(n))[(row * side + column) * images.channels + c] : 0;
        }
      }
    }
  }
  return moved;
}

TEST_P(Backend, APlacedPictureIsThePictureMoved) {
  for (const int channels : {1, 3}) {
    for (const int side : {9, 37}) {
      const NetworkShape network_shape = shape(channels, side, {{4, 5}}, {}, 3);
      ImageSet images = noise_pictures(network_shape, 10, 24);
      images.normalisation.mean = {0, 0, 0};
      BatchOf placed(images, 0, 10);
      placed.placements = {{},
                           {true, 0, 0},
                           {false, 3, 0},
                           {false, -3, 0},
                           {true, 2, -4},
                           {true, -2, 4},
                           {false, 0, side},
                           {true, -side, 1},
                           {false, 1 - side, side - 1},
                           {true, side - 1, 1 - side}};
      const ImageSet moved = moved_by_hand(images, placed.placements);
      const auto network = make(network_shape, 10);
      network->set_parameters(random_parameters(network_shape, 25));
      const Gradients found = network->gradients(placed), wanted = network->gradients(BatchOf(moved, 0, 10));
      EXPECT_EQ(found.loss, wanted.loss);
      EXPECT_EQ(found.parameters, wanted.parameters);
    }
  }
}

TEST_P(Backend, AClassOfWeightZeroCountsAsIfItWereNotThere) {
  const NetworkShape network_shape = shape(1, 14, {{8, 3}}, {12}, 3);
  ImageSet images = noise_pictures(network_shape, 9, 26);
  for (int n = 0; n < 9; ++n) images.labels[n] = n < 6 ? n % 2 : 2;
  BatchOf all(images, 0, 9), some(images, 0, 6);
  all.class_weights = {2, 2, 0};
  const auto network = make(network_shape, 9);
  network->set_parameters(random_parameters(network_shape, 27));
  const Gradients found = network->gradients(all);
  Gradients wanted = network->gradients(some);
  for (float& value : wanted.parameters) value *= 2.0f * 6 / 9;
  EXPECT_NEAR(found.loss, wanted.loss * 2 * 6 / 9, 1e-5);
  expect_tensors_near(network_shape, found.parameters, wanted.parameters, 1e-5);
}

TEST_P(Backend, EvaluatesEachPictureByItself) {
  const NetworkShape network_shape = with_features(shape(3, 18, {{9, 3}, {12, 3}}, {20}, 4), true, 0.5);
  const ImageSet images = noise_pictures(network_shape, 8, 28);
  const BatchOf batch(images, 0, 8);
  const auto network = make(network_shape, 8);
  network->set_parameters(initial_weights(network_shape, 29));
  for (int step = 1; step <= 3; ++step) {
    network->step(batch, {.learning_rate = 0.01f, .count = step, .noise = static_cast<std::uint64_t>(step)});
  }
  const std::vector<float> before = parameters_of(*network);
  std::vector<float> together(8 * 4), alone(8 * 4);
  network->forward(batch, together.data());
  for (int n = 0; n < 8; ++n) network->forward(BatchOf(images, n, 1), &alone[n * 4]);
  EXPECT_LT(relative_distance(alone.data(), together.data(), alone.size()), 1e-5);
  EXPECT_EQ(parameters_of(*network), before);
}

TEST_P(Backend, AMicroBatchHasItsOwnStatisticsAndItsPicturesMasks) {
  const NetworkShape network_shape = with_features(shape(1, 20, {{12, 3}, {23, 3}}, {30}, 5));
  const int pictures = 6;
  const ImageSet images = noise_pictures(network_shape, pictures, 30);
  const std::vector<float> start = random_parameters(network_shape, 31);
  const std::size_t least = least_memory(network_shape, pictures);
  const auto network = make(network_shape, pictures, least);  // one picture at a time
  network->set_parameters(start);
  const Gradients found = network->gradients(BatchOf(images, 0, pictures), 32);
  const std::vector<double> plain(start.begin(), start.end());
  std::vector<double> wanted(start.size());
  double loss = 0;
  for (int n = 0; n < pictures; ++n) {
    const BatchOf one(images, n, 1);
    std::vector<std::vector<std::uint8_t>> pooling;
    for (const auto& of_layer : found.pooling) {
      const auto size = static_cast<std::ptrdiff_t>(of_layer.size() / pictures);
      pooling.emplace_back(of_layer.begin() + n * size, of_layer.begin() + (n + 1) * size);
    }
    const auto pass =
        reference_pass<double>(network_shape, plain, normalised_pictures<double>(network_shape, one), one.labels(),
                               {.pooling = &pooling, .noise = 32, .first_picture = std::size_t(n)});
    loss += pass.loss / pictures;
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] += pass.gradients[i] / pictures;
  }
  EXPECT_NEAR(found.loss, loss, 1e-5 * loss);
  expect_tensors_near(network_shape, found.parameters, wanted, 1e-4);
}

TEST_P(Backend, MicroBatchesTakeTheStepOfTheWholeBatch) {
  const NetworkShape network_shape = with_features(shape(1, 20, {{12, 3}, {23, 3}}, {30}, 5), false, 0.3);
  const int pictures = 13;
  const ImageSet images = noise_pictures(network_shape, pictures, 5);
  BatchOf batch(images, 0, pictures);
  place_and_weigh(batch, network_shape);
  const std::vector<float> start = random_parameters(network_shape, 6);
  for (const Optimiser optimiser : {Optimiser::kSgd, Optimiser::kAdam}) {
    Update update{.learning_rate = 0.05f, .momentum = 0.9f, .l1 = 1e-4f, .l2 = 1e-3f, .optimiser = optimiser};
    if (optimiser == Optimiser::kAdam) update.learning_rate = 1e-3f;
    update.epsilon = 1e-4f;
    const auto after_two_steps = [&](std::size_t memory_bytes) {
      const auto network = make(network_shape, pictures, memory_bytes, optimiser);
      network->set_parameters(start);
      for (update.count = 1; update.count <= 2; ++update.count) {
        update.noise = static_cast<std::uint64_t>(update.count);
        network->step(batch, update);
      }
      return parameters_of(*network);
    };
    const std::vector<float> whole = after_two_steps(0);
    const std::size_t least = least_memory(network_shape, pictures, optimiser);
    for (const std::size_t memory : {least, least + least / 3}) {
      expect_tensors_near(network_shape, after_two_steps(memory), whole, 1e-5);
      EXPECT_EQ(after_two_steps(memory), after_two_steps(memory));
    }
  }
}

TEST_P(Backend, ASmallerBatchAfterALargerOneLeavesNoTrace) {
  for (const auto& [shape, pictures, slow] : cases()) {
    if (slow || pictures < 5) continue;
    const ImageSet images = noise_pictures(shape, pictures, 7);
    const BatchOf large(images, 0, pictures), small(images, pictures - 3, 3);
    const std::vector<float> start = random_parameters(shape, 8);
    auto network = make(shape, pictures);
    network->set_parameters(start);
    network->gradients(large);
    const Gradients after = network->gradients(small);
    network = make(shape, pictures);
    network->set_parameters(start);
    const Gradients fresh = network->gradients(small);
    EXPECT_EQ(after.loss, fresh.loss);
    EXPECT_EQ(after.parameters, fresh.parameters);
  }
}

TEST_P(Backend, GradientsChangeNothing) {
  const NetworkShape network_shape = with_features(shape(3, 12, {{9, 3}}, {11}, 4));
  const ImageSet images = noise_pictures(network_shape, 6, 9);
  const BatchOf batch(images, 0, 6);
  const Update update{.learning_rate = 0.05f, .momentum = 0.9f};
  const auto after_two_steps = [&](bool look) {
    const auto network = make(network_shape, 6);
    network->set_parameters(random_parameters(network_shape, 10));
    network->step(batch, update);
    if (look) network->gradients(batch);
    network->step(batch, update);
    return parameters_of(*network);
  };
  EXPECT_EQ(after_two_steps(true), after_two_steps(false));
}

TEST_P(Backend, ParametersRoundTrip) {
  for (const auto& [shape, pictures, slow] : cases()) {
    const auto network = make(shape, 1);
    const std::vector<float> start = random_parameters(shape, 11);
    network->set_parameters(start);
    EXPECT_EQ(parameters_of(*network), start);
  }
}

TEST_P(Backend, OverfitsSixtyFourPictures) {
  const NetworkShape network_shape = shape(1, 12, {{16, 3}, {16, 3}}, {32}, 4);
  const ImageSet images = noise_pictures(network_shape, 64, 12);
  const auto network = make(network_shape, 64);
  network->set_parameters(initial_weights(network_shape, 13));
  for (int epoch = 0; epoch < 60; ++epoch) {
    for (int first = 0; first < 64; first += 16) {
      network->step(BatchOf(images, first, 16), {.learning_rate = 0.02f, .momentum = 0.9f});
    }
  }
  std::vector<float> logits(64 * 4);
  network->forward(BatchOf(images, 0, 64), logits.data());
  int wrong = 0;
  for (int n = 0; n < 64; ++n) {
    wrong += std::max_element(&logits[n * 4], &logits[n * 4] + 4) - &logits[n * 4] != images.labels[n];
  }
  EXPECT_EQ(wrong, 0);
}

TEST_P(Backend, TheSameStepsGiveTheSameBitsWhateverRanInTheArenaBefore) {
  const NetworkShape network_shape = shape(3, 20, {{12, 5}, {23, 3}}, {30}, 5);
  const ImageSet images = noise_pictures(network_shape, 13, 14);
  const BatchOf batch(images, 0, 13);
  const auto run = [&] {
    const auto network = make(network_shape, 13);
    network->set_parameters(random_parameters(network_shape, 15));
    for (int step = 0; step < 3; ++step) network->step(batch, {.learning_rate = 0.01f, .momentum = 0.9f});
    return parameters_of(*network);
  };
  const std::vector<float> first = run();
  const NetworkShape other = shape(1, 33, {{23, 5}}, {7}, 2);
  const ImageSet other_images = noise_pictures(other, 5, 16);
  const auto network = make(other, 5);
  network->set_parameters(random_parameters(other, 17));
  network->step(BatchOf(other_images, 0, 5), {.learning_rate = 0.01f});
  EXPECT_EQ(run(), first);
}

TEST_P(Backend, ALossThatIsNotFiniteIsReturned) {
  for (const bool features : {false, true}) {
    NetworkShape network_shape = shape(1, 12, {{5, 3}, {6, 3}}, {7}, 3);
    if (features) network_shape = with_features(network_shape);
    const ImageSet images = noise_pictures(network_shape, 4, 18);
    const auto network = make(network_shape, 4);
    std::vector<float> parameters = random_parameters(network_shape, 19);
    parameters[0] = std::numeric_limits<float>::infinity();
    network->set_parameters(parameters);
    EXPECT_FALSE(std::isfinite(network->step(BatchOf(images, 0, 4), {.learning_rate = 0.1f})));
  }
}

TEST_P(Backend, SaysHowMuchMemoryOnePictureNeeds) {
  const NetworkShape network_shape = shape(1, 28, {{16, 3}, {20, 3}}, {64}, 10);
  const std::size_t least = least_memory(network_shape, 8);
  EXPECT_GT(least, 3 * parameter_count(network_shape) * sizeof(float));  // weights, momenta, the trainer's copy
  EXPECT_NO_THROW(make(network_shape, 8, least));
  EXPECT_THROW(make(network_shape, 8, least - 1), OutOfMemory);
  EXPECT_GE(least_memory(network_shape, 8, Optimiser::kAdam),
            least + (moment_count(network_shape, Optimiser::kAdam) - moment_count(network_shape, Optimiser::kSgd)) *
                        sizeof(float));
}

TEST_P(Backend, RefusesShapesThatCannotBe) {
  const NetworkShape good = shape(1, 8, {{4, 3}, {4, 3}}, {5}, 3);
  EXPECT_NO_THROW(make(good, 1));
  const auto refuses = [&](auto change) {
    NetworkShape bad = good;
    change(bad);
    EXPECT_THROW(make(bad, 1), Error);
  };
  refuses([](NetworkShape& s) { s.side_px = 3; });
  refuses([](NetworkShape& s) { s.conv[0].size = 4; });
  refuses([](NetworkShape& s) { s.conv[0].size = 9; });
  refuses([](NetworkShape& s) { s.conv[1].filters = 0; });
  refuses([](NetworkShape& s) { s.conv.clear(); });
  refuses([](NetworkShape& s) { s.dense[0] = 0; });
  refuses([](NetworkShape& s) { s.classes = 1; });
  refuses([](NetworkShape& s) { s.channels = 2; });
  refuses([](NetworkShape& s) { s.dropout = 1; });
  refuses([](NetworkShape& s) { s.dropout = -0.1; });
}

std::string name_of(const testing::TestParamInfo<Variant>& variant) {
  std::string name = variant.param.name;
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Backend, testing::ValuesIn(variants()), name_of);

TEST(Reference, GradientsEqualFiniteDifferences) {
  const NetworkShape plain = shape(3, 11, {{4, 3}, {5, 5}}, {6}, 3);
  for (const NetworkShape& network_shape :
       {plain, with_features(plain, true, 0), with_features(plain, false, 0.4), with_features(plain)}) {
    SCOPED_TRACE(std::string(network_shape.batch_norm ? "normalised" : "") +
                 (network_shape.dropout > 0 ? "dropped" : ""));
    const int pictures = 3;
    const ImageSet images = noise_pictures(network_shape, pictures, 20);
    BatchOf batch(images, 0, pictures);
    place_and_weigh(batch, network_shape);
    const std::vector<float> start = random_parameters(network_shape, 21);
    std::vector<double> parameters(start.begin(), start.end());
    const std::vector<double> inputs = normalised_pictures<double>(network_shape, batch);
    ReferenceMode mode{.class_weights = batch.class_weights, .noise = 5};
    const auto pass = reference_pass<double>(network_shape, parameters, inputs, batch.labels(), mode);
    mode.pooling = &pass.pooling;
    std::vector<double> differences;
    for (double& parameter : parameters) {
      const double kept = parameter, step = 1e-6;
      parameter = kept + step;
      const double above = reference_pass<double>(network_shape, parameters, inputs, batch.labels(), mode).loss;
      parameter = kept - step;
      const double below = reference_pass<double>(network_shape, parameters, inputs, batch.labels(), mode).loss;
      parameter = kept;
      differences.push_back((above - below) / (2 * step));
    }
    EXPECT_LT(relative_distance(differences.data(), pass.gradients.data(), differences.size()), 1e-7);
  }
}

TEST(Backends, AnUnknownNameIsAnErrorThatListsTheNames) {
  try {
    find_backend("nativ");
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "no training backend called 'nativ'; there are: native reference");
  }
}

}  // namespace
}  // namespace crescendo
