// The fastest time of each kernel call of one training step, layer by layer: where a step's time goes.
//
//   kernels [--networks s32,m32,..] [--isa avx512|avx2|portable] [--rounds N]

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "bench/networks.h"
#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "train/arena.h"
#include "train/kernels/dispatch.h"
#include "train/kernels/ops.h"
#include "train/native_layers.h"

namespace crescendo {
namespace {

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The fastest of `rounds` calls, in microseconds.
template <class Call>
double fastest(int rounds, Call call) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const double start = now_seconds();
    call();
    best = std::min(best, now_seconds() - start);
  }
  return best * 1e6;
}

class Profile {
 public:
  Profile(const Subject& subject, const KernelSet& kernels, int rounds)
      : subject_(subject),
        ops_(kernels.ops()),
        rounds_(rounds),
        layers_(make_layers(subject.shape, {subject.batch, 0}, ops_, shipped_kernel_table(kernels.name), arena_)) {
    const std::vector<float> weights = rivals_weights(subject.shape);
    std::size_t next = 0;
    visit_parameters(subject.shape, layers_, ops_.lanes,
                     [&](const ParameterPlace& place) { *place.value = weights[next++]; });
    // x_gradient holds one group of pictures, so that is how many a call takes.
    groups_ = static_cast<double>(subject.batch) / layers_.group;
    for (StageLayer& layer : layers_.stages) layer.geometry.pictures = layers_.group;
    pitch_ = (subject.batch + ops_.lanes - 1) / ops_.lanes * ops_.lanes;
    for (DenseLayer& layer : layers_.dense) {
      layer.geometry.batch = subject.batch;
      layer.geometry.batch_pitch = pitch_;
    }
  }

  void run() {
    load();
    forward();
    backward();
    std::printf("%-6s %-24s %9.1f us, %.0f images/s\n", std::string(subject_.name).c_str(), "whole", total_,
                subject_.batch / total_ * 1e6);
  }

 private:
  /// `flops` for one picture, if nothing is skipped; `calls` of them make a step.
  template <class Call>
  void part(const std::string& name, double flops, Call call, double calls = 1) {
    const double us = fastest(rounds_, call) * calls;
    total_ += us;
    std::printf("%-6s %-24s %9.1f us", std::string(subject_.name).c_str(), name.c_str(), us);
    if (flops > 0) std::printf("  %7.1f GFLOP/s nominal", flops * subject_.batch / us / 1e3);
    std::printf("\n");
  }

