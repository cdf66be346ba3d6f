#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <vector>

#include "crescendo/rng.h"
#include "train/arena.h"
#include "train/kernel_table.h"
#include "train/kernels/dispatch.h"
#include "train/kernels/ops.h"
#include "train/native_layers.h"

namespace crescendo {
namespace {

using Steady = std::chrono::steady_clock;

constexpr double kWorthwhile = 0.95;   // of the shipped method's time
constexpr int kRounds = 5;             // the fastest of them counts
constexpr int kPictures = 8;           // of a group, as in training
constexpr double kFlopsOfACall = 2e7;  // enough for the clock, little enough for 60 kinds in about a second

/// A network whose second stage is of this kind; the first one only makes its input.
NetworkShape shape_of(const StageKind& kind) {
  return {.channels = 1,
          .side_px = 4 * side_of_class(kind.side),
          .conv = {{kind.is_wide ? 48 : 16, 1}, {48, kind.size}},
          .dense = {},
          .classes = 2};
}

/// Seconds of one forward call of the second stage with this table; measured once only if that is far above `to_beat`.
double seconds_of(const NetworkShape& shape, const KernelTable& table, const Ops& ops, double to_beat, Arena& arena) {
  NativeLayers layers = make_layers(shape, {.max_batch = kPictures}, ops, table, arena);
  StageLayer& layer = layers.stages[1];
  layer.geometry.pictures = kPictures;
  Rng rng(1);
  for (std::size_t i = 0; i < layer.weight_count; ++i) layer.weights[i] = static_cast<float>(rng.normal() * 0.05);
  for (std::size_t i = 0; i < kPictures * layer.x_step; ++i) layer.x[i] = static_cast<float>(rng.uniform());
  ops.stage_prepare(layer.geometry, layer.weights, layer.prepared);
  const Stage& s = layer.geometry;
  const double flops = 2.0 * kPictures * s.size * s.size * s.channels * s.filters * s.side * s.side;
  const int calls = static_cast<int>(std::ceil(kFlopsOfACall / flops));
  double best = 1e9;
  for (int round = 0; round < kRounds && (round == 0 || best < 1.5 * to_beat); ++round) {
    const Steady::time_point start = Steady::now();
    for (int call = 0; call < calls; ++call) {
      ops.stage_forward(s, layer.x, layer.prepared, layer.biases, layers.pooled, layer.choices, layers.scratch);
    }
    best = std::min(best, std::chrono::duration<double>(Steady::now() - start).count() / calls);
  }
  return best;
}

constexpr ForwardMethod kMethods[] = {ForwardMethod::kDirect, ForwardMethod::kWinograd2, ForwardMethod::kWinograd4};

}  // namespace

KernelTable faster_kernel_table(KernelTable table, const KernelClock& clock, const std::function<void(double)>& tick) {
  const std::vector<StageKind> kinds = stage_kinds();
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const StageKind& kind = kinds[i];
    const ForwardMethod before = table.at(kind);
    double to_beat = kWorthwhile * clock(kind, before, std::numeric_limits<double>::infinity());
    for (const ForwardMethod method : kMethods) {
      if (method == before || !has_method(kind.size, method)) continue;
      const double seconds = clock(kind, method, to_beat);
      if (seconds >= to_beat) continue;
      to_beat = seconds;
      table.set(kind, method);
    }
    if (tick) tick(static_cast<double>(i + 1) / static_cast<double>(kinds.size()));
  }
  return table;
}

KernelTable timed_kernel_table(const KernelSet& kernels, const std::function<void(double)>& tick) {
  Arena arena;
  const KernelTable shipped = shipped_kernel_table(kernels.name);
  const KernelClock clock = [&](const StageKind& kind, ForwardMethod method, double to_beat) {
    KernelTable table = shipped;
    table.set(kind, method);
    return seconds_of(shape_of(kind), table, kernels.ops(), to_beat, arena);
  };
  return faster_kernel_table(shipped, clock, tick);
}

}  // namespace crescendo
