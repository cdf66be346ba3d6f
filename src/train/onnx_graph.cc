#include "train/onnx_graph.h"

#include <fmt/format.h>

#include <bit>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/protobuf.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

using namespace onnx;

static_assert(std::endian::native == std::endian::little, "tensors are written as they lie in memory");

// AttributeProto.AttributeType
constexpr std::int64_t kTypeFloat = 1, kTypeInteger = 2, kTypeIntegers = 7;

std::string attribute(std::string_view name, std::int64_t value) {
  return ProtobufWriter()
      .bytes(kAttributeName, name)
      .integer(kAttributeInteger, value)
      .integer(kAttributeType, kTypeInteger)
      .message();
}

std::string attribute(std::string_view name, float value) {
  return ProtobufWriter()
      .bytes(kAttributeName, name)
      .real(kAttributeFloat, value)
      .integer(kAttributeType, kTypeFloat)
      .message();
}

std::string attribute(std::string_view name, std::initializer_list<std::int64_t> values) {
  ProtobufWriter out;
  out.bytes(kAttributeName, name);
  for (const std::int64_t value : values) out.integer(kAttributeIntegers, value);
  return out.integer(kAttributeType, kTypeIntegers).message();
}

// A float tensor whose first dimension is the batch.
std::string value_info(std::string_view name, std::initializer_list<std::int64_t> sizes) {
  ProtobufWriter shape;
  shape.bytes(kShapeDimension, ProtobufWriter().bytes(kDimensionName, "batch").message());
  for (const std::int64_t size : sizes) {
    shape.bytes(kShapeDimension, ProtobufWriter().integer(kDimensionValue, size).message());
  }
  const std::string tensor =
      ProtobufWriter().integer(kTensorTypeElement, kFloat).bytes(kTensorTypeShape, shape.message()).message();
  const std::string type = ProtobufWriter().bytes(kTypeTensor, tensor).message();
  return ProtobufWriter().bytes(kValueName, name).bytes(kValueType, type).message();
}

/// Puts node behind node, and takes the weights from the front of the plain order as they are named.
class Graph {
 public:
  explicit Graph(std::span<const float> weights) : weights_(weights) {}

  std::string tensor(const std::string& name, std::initializer_list<std::int64_t> sizes) {
    std::size_t count = 1;
    for (const std::int64_t size : sizes) count *= static_cast<std::size_t>(size);
    const std::span<const float> values = weights_.first(count);
    weights_ = weights_.subspan(count);
    return tensor(name, sizes, values);
  }

