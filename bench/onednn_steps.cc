// oneDNN without a framework as a contestant of bench/train (bench/contestant.h): a full step of fp32, or with --bf16
// convolutions and dense layers in bf16 over fp32 master weights, but for the first layer, which stays fp32.
//
// As its documents advise: layouts are the library's choice and carried from layer to layer, everything is allocated
// once, the first layer has no data gradient, ReLU is fused into the forward primitives and its backward is done at the
// pooled size, and of the direct convolution and the library's own choice (Winograd) the faster is kept, layer by
// layer.

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <dnnl.hpp>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/contestant.h"
#include "crescendo/error.h"
#include "crescendo/rng.h"

namespace crescendo {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;
using Arguments = std::unordered_map<int, memory>;
using Actions = std::vector<std::function<void()>>;
using Type = memory::data_type;
using Tag = memory::format_tag;

constexpr float kLearningRate = 0.001f, kMomentum = 0.9f;

memory::desc any(const memory::dims& dims, Type type) { return {dims, type, Tag::any}; }

/// The reference implementations are hundreds of times slower; a comparison with them would be unfair.
template <class Description>
bool is_reference(const Description& pd) {
  return std::strncmp(pd.impl_info_str(), "ref", 3) == 0;
}

dnnl::primitive_attr fused_relu() {
  dnnl::post_ops ops;
  ops.append_eltwise(1.0f, algorithm::eltwise_relu, 0, 0);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(ops);
  return attributes;
}

#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
void update(float* __restrict weights, float* __restrict momenta, const float* __restrict gradient, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    momenta[i] = kMomentum * momenta[i] + gradient[i];
    weights[i] -= kLearningRate * momenta[i];
  }
}

class Steps : public TimedWork {
 public:
  Steps(const Ask& ask, Noise& noise, bool bf16) : ask_(ask), noise_(noise), inner_(bf16 ? Type::bf16 : Type::f32) {
    const NetworkShape& shape = ask.shape;
    input_ = memory({{ask.batch, shape.channels, shape.side_px, shape.side_px}, Type::f32, Tag::nchw}, engine_);
    memory x = input_;
    for (std::size_t i = 0; i < shape.conv.size(); ++i) x = add_stage(x, shape.conv[i], i == 0);
    for (const int units : shape.dense) x = add_dense(x, units, true);
    logits_ = add_dense(x, shape.classes, false);
    // Each layer added its backward pass behind those of the layers before it, and it runs the other way round.
    std::reverse(backward_.begin(), backward_.end());
    for (const auto& action : after_update_) action();
  }

  double run() override {
    gather(noise_.next(ask_.batch));
    for (const auto& action : forward_) action();
    softmax();
    for (const auto& layer : backward_) {
      for (const auto& action : layer) action();
    }
    for (const auto& action : after_update_) action();
    return ask_.batch;
  }

  double result() override { return loss_; }

 private:
  /// Of what a convolution takes and gives.
  struct Layouts {
    memory::desc x, y;
  };

  /// Weights of a layer as the update sees them, in fp32 and in the layout of their gradient.
  struct Parameters {
    memory values, momenta, gradient;
  };

  template <class Primitive, class Description>
  void add(Actions& list, const Description& pd, Arguments arguments) {
    list.push_back(
        [this, primitive = Primitive(pd), arguments = std::move(arguments)] { primitive.execute(stream_, arguments); });
  }

