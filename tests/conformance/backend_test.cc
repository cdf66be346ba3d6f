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

/// Sizes of the tensors in the plain order: weights, biases, weights, ..
std::vector<std::size_t> tensor_sizes(const NetworkShape& shape) {
  std::vector<std::size_t> sizes;
  std::size_t inputs = shape.channels;
  for (const ConvLayer& layer : shape.conv) {
    sizes.insert(sizes.end(),
                 {layer.filters * inputs * layer.size * layer.size, static_cast<std::size_t>(layer.filters)});
    inputs = layer.filters;
  }
  inputs *= pooled_side(shape, shape.conv.size() - 1) * pooled_side(shape, shape.conv.size() - 1);
  std::vector<int> widths = shape.dense;
  widths.push_back(shape.classes);
  for (const int width : widths) {
    sizes.insert(sizes.end(), {width * inputs, static_cast<std::size_t>(width)});
    inputs = width;
  }
  return sizes;
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
  for (const std::size_t size : tensor_sizes(shape)) {
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
  std::unique_ptr<Network> make(const NetworkShape& shape, int max_batch, std::size_t memory_bytes = 0) {
    return GetParam().make(shape, {max_batch, memory_bytes}, arena_);
  }
  /// The least memory that a batch of `max_batch` can be trained in, one picture at a time.
  std::size_t least_memory(const NetworkShape& shape, int max_batch) {
    try {
      make(shape, max_batch, 1);
    } catch (const OutOfMemory& e) {
      return e.needed_bytes;
    }
    ADD_FAILURE() << "a limit of one byte was kept";
    return 0;
  }
  Arena arena_;
};

TEST_P(Backend, AgreesWithTheReferenceLayerByLayerAtItsOwnPoolingChoices) {
  for (const auto& [shape, pictures, slow] : cases()) {
    if (slow && kSanitized) continue;
    SCOPED_TRACE("side " + std::to_string(shape.side_px) + ", channels " + std::to_string(shape.channels));
    const ImageSet images = noise_pictures(shape, pictures, 1);
    const BatchOf batch(images, 0, pictures);
    const std::vector<float> parameters = random_parameters(shape, 2);
    const auto network = make(shape, pictures);
    network->set_parameters(parameters);
    const Gradients found = network->gradients(batch);

    const std::vector<double> plain(parameters.begin(), parameters.end());
    const std::vector<double> inputs = normalised_pictures<double>(shape, batch);
    const auto wanted = reference_pass<double>(shape, plain, inputs, batch.labels(), &found.pooling);

    EXPECT_NEAR(found.loss, wanted.loss, 1e-5 * wanted.loss);
    expect_tensors_near(shape, found.parameters, wanted.gradients, 1e-4);
    for (std::size_t i = 0; i < shape.conv.size(); ++i) {
      EXPECT_LT(worst_choice(shape, i, wanted.maps[i], found.pooling[i]), 1e-4) << "convolution " << i;
    }
    std::vector<float> logits(wanted.logits.size());
    network->forward(batch, logits.data());
    EXPECT_LT(relative_distance(logits.data(), wanted.logits.data(), logits.size()), 1e-4);
  }
}

TEST_P(Backend, StepsWithMomentumAndDecayEqualTheReferences) {
  const NetworkShape network_shape = shape(3, 22, {{9, 3}, {20, 3}}, {11}, 4);
  const ImageSet images = noise_pictures(network_shape, 7, 3);
  const BatchOf batch(images, 0, 7);
  const Update update{.learning_rate = 0.02f, .momentum = 0.9f, .l1 = 1e-3f, .l2 = 1e-2f};
  const auto network = make(network_shape, 7);
  std::vector<float> start = random_parameters(network_shape, 4);
  start[5] = 0;  // sign(0) is 0
  network->set_parameters(start);
  std::vector<double> weights(start.begin(), start.end()), momenta(start.size());
  const std::vector<double> inputs = normalised_pictures<double>(network_shape, batch);
  for (int step = 0; step < 5; ++step) {
    const auto pooling = network->gradients(batch).pooling;
    const auto pass = reference_pass<double>(network_shape, weights, inputs, batch.labels(), &pooling);
    EXPECT_NEAR(network->step(batch, update), pass.loss, 1e-4 * pass.loss);
    std::size_t at = 0;
    bool biases = false;
    for (const std::size_t size : tensor_sizes(network_shape)) {
      for (const std::size_t end = at + size; at < end; ++at) {
        const double decay = update.l2 * weights[at] + update.l1 * sign(weights[at]);
        momenta[at] = update.momentum * momenta[at] + pass.gradients[at] + (biases ? 0 : decay);
        weights[at] -= update.learning_rate * momenta[at];
      }
      biases = !biases;
    }
  }
  expect_tensors_near(network_shape, parameters_of(*network), weights, 1e-4);
}

TEST_P(Backend, MicroBatchesTakeTheStepOfTheWholeBatch) {
  const NetworkShape network_shape = shape(1, 20, {{12, 3}, {23, 3}}, {30}, 5);
  const int pictures = 13;
  const ImageSet images = noise_pictures(network_shape, pictures, 5);
  const BatchOf batch(images, 0, pictures);
  const std::vector<float> start = random_parameters(network_shape, 6);
  const Update update{.learning_rate = 0.05f, .momentum = 0.9f, .l1 = 1e-4f, .l2 = 1e-3f};
  const auto after_two_steps = [&](std::size_t memory_bytes) {
    const auto network = make(network_shape, pictures, memory_bytes);
    network->set_parameters(start);
    network->step(batch, update);
    network->step(batch, update);
    return parameters_of(*network);
  };
  const std::vector<float> whole = after_two_steps(0);
  const std::size_t least = least_memory(network_shape, pictures);
  for (const std::size_t memory : {least, least + least / 3}) {
    expect_tensors_near(network_shape, after_two_steps(memory), whole, 1e-5);
    EXPECT_EQ(after_two_steps(memory), after_two_steps(memory));
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
  const NetworkShape network_shape = shape(3, 12, {{9, 3}}, {11}, 4);
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
  const NetworkShape network_shape = shape(1, 12, {{5, 3}, {6, 3}}, {7}, 3);
  const ImageSet images = noise_pictures(network_shape, 4, 18);
  const auto network = make(network_shape, 4);
  std::vector<float> parameters = random_parameters(network_shape, 19);
  parameters[0] = std::numeric_limits<float>::infinity();
  network->set_parameters(parameters);
  EXPECT_FALSE(std::isfinite(network->step(BatchOf(images, 0, 4), {.learning_rate = 0.1f})));
}

TEST_P(Backend, SaysHowMuchMemoryOnePictureNeeds) {
  const NetworkShape network_shape = shape(1, 28, {{16, 3}, {20, 3}}, {64}, 10);
  const std::size_t least = least_memory(network_shape, 8);
  EXPECT_GT(least, 3 * parameter_count(network_shape) * sizeof(float));  // weights, momenta, the trainer's copy
  EXPECT_NO_THROW(make(network_shape, 8, least));
  EXPECT_THROW(make(network_shape, 8, least - 1), OutOfMemory);
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
  const NetworkShape network_shape = shape(3, 11, {{4, 3}, {5, 5}}, {6}, 3);
  const int pictures = 3;
  const ImageSet images = noise_pictures(network_shape, pictures, 20);
  const BatchOf batch(images, 0, pictures);
  const std::vector<float> start = random_parameters(network_shape, 21);
  std::vector<double> parameters(start.begin(), start.end());
  const std::vector<double> inputs = normalised_pictures<double>(network_shape, batch);
  const auto pass = reference_pass<double>(network_shape, parameters, inputs, batch.labels());
  std::vector<double> differences;
  for (double& parameter : parameters) {
    const double kept = parameter, step = 1e-6;
    parameter = kept + step;
    const double above = reference_pass<double>(network_shape, parameters, inputs, batch.labels(), &pass.pooling).loss;
    parameter = kept - step;
    const double below = reference_pass<double>(network_shape, parameters, inputs, batch.labels(), &pass.pooling).loss;
    parameter = kept;
    differences.push_back((above - below) / (2 * step));
  }
  EXPECT_LT(relative_distance(differences.data(), pass.gradients.data(), differences.size()), 1e-7);
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
