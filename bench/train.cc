// Full training steps per second of one thread: gather, forward, backward and update on noise.
//
//   train [--seconds S] [--networks s32,m32,..] [--isa avx512|avx2|portable] [--json]

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "bench/networks.h"
#include "crescendo/error.h"
#include "crescendo/images.h"
#include "crescendo/rng.h"
#include "train/arena.h"
#include "train/kernels/dispatch.h"
#include "train/kernels/ops.h"
#include "train/native.h"

namespace crescendo {
namespace {

/// Floating point operations that a step needs for one picture if nothing is skipped: forward, weight gradient and data
/// gradient, which the first layer does not need. Our kernels skip most of it, so a fraction of peak may pass 1.
double nominal_flops(const NetworkShape& shape) {
  double forward = 0, first = 0;
  double inputs = shape.channels;
  double side = shape.side_px;
  for (const ConvLayer& layer : shape.conv) {
    const double flops = 2.0 * layer.size * layer.size * inputs * layer.filters * side * side;
    forward += flops;
    if (first == 0) first = flops;
    inputs = layer.filters;
    side = std::floor(side / 2);
  }
  inputs *= side * side;
  for (const int units : shape.dense) {
    forward += 2 * inputs * units;
    inputs = units;
  }
  return 3 * (forward + 2 * inputs * shape.classes) - first;
}

struct Choice {
  double seconds = 2;
  std::vector<std::string> networks;
  std::string isa;
  bool json = false;
};

Choice parse(int count, char** arguments) {
  Choice choice;
  for (int i = 1; i < count; ++i) {
    const std::string_view flag = arguments[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= count) bad_input(std::string(flag) + " needs a value");
      return arguments[++i];
    };
    if (flag == "--json") {
      choice.json = true;
    } else if (flag == "--isa") {
      choice.isa = value();
    } else if (flag == "--seconds") {
      choice.seconds = std::stod(value());
    } else if (flag == "--networks") {
      const std::string list = value() + ",";
      for (std::size_t from = 0, to; (to = list.find(',', from)) != std::string::npos; from = to + 1) {
        choice.networks.push_back(list.substr(from, to - from));
      }
    } else {
      bad_input("no option called '" + std::string(flag) + "'; there are: --seconds --networks --isa --json");
    }
  }
  return choice;
}

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Calls `work`, which returns how much it did, for windows of 0.2 s; amounts per second of each window, sorted.
template <class Work>
std::vector<double> rates(double seconds, Work work) {
  const double begin = now_seconds();
  std::vector<double> windows;
  while (windows.empty() || now_seconds() - begin < seconds) {
    const double start = now_seconds();
    double done = 0;
    double elapsed = 0;
    while (elapsed < 0.2) {
      done += work();
      elapsed = now_seconds() - start;
    }
    windows.push_back(done / elapsed);
  }
  std::sort(windows.begin(), windows.end());
  return windows;
}

/// Pictures drawn in shuffled epochs, as the trainer does.
class Stream {
 public:
  explicit Stream(const NetworkShape& shape) : rng_(1), order_(kPictures) {
    images_.side_px = shape.side_px;
    images_.channels = shape.channels;
    images_.pixels.resize(kPictures * images_.picture_bytes());
    for (std::uint8_t& value : images_.pixels) value = static_cast<std::uint8_t>(rng_.next() >> 56);
    for (int n = 0; n < kPictures; ++n) images_.labels.push_back(static_cast<int>(rng_.below(shape.classes)));
    images_.normalisation.scale.fill(1.0f / 255);
    std::iota(order_.begin(), order_.end(), 0);
  }

  Batch next(int count) {
    if (next_ + count > kPictures) next_ = 0;
    if (next_ == 0) rng_.shuffle<int>(order_);
    pictures_.clear();
    labels_.clear();
    for (int i = 0; i < count; ++i, ++next_) {
      pictures_.push_back(images_.picture(order_[next_]));
      labels_.push_back(images_.labels[order_[next_]]);
    }
    return {pictures_, labels_, images_.normalisation};
  }

 private:
  static constexpr int kPictures = 1024;
  Rng rng_;
  ImageSet images_;
  std::vector<int> order_;
  int next_ = 0;
  std::vector<const std::uint8_t*> pictures_;
  std::vector<int> labels_;
};

std::vector<double> time_subject(const Subject& subject, double seconds, const KernelSet& kernels, Arena& arena) {
  const auto network = make_native(subject.shape, {subject.batch, 0}, arena, kernels);
  network->set_parameters(rivals_weights(subject.shape));
  Stream stream(subject.shape);
  const auto step = [&] {
    const double loss = network->step(stream.next(subject.batch), {.learning_rate = 0.001f, .momentum = 0.9f});
    check(std::isfinite(loss), "a timed network does not diverge");
    return static_cast<double>(subject.batch);
  };
  rates(0.4, step);  // warms caches, pages and the clock
  return rates(seconds, step);
}

double peak_gflops(const KernelSet& kernels) {
  alignas(64) float sink[2] = {0.999f, 1e-3f};
  return rates(0.6, [&] { return kernels.ops().fma_chain(1'000'000, sink); }).back() / 1e9;
}

void run(const Choice& choice) {
  const KernelSet& kernels = choose_kernels(choice.isa);
  for (const std::string& name : choice.networks) {
    const auto all = subjects();
    const bool known = std::any_of(all.begin(), all.end(), [&](const Subject& s) { return s.name == name; });
    if (!known) bad_input("no network called '" + name + "'; there are: s32 m32 s64 l64 m128 l128 fc64 odd64");
  }
  const double peak = peak_gflops(kernels);
  nlohmann::ordered_json report = {{"isa", kernels.name}, {"peak_gflops", peak}, {"networks", nlohmann::json::array()}};
  if (!choice.json) std::printf("%s, peak of one core %.1f GFLOP/s\n", std::string(kernels.name).c_str(), peak);
  Arena arena;
  for (const Subject& subject : subjects()) {
    const auto& wanted = choice.networks;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), subject.name) == wanted.end()) continue;
    const std::vector<double> windows = time_subject(subject, choice.seconds, kernels, arena);
    const double median = windows[windows.size() / 2];
    const double fraction = windows.back() * nominal_flops(subject.shape) / 1e9 / peak;
    report["networks"].push_back(
        {{"name", subject.name}, {"ours", median}, {"best", windows.back()}, {"fraction_of_peak", fraction}});
    if (!choice.json) {
      std::printf("%-6s median %9.1f images/s, best %9.1f, %4.0f %% of peak\n", std::string(subject.name).c_str(),
                  median, windows.back(), 100 * fraction);
      std::fflush(stdout);
    }
  }
  if (choice.json) std::printf("%s\n", report.dump().c_str());
}

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  try {
    crescendo::run(crescendo::parse(count, arguments));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "train: %s\n", e.what());
    return 1;
  }
}