  std::string tensor(const std::string& name, std::initializer_list<std::int64_t> sizes,
                     std::span<const float> values) {
    ProtobufWriter out;
    for (const std::int64_t size : sizes) out.integer(kTensorDimension, size);
    out.integer(kTensorType, kFloat).bytes(kTensorName, name);
    out.bytes(kTensorBytes, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
    tensors_.bytes(kGraphInitializer, out.message());
    return name;
  }

  /// Its first input is the output of the node before; its output, which the next node takes, has its name.
  void node(std::string_view operation, const std::string& name, const std::vector<std::string>& tensors = {},
            const std::vector<std::string>& attributes = {}) {
    ProtobufWriter out;
    out.bytes(kNodeInput, last_);
    for (const std::string& input : tensors) out.bytes(kNodeInput, input);
    out.bytes(kNodeOutput, name).bytes(kNodeName, name).bytes(kNodeOperator, operation);
    for (const std::string& each : attributes) out.bytes(kNodeAttribute, each);
    nodes_.bytes(kGraphNode, out.message());
    last_ = name;
  }

  std::string finish(const NetworkShape& shape) {
    check(weights_.empty(), "the graph holds every weight");
    ProtobufWriter ends;
    ends.bytes(kGraphInput, value_info("image", {shape.channels, shape.side_px, shape.side_px}));
    ends.bytes(kGraphOutput, value_info("probabilities", {shape.classes}));
    nodes_.bytes(kGraphName, "crescendo");
    return nodes_.message() + tensors_.message() + ends.message();
  }

 private:
  std::span<const float> weights_;
  ProtobufWriter nodes_, tensors_;
  std::string last_ = "image";
};

void convolution(Graph& graph, int number, std::int64_t inputs, const ConvLayer& layer, bool batch_norm) {
  const std::string conv = fmt::format("conv{}", number), norm = fmt::format("norm{}", number);
  const std::int64_t margin = layer.size / 2;
  const std::string weight = graph.tensor(conv + ".weight", {layer.filters, inputs, layer.size, layer.size});
  const std::string bias = graph.tensor(conv + ".bias", {layer.filters});
  graph.node(
      "Conv", conv, {weight, bias},
      {attribute("kernel_shape", {layer.size, layer.size}), attribute("pads", {margin, margin, margin, margin})});
  graph.node("Relu", conv + ".relu");
  graph.node("MaxPool", conv + ".pool", {}, {attribute("kernel_shape", {2, 2}), attribute("strides", {2, 2})});
  if (!batch_norm) return;
  std::vector<std::string> tensors;
  for (const char* part : {".scale", ".shift", ".mean", ".variance"}) {
    tensors.push_back(graph.tensor(norm + part, {layer.filters}));
  }
  graph.node("BatchNormalization", norm, tensors, {attribute("epsilon", kNormEpsilon)});
}

/// Averages of windows that differ are a product of matrices along each axis: ONNX knows equal windows alone.
void average(Graph& graph, int side, int averages) {
  if (side % averages == 0) {
    const std::int64_t window = side / averages;
    graph.node("AveragePool", "average", {},
               {attribute("kernel_shape", {window, window}), attribute("strides", {window, window})});
    return;
  }
  std::vector<float> shares(static_cast<std::size_t>(side) * averages);  // [side][averages]
  for (int i = 0; i < averages; ++i) {
    const AveragedWindow window = averaged_window(i, side, averages);
    for (int at = window.first; at < window.end; ++at) {
      shares[static_cast<std::size_t>(at) * averages + i] = 1 / static_cast<float>(window.end - window.first);
    }
  }
  const std::string share = graph.tensor(std::string(kAverages), {side, averages}, shares);
  const std::string turn = attribute("perm", {0, 1, 3, 2});
  graph.node("MatMul", "average.columns", {share});
  graph.node("Transpose", "average.turned", {}, {turn});
  graph.node("MatMul", "average.rows", {share});
  graph.node("Transpose", "average", {}, {turn});
}

void linear(Graph& graph, const std::string& layer, const std::string& output, std::int64_t inputs,
            std::int64_t outputs) {
  const std::string weight = graph.tensor(layer + ".weight", {outputs, inputs});
  const std::string bias = graph.tensor(layer + ".bias", {outputs});
  graph.node("Gemm", output, {weight, bias}, {attribute("transB", std::int64_t{1})});
}

}  // namespace

std::string onnx_graph(const NetworkShape& shape, std::span<const float> weights) {
  check(weights.size() == parameter_count(shape), "weights are exported with the shape they belong to");
  Graph graph(weights);
  std::int64_t inputs = shape.channels;
  for (std::size_t i = 0; i < shape.conv.size(); ++i) {
    convolution(graph, static_cast<int>(i) + 1, inputs, shape.conv[i], shape.batch_norm);
    inputs = shape.conv[i].filters;
  }
  const int side = pooled_side(shape, shape.conv.size() - 1), dense_side = dense_input_side(shape);
  if (dense_side < side) average(graph, side, dense_side);
  graph.node("Flatten", "features", {}, {attribute("axis", std::int64_t{1})});
  inputs *= static_cast<std::int64_t>(dense_side) * dense_side;
  for (std::size_t i = 0; i < shape.dense.size(); ++i) {
    const std::string dense = fmt::format("dense{}", i + 1);
    linear(graph, dense, dense, inputs, shape.dense[i]);
    graph.node("Relu", dense + ".relu");
    inputs = shape.dense[i];
  }
  linear(graph, "output", "logits", inputs, shape.classes);
  graph.node("Softmax", "probabilities", {}, {attribute("axis", std::int64_t{1})});
  return graph.finish(shape);
}

}  // namespace crescendo
