#pragma once

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

// What the suites over the training backends share: every backend, and for the native one every instruction set that
// this machine has.

namespace crescendo {

using Make = std::function<std::unique_ptr<Network>(const NetworkShape&, const NetworkLimits&, Arena&)>;

struct Variant {
  std::string name;
  bool runs_here;
  Make make;
};

inline void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

inline std::vector<Variant> variants() {
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

inline NetworkShape shape(int channels, int side, std::vector<ConvLayer> conv, std::vector<int> dense, int classes) {
  return {channels, side, std::move(conv), std::move(dense), classes};
}

/// The same with everything that a network may have besides.
inline NetworkShape with_features(NetworkShape shape, bool batch_norm = true, double dropout = 0.4) {
  shape.batch_norm = batch_norm;
  shape.dropout = dropout;
  return shape;
}

/// The same with its last maps averaged.
inline NetworkShape with_averages(NetworkShape shape, int dense_side) {
  shape.dense_side = dense_side;
  return shape;
}

/// Filters of every size in first and in later stages, counts that no vector width divides, odd sides, odd batches.
inline std::vector<Case> cases() {
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
      {with_averages(shape(1, 28, {{23, 3}, {50, 3}}, {50}, 10), 2), 13, false},  // 7 -> 2: windows overlap
      {with_averages(shape(3, 41, {{9, 5}}, {}, 4), 6), 3, false},                // 20 -> 6
      {with_averages(shape(1, 16, {{20, 3}}, {9, 12}, 3), 4), 21, false},         // 8 -> 4
      {with_averages(with_features(shape(3, 20, {{6, 1}, {17, 3}}, {30}, 6)), 3), 9, false},
      {with_averages(shape(1, 24, {{40, 3}, {5, 7}}, {}, 3), 1), 40, false},
  };
}

/// Start weights with biases that are not zero.
inline std::vector<float> random_parameters(const NetworkShape& shape, std::uint64_t seed) {
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
inline std::vector<Tensor> tensors(const NetworkShape& shape) {
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
  int side = pooled_side(shape, shape.conv.size() - 1);
  if (shape.dense_side > 0) side = std::min(side, shape.dense_side);
  inputs *= side * side;
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
inline double relative_distance(const A* a, const B* b, std::size_t count) {
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

class Backend : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    if (!GetParam().runs_here) GTEST_SKIP() << "this processor lacks the instructions of " << GetParam().name;
  }
  std::unique_ptr<Network> make(const NetworkShape& shape, int max_batch, std::size_t memory_bytes = 0,
                                Optimiser optimiser = Optimiser::kSgd, bool clips = false) {
    return GetParam().make(shape, {max_batch, memory_bytes, optimiser, clips}, arena_);
  }
  /// The least memory that a batch of `max_batch` can be trained in, one picture at a time.
  std::size_t least_memory(const NetworkShape& shape, int max_batch, Optimiser optimiser = Optimiser::kSgd,
                           bool clips = false) {
    try {
      make(shape, max_batch, 1, optimiser, clips);
    } catch (const OutOfMemory& e) {
      return e.needed_bytes;
    }
    ADD_FAILURE() << "a limit of one byte was kept";
    return 0;
  }
  Arena arena_;
};

/// Mirrored, moved far and near, and out of the picture; classes that count differently.
inline void place_and_weigh(BatchOf& batch, const NetworkShape& shape) {
  const int side = shape.side_px;
  const PicturePlacement places[] = {
      {true, 1, -2}, {false, -3, 0}, {true, 0, 0}, {false, side, 1}, {true, 2 - side, 3}};
  for (std::size_t n = 0; n < batch.labels().size(); ++n) batch.placements.push_back(places[n % 5]);
  for (int c = 0; c < shape.classes; ++c) batch.class_weights.push_back(0.5f + 0.4f * static_cast<float>(c));
}

}  // namespace crescendo