  /// Copies between layouts and types.
  std::function<void()> copying(const memory& from, const memory& to) {
    return [this, arguments = Arguments{{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}, reorder = dnnl::reorder(from, to)] {
      reorder.execute(stream_, arguments);
    };
  }

  /// `from` in another layout or type: itself, or a memory that `list` fills.
  memory as(const memory::desc& wanted, const memory& from, Actions& list) {
    if (from.get_desc() == wanted) return from;
    const memory to(wanted, engine_);
    list.push_back(copying(from, to));
    return to;
  }

  memory zeros(const memory::desc& desc) {
    memory result(desc, engine_);
    std::memset(result.get_data_handle(), 0, desc.get_size());
    return result;
  }

  memory pytorchs_start(const memory::desc& desc, std::size_t count, double inputs) {
    const auto dims = desc.dims();
    const memory::desc plain(dims, Type::f32, dims.size() == 1 ? Tag::a : dims.size() == 2 ? Tag::ab : Tag::abcd);
    memory values(plain, engine_);
    auto* const to = static_cast<float*>(values.get_data_handle());
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<float>((2 * rng_.uniform() - 1) / std::sqrt(inputs));
    memory result = zeros(desc);
    dnnl::reorder(values, result).execute(stream_, values, result);
    return result;
  }

  Parameters make_parameters(const memory::desc& desc, double inputs) {
    std::size_t count = 1;
    for (const auto extent : desc.dims()) count *= static_cast<std::size_t>(extent);
    return {pytorchs_start(desc, count, inputs), zeros(desc), zeros(desc)};
  }

  void add_update(Actions& list, const Parameters& parameters) {
    list.push_back([parameters] {
      update(static_cast<float*>(parameters.values.get_data_handle()),
             static_cast<float*>(parameters.momenta.get_data_handle()),
             static_cast<const float*>(parameters.gradient.get_data_handle()),
             parameters.gradient.get_desc().get_size() / sizeof(float));
    });
  }

  /// ReLU's backward pass in place, from its output.
  void add_relu_backward(Actions& list, const memory& output, const memory& gradient) {
    const auto desc = output.get_desc();
    constexpr auto relu = algorithm::eltwise_relu_use_dst_for_bwd;
    const dnnl::eltwise_forward::primitive_desc hint({prop_kind::forward_training, relu, desc, 0}, engine_);
    const dnnl::eltwise_backward::primitive_desc pd({relu, desc, desc, 0}, engine_, hint);
    add<dnnl::eltwise_backward>(list, pd,
                                {{DNNL_ARG_DST, output}, {DNNL_ARG_DIFF_DST, gradient}, {DNNL_ARG_DIFF_SRC, gradient}});
  }

  /// Fastest of five runs on memory of its own.
  template <class Primitive, class Description>
  double seconds(const Description& pd, const std::vector<std::pair<int, memory::desc>>& descs) {
    Arguments arguments;
    for (const auto& [argument, desc] : descs) arguments.emplace(argument, zeros(desc));
    const Primitive primitive(pd);
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 5; ++i) {
      const auto start = std::chrono::steady_clock::now();
      primitive.execute(stream_, arguments);
      stream_.wait();
      best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
  }

  /// What it costs to have `from` in another layout.
  double seconds_to_copy(const memory::desc& from, const memory::desc& to) {
    if (from == to) return 0;
    return seconds<dnnl::reorder>(dnnl::reorder::primitive_desc(engine_, from, engine_, to),
                                  {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
  }

  /// Of the direct form and the library's choice, in each of the layouts, the one that is fastest here, with what it
  /// costs to bring `given` into the layout that it wants of DNNL_ARG_DIFF_DST, if that is there.
  template <class Primitive, class Make, class Describe>
  auto fastest(const std::vector<Layouts>& layouts, const memory::desc& given, const Make& make,
               const Describe& describe) {
    std::optional<decltype(make(algorithm::convolution_direct, layouts[0]))> best;
    double best_seconds = std::numeric_limits<double>::infinity();
    for (const Layouts& layout : layouts) {
      for (const algorithm form : {algorithm::convolution_direct, algorithm::convolution_auto}) {
        try {
          const auto pd = make(form, layout);
          if (is_reference(pd)) continue;
          const std::vector<std::pair<int, memory::desc>> descs = describe(pd);
          double time = seconds<Primitive>(pd, descs);
          for (const auto& [argument, desc] : descs) {
            if (argument == DNNL_ARG_DIFF_DST) time += seconds_to_copy(given, desc);
          }
          if (time >= best_seconds) continue;
          best_seconds = time;
          best = pd;
        } catch (const dnnl::error&) {  // not for this shape
        }
      }
    }
    check(best.has_value(), "oneDNN has a fast convolution for the shape");
    return *best;
  }

  /// The first description that can be made and is not the reference.
  template <class Make>
  auto first_fast(const std::vector<memory::desc>& wanted, const Make& make) {
    for (const memory::desc& desc : wanted) {
      try {
        auto pd = make(desc);
        if (!is_reference(pd)) return pd;
      } catch (const dnnl::error&) {  // not in this layout
      }
    }
    unavailable("oneDNN has only its reference implementation for a dense layer");
  }

  memory add_stage(const memory& x, const ConvLayer& layer, bool first);
  memory add_dense(const memory& x, int units, bool hidden);
  void gather(const Batch& batch);
  void softmax();

  const Ask& ask_;
  Noise& noise_;
  const Type inner_;  // of all layers but the first
  Rng rng_{1};
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  memory input_, logits_;
  memory gradient_;  // of what the layer that was added last gave out
  Actions forward_, after_update_;
  std::vector<Actions> backward_;
  std::vector<int> labels_;
  double loss_ = 0;
};

/// Convolution, ReLU and pooling; gives the pooled map.
memory Steps::add_stage(const memory& x, const ConvLayer& layer, bool first) {
  const Type type = first ? Type::f32 : inner_;
  const auto in = x.get_desc().dims();
  const memory::dims out = {in[0], layer.filters, in[2], in[3]};
  const memory::dims pooled = {in[0], layer.filters, in[2] / 2, in[3] / 2};
  const memory::dims one = {1, 1}, two = {2, 2}, none = {0, 0}, edge = {layer.size / 2, layer.size / 2};
  const std::vector<Layouts> chosen_by_library = {{any(in, type), any(out, type)}};
  const memory::dims weight_dims = {layer.filters, in[1], layer.size, layer.size};
  const auto w_any = any(weight_dims, type), w_gradient_any = any(weight_dims, Type::f32);
  const memory::desc b({layer.filters}, Type::f32, Tag::a);

  using Forward = dnnl::convolution_forward;
  const auto forward = fastest<Forward>(
      chosen_by_library, {},
      [&](algorithm form, const Layouts& l) {
        const Forward::desc desc(prop_kind::forward_training, form, l.x, w_any, b, l.y, one, edge, edge);
        return Forward::primitive_desc(desc, fused_relu(), engine_);
      },
      [&](const auto& pd) {
        return std::vector<std::pair<int, memory::desc>>{{DNNL_ARG_SRC, pd.src_desc()},
                                                         {DNNL_ARG_WEIGHTS, pd.weights_desc()},
                                                         {DNNL_ARG_BIAS, b},
                                                         {DNNL_ARG_DST, pd.dst_desc()}};
      });
  using BackwardWeights = dnnl::convolution_backward_weights;
  // Left to itself the library pads a single input channel to a whole vector on AVX2, at eight times the work.
  std::vector<Layouts> layouts = chosen_by_library;
  for (const Tag tag : {Tag::nchw, Tag::nhwc}) {
    if (first) layouts.push_back({{in, type, tag}, {out, type, tag}});
  }
  const auto backward_weights = fastest<BackwardWeights>(
      layouts, forward.dst_desc(),
      [&](algorithm form, const Layouts& l) {
        const BackwardWeights::desc desc(form, l.x, w_gradient_any, b, l.y, one, edge, edge);
        return BackwardWeights::primitive_desc(desc, engine_, forward);
      },
      [&](const auto& pd) {
        return std::vector<std::pair<int, memory::desc>>{{DNNL_ARG_SRC, pd.src_desc()},
                                                         {DNNL_ARG_DIFF_WEIGHTS, pd.diff_weights_desc()},
                                                         {DNNL_ARG_DIFF_BIAS, b},
                                                         {DNNL_ARG_DIFF_DST, pd.diff_dst_desc()}};
      });
  const dnnl::pooling_forward::primitive_desc pool({prop_kind::forward_training, algorithm::pooling_max,
                                                    forward.dst_desc(), any(pooled, type), two, two, none, none},
                                                   engine_);
  check(!is_reference(pool), "oneDNN has a fast pooling for the shape");
  const dnnl::pooling_backward::primitive_desc unpool(
      {algorithm::pooling_max, forward.dst_desc(), pool.dst_desc(), two, two, none, none}, engine_, pool);

  const double inputs = static_cast<double>(in[1]) * layer.size * layer.size;
  const Parameters weights = make_parameters(backward_weights.diff_weights_desc(), inputs);
  const Parameters biases = make_parameters(b, inputs);
  const memory y(forward.dst_desc(), engine_), y_gradient(forward.dst_desc(), engine_);
  const memory result(pool.dst_desc(), engine_), workspace(pool.workspace_desc(), engine_);
  add<Forward>(forward_, forward,
               {{DNNL_ARG_SRC, as(forward.src_desc(), x, forward_)},
                {DNNL_ARG_WEIGHTS, as(forward.weights_desc(), weights.values, after_update_)},
                {DNNL_ARG_BIAS, biases.values},
                {DNNL_ARG_DST, y}});
  add<dnnl::pooling_forward>(forward_, pool,
                             {{DNNL_ARG_SRC, y}, {DNNL_ARG_DST, result}, {DNNL_ARG_WORKSPACE, workspace}});

  Actions backward;
  const memory x_gradient_before = gradient_;  // where the layer before wants the gradient of what it gave out
  gradient_ = memory(pool.dst_desc(), engine_);
  add_relu_backward(backward, result, gradient_);
  add<dnnl::pooling_backward>(
      backward, unpool,
      {{DNNL_ARG_DIFF_DST, gradient_}, {DNNL_ARG_DIFF_SRC, y_gradient}, {DNNL_ARG_WORKSPACE, workspace}});
  add<BackwardWeights>(backward, backward_weights,
                       {{DNNL_ARG_SRC, as(backward_weights.src_desc(), x, backward)},
                        {DNNL_ARG_DIFF_DST, as(backward_weights.diff_dst_desc(), y_gradient, backward)},
                        {DNNL_ARG_DIFF_WEIGHTS, weights.gradient},
                        {DNNL_ARG_DIFF_BIAS, biases.gradient}});
  if (!first) {
    using BackwardData = dnnl::convolution_backward_data;
    const auto backward_data = fastest<BackwardData>(
        chosen_by_library, forward.dst_desc(),
        [&](algorithm form, const Layouts& l) {
          const BackwardData::desc desc(form, l.x, w_any, l.y, one, edge, edge);
          return BackwardData::primitive_desc(desc, engine_, forward);
        },
        [&](const auto& pd) {
          return std::vector<std::pair<int, memory::desc>>{{DNNL_ARG_DIFF_SRC, pd.diff_src_desc()},
                                                           {DNNL_ARG_WEIGHTS, pd.weights_desc()},
                                                           {DNNL_ARG_DIFF_DST, pd.diff_dst_desc()}};
        });
    const bool in_place = backward_data.diff_src_desc() == x_gradient_before.get_desc();
    const memory x_gradient = in_place ? x_gradient_before : memory(backward_data.diff_src_desc(), engine_);
    add<BackwardData>(backward, backward_data,
                      {{DNNL_ARG_DIFF_DST, as(backward_data.diff_dst_desc(), y_gradient, backward)},
                       {DNNL_ARG_WEIGHTS, as(backward_data.weights_desc(), weights.values, after_update_)},
                       {DNNL_ARG_DIFF_SRC, x_gradient}});
    if (!in_place) backward.push_back(copying(x_gradient, x_gradient_before));
  }
  add_update(backward, weights);
  add_update(backward, biases);
  backward_.push_back(std::move(backward));
  return result;
}

/// Dense layer, with ReLU if hidden. The first takes the convolutions' layout as it is where it can.
memory Steps::add_dense(const memory& x, int units, bool hidden) {
  const auto in = x.get_desc();
  memory::dims weight_dims = in.dims();
  weight_dims[0] = units;
  const memory::dims out = {in.dims()[0], units};
  const memory::desc y_desc(out, hidden ? inner_ : Type::f32, Tag::nc), y_gradient_desc(out, inner_, Tag::nc);
  const memory::desc b({units}, Type::f32, Tag::a);
  const auto w_any = any(weight_dims, inner_), w_gradient_any = any(weight_dims, Type::f32);
  const auto x_any = any(in.dims(), inner_);

  using Forward = dnnl::inner_product_forward;
  const auto forward = first_fast(
      in.data_type() == inner_ ? std::vector{in, x_any} : std::vector{x_any}, [&](const memory::desc& x_desc) {
        const Forward::desc desc(prop_kind::forward_training, x_desc, w_any, b, y_desc);
        return hidden ? Forward::primitive_desc(desc, fused_relu(), engine_) : Forward::primitive_desc(desc, engine_);
      });
  // One layout of the weights for all passes where the library has that, so that none is ever reordered.
  const auto w_shared = forward.weights_desc();
  using BackwardWeights = dnnl::inner_product_backward_weights;
  const auto backward_weights =
      first_fast(inner_ == Type::f32 ? std::vector{w_shared, w_gradient_any} : std::vector{w_gradient_any},
                 [&](const memory::desc& w_gradient) {
                   const BackwardWeights::desc desc(forward.src_desc(), w_gradient, b, y_gradient_desc);
                   return BackwardWeights::primitive_desc(desc, engine_, forward);
                 });
  using BackwardData = dnnl::inner_product_backward_data;
  const auto backward_data = first_fast({w_shared, w_any}, [&](const memory::desc& w) {
    return BackwardData::primitive_desc(BackwardData::desc(forward.src_desc(), w, y_gradient_desc), engine_, forward);
  });

  double inputs = 1;
  for (std::size_t i = 1; i < weight_dims.size(); ++i) inputs *= static_cast<double>(weight_dims[i]);
  const Parameters weights = make_parameters(backward_weights.diff_weights_desc(), inputs);
  const Parameters biases = make_parameters(b, inputs);
  const memory y(y_desc, engine_);
  const memory x_used = as(forward.src_desc(), x, forward_);
  add<Forward>(forward_, forward,
               {{DNNL_ARG_SRC, x_used},
                {DNNL_ARG_WEIGHTS, as(w_shared, weights.values, after_update_)},
                {DNNL_ARG_BIAS, biases.values},
                {DNNL_ARG_DST, y}});

  Actions backward;
  const memory x_gradient_before = gradient_;
  gradient_ = memory(y_desc, engine_);
  if (hidden) add_relu_backward(backward, y, gradient_);
  const memory y_gradient = as(y_gradient_desc, gradient_, backward);
  const bool in_place = backward_data.diff_src_desc() == x_gradient_before.get_desc();
  const memory x_gradient = in_place ? x_gradient_before : memory(backward_data.diff_src_desc(), engine_);
  add<BackwardData>(backward, backward_data,
                    {{DNNL_ARG_DIFF_DST, y_gradient},
                     {DNNL_ARG_WEIGHTS, as(backward_data.weights_desc(), weights.values, after_update_)},
                     {DNNL_ARG_DIFF_SRC, x_gradient}});
  if (!in_place) backward.push_back(copying(x_gradient, x_gradient_before));
  add<BackwardWeights>(backward, backward_weights,
                       {{DNNL_ARG_SRC, x_used},
                        {DNNL_ARG_DIFF_DST, y_gradient},
                        {DNNL_ARG_DIFF_WEIGHTS, weights.gradient},
                        {DNNL_ARG_DIFF_BIAS, biases.gradient}});
  add_update(backward, weights);
  add_update(backward, biases);
  backward_.push_back(std::move(backward));
  return y;
}

void Steps::gather(const Batch& batch) {
  auto* const to = static_cast<float*>(input_.get_data_handle());
  const auto channels = static_cast<std::size_t>(ask_.shape.channels);
  const std::size_t pixels = static_cast<std::size_t>(ask_.shape.side_px) * ask_.shape.side_px;
  for (std::size_t n = 0; n < batch.pictures.size(); ++n) {
    const std::uint8_t* const picture = batch.pictures[n];
    for (std::size_t c = 0; c < channels; ++c) {
      float* const plane = to + (n * channels + c) * pixels;
      const float scale = batch.normalisation.scale[c];
      for (std::size_t i = 0; i < pixels; ++i) plane[i] = static_cast<float>(picture[i * channels + c]) * scale;
    }
  }
  labels_.assign(batch.labels.begin(), batch.labels.end());
}

/// Mean cross-entropy, and its gradient by the logits.
void Steps::softmax() {
  const auto* const logits = static_cast<const float*>(logits_.get_data_handle());
  auto* const gradient = static_cast<float*>(gradient_.get_data_handle());
  const auto classes = static_cast<std::size_t>(ask_.shape.classes);
  const auto count = static_cast<float>(labels_.size());
  double loss = 0;
  for (std::size_t n = 0; n < labels_.size(); ++n) {
    const float* const row = logits + n * classes;
    float* const out = gradient + n * classes;
    const float largest = *std::max_element(row, row + classes);
    float sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += out[c] = std::exp(row[c] - largest);
    const auto label = static_cast<std::size_t>(labels_[n]);
    loss -= std::log(out[label] / sum);
    for (std::size_t c = 0; c < classes; ++c) out[c] = (out[c] / sum - (c == label ? 1.0f : 0.0f)) / count;
  }
  loss_ = loss / count;
}

std::string version() {
  const dnnl_version_t* const v = dnnl_version();
  return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
}

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  const bool bf16 = count == 3 && std::strcmp(arguments[1], "--bf16") == 0;
  if (count != 2 && !bf16) {
    std::fprintf(stderr, "onednn_steps: bench/train starts this program (bench/contestant.h)\n");
    return 2;
  }
  omp_set_num_threads(1);
  return crescendo::serve(arguments[count - 1], {{"onednn", crescendo::version()}},
                          [&](const crescendo::Ask& ask, crescendo::Noise& noise) {
                            if (ask.mode != crescendo::Ask::Mode::kTrain) {
                              crescendo::bad_input("oneDNN is timed in full steps only");
                            }
                            return std::make_unique<crescendo::Steps>(ask, noise, bf16);
                          });
}