  void load() {
    Rng rng(1);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(subject_.shape.side_px) * subject_.shape.side_px *
                                     subject_.shape.channels);
    const float mean[3] = {}, scale[3] = {1.0f / 255, 1.0f / 255, 1.0f / 255};
    const Stage& first = layers_.stages[0].geometry;
    for (int n = 0; n < subject_.batch; ++n) {
      for (std::uint8_t& value : pixels) value = static_cast<std::uint8_t>(rng.next() >> 56);
      ops_.load_picture(first, pixels.data(), mean, scale, PicturePlacement{}, n, layers_.stages[0].x);
    }
    part("load pictures", 0, [&] {
      for (int n = 0; n < subject_.batch; ++n) {
        ops_.load_picture(first, pixels.data(), mean, scale, PicturePlacement{}, n, layers_.stages[0].x);
      }
    });
  }

  double flops(const Stage& s) const { return 2.0 * s.size * s.size * s.channels * s.filters * s.side * s.side; }
  double flops(const Dense& d) const { return 2.0 * d.inputs * d.outputs; }

  void forward() {
    for (std::size_t i = 0; i < layers_.stages.size(); ++i) {
      const StageLayer& layer = layers_.stages[i];
      float* const out = i + 1 < layers_.stages.size() ? layers_.stages[i + 1].x : layers_.pooled;
      part("conv " + std::to_string(i + 1) + " prepare", 0,
           [&] { ops_.stage_prepare(layer.geometry, layer.weights, layer.prepared); });
      part(
          "conv " + std::to_string(i + 1) + " forward", flops(layer.geometry),
          [&] {
            ops_.stage_forward(layer.geometry, layer.x, layer.prepared, layer.biases, out, layer.choices,
                               layers_.scratch);
          },
          groups_);
    }
    part("transpose", 0,
         [&] { ops_.transpose(subject_.batch, layers_.flat, layers_.pooled, layers_.flat, layers_.flat_x, pitch_); });
    for (std::size_t i = 0; i < layers_.dense.size(); ++i) {
      const DenseLayer& layer = layers_.dense[i];
      part("dense " + std::to_string(i + 1) + " forward", flops(layer.geometry),
           [&] { ops_.dense_forward(layer.geometry, layer.x, layer.weights, layer.biases, layer.y); });
    }
  }

  void backward() {
    Rng rng(2);
    const DenseLayer& linear = layers_.dense.back();
    for (int o = 0; o < linear.geometry.outputs; ++o) {
      for (int n = 0; n < subject_.batch; ++n) {
        linear.y_gradient[o * pitch_ + n] = static_cast<float>(rng.normal() / subject_.batch);
      }
    }
    for (std::size_t i = layers_.dense.size(); i-- > 0;) {
      const DenseLayer& layer = layers_.dense[i];
      const DenseBackward b{.x = layer.x,
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
                            .add = false,
                            .update = true};
      part("dense " + std::to_string(i + 1) + " backward", 2 * flops(layer.geometry),
           [&] { ops_.dense_backward(layer.geometry, b, Update{}, layers_.scratch); });
    }
    part("transpose", 0, [&] {
      ops_.transpose(layers_.flat, subject_.batch, layers_.dense[0].x_gradient, pitch_, layers_.pooled_gradient,
                     layers_.flat);
    });
    for (std::size_t i = layers_.stages.size(); i-- > 0;) {
      const StageLayer& layer = layers_.stages[i];
      const bool last = i + 1 == layers_.stages.size();
      StageBackward b{.x = layer.x,
                      .weights = layer.weights,
                      .out_gradient = last ? layers_.pooled_gradient : layers_.stages[i + 1].x_gradient,
                      .choices = layer.choices,
                      .weight_gradient = layer.gradient,
                      .bias_gradient = layer.bias_gradient,
                      .x_gradient = nullptr,
                      .add = false};
      const std::string name = "conv " + std::to_string(i + 1);
      std::printf("%-6s %-24s %9.2f of the windows live\n", std::string(subject_.name).c_str(), name.c_str(),
                  live_share(layer));
      part(
          name + " weight gradient", flops(layer.geometry),
          [&] { ops_.stage_weight_gradient(layer.geometry, b, layers_.scratch); }, groups_);
      if (layer.x_gradient) {
        b.x_gradient = layer.x_gradient;
        part(
            name + " data gradient", flops(layer.geometry),
            [&] { ops_.stage_data_gradient(layer.geometry, b, layers_.scratch); }, groups_);
      }
    }
  }

  double live_share(const StageLayer& layer) const {
    const Stage& s = layer.geometry;
    const std::size_t count = static_cast<std::size_t>(layers_.group) * s.out_blocks * ops_.lanes * s.pooled * s.pooled;
    const auto dead = static_cast<double>(std::count(layer.choices, layer.choices + count, 255));
    const double padded = static_cast<double>(s.filters) / (s.out_blocks * ops_.lanes);
    return 1 - (dead / static_cast<double>(count) - (1 - padded)) / padded;
  }

  const Subject& subject_;
  const Ops& ops_;
  int rounds_;
  Arena arena_;
  NativeLayers layers_;
  int pitch_ = 0;
  double groups_ = 1;  // of pictures, that a batch goes through the stages in
  double total_ = 0;
};

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  using namespace crescendo;
  try {
    std::string isa, networks;
    int rounds = 100;
    for (int i = 1; i + 1 < count; i += 2) {
      const std::string flag = arguments[i];
      if (flag == "--isa") {
        isa = arguments[i + 1];
      } else if (flag == "--networks") {
        networks = arguments[i + 1];
      } else if (flag == "--rounds") {
        rounds = std::stoi(arguments[i + 1]);
      } else {
        bad_input("no option called '" + flag + "'; there are: --networks --isa --rounds");
      }
    }
    const KernelSet& kernels = choose_kernels(isa);
    for (const Subject& subject : subjects()) {
      if (!networks.empty() && ("," + networks + ",").find("," + std::string(subject.name) + ",") == std::string::npos)
        continue;
      Profile(subject, kernels, rounds).run();
    }
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "kernels: %s\n", e.what());
    return 2;
  }
}
