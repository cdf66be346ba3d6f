#include "train/onnx_file.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <optional>

#include "base/files.h"
#include "base/json.h"
#include "base/protobuf.h"
#include "crescendo/error.h"
#include "train/onnx_graph.h"

namespace crescendo {
namespace {

using namespace onnx;

constexpr std::int64_t kIrVersion = 7, kOpset = 13;  // both of ONNX 1.8
constexpr std::string_view kProducer = "crescendo", kFormatVersion = "1";
constexpr std::size_t kMostBytes = (1u << 31) - 1;  // Protocol Buffers' own limit
constexpr std::size_t kMostGraphBytes = 1u << 20;   // of everything that is no weight; far above 80 layers
constexpr std::int64_t kLargestDimension = 1 << 30;

using Metadata = std::map<std::string, std::string, std::less<>>;

// ---- writing

// The field's convention is (value / 255 - mean) / std, ours (value - mean) * scale.
Metadata metadata_of(const TrainedNetwork& network) {
  Json mean = Json::array(), std = Json::array();
  for (int c = 0; c < network.shape.channels; ++c) {
    mean.push_back(static_cast<double>(network.normalisation.mean[c]) / 255);
    std.push_back(1 / (255 * static_cast<double>(network.normalisation.scale[c])));
  }
  return {{"channels", std::to_string(network.shape.channels)},
          {"classes", to_line(network.classes)},
          {"fit", std::string(fit_name(network.fit))},
          {"format_version", std::string(kFormatVersion)},
          {"image_side", std::to_string(network.shape.side_px)},
          {"mean", to_line(mean)},
          {"std", to_line(std)}};
}

// ---- reading

/// What the model's bytes hold, before it is known whether they make sense.
struct Model {
  std::optional<std::uint64_t> ir_version;
  std::string_view producer, graph;
  std::optional<std::string_view> opset;
  Metadata metadata;
};

std::string_view bytes_of(const ProtobufField& field) {
  if (field.kind != ProtobufField::Kind::kBytes) bad_input(fmt::format("field {} is a number", field.number));
  return field.bytes;
}

std::uint64_t integer_of(const ProtobufField& field) {
  if (field.kind != ProtobufField::Kind::kInteger) bad_input(fmt::format("field {} is no integer", field.number));
  return field.integer;
}

void read_metadata(std::string_view entry, Metadata& metadata) {
  ProtobufReader in(entry, "an entry of the metadata");
  std::string key, value;
  while (const auto field = in.next()) {
    if (field->number == kEntryKey) key = bytes_of(*field);
    if (field->number == kEntryValue) value = bytes_of(*field);
  }
  metadata[key] = value;
}

Model read_model(std::string_view bytes) {
  // Names and texts that a person may have changed; other fields (functions, training) change what the graph does.
  constexpr std::uint32_t kProducerVersion = 3, kDomain = 4, kModelVersion = 5, kDocumentation = 6;
  ProtobufReader in(bytes, "it");
  Model model;
  while (const auto field = in.next()) {
    switch (field->number) {
      case kModelIrVersion:
        model.ir_version = integer_of(*field);
        break;
      case kModelProducer:
        model.producer = bytes_of(*field);
        break;
      case kModelGraph:
        if (!model.graph.empty()) bad_input("it holds two graphs");
        model.graph = bytes_of(*field);
        break;
      case kModelOpset:
        if (model.opset) bad_input("it needs two operator sets");
        model.opset = bytes_of(*field);
        break;
      case kModelMetadata:
        read_metadata(bytes_of(*field), model.metadata);
        break;
      case kProducerVersion:
      case kDomain:
      case kModelVersion:
      case kDocumentation:
        break;
      default:
        bad_input(fmt::format("it holds an unknown field {}", field->number));
    }
  }
  return model;
}

std::string opset() { return ProtobufWriter().integer(kOpsetVersion, kOpset).message(); }

void check_kind(const Model& model) {
  if (model.producer != kProducer) bad_input(fmt::format("its producer is '{}'", model.producer));
  if (model.ir_version != kIrVersion) bad_input(fmt::format("its IR version is not {}", kIrVersion));
  if (model.opset != opset()) bad_input(fmt::format("its operator set is not {}", kOpset));
}

const std::string& property(const Model& model, std::string_view key) {
  const auto found = model.metadata.find(key);
  if (found == model.metadata.end()) bad_input(fmt::format("its metadata have no '{}'", key));
  return found->second;
}

int whole_number(const Model& model, std::string_view key) {
  const std::string& text = property(model, key);
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) {
    bad_input(fmt::format("its metadata have a '{}' that is no whole number", key));
  }
  return value;
}

template <class T>
std::vector<T> list(const Model& model, std::string_view key, int size) {
  std::vector<T> values;
  try {
    parse_json(property(model, key), fmt::format("its '{}'", key)).get_to(values);
  } catch (const Json::exception&) {
    bad_input(fmt::format("its metadata have a '{}' that is no list of what belongs there", key));
  }
  if (values.size() != static_cast<std::size_t>(size)) {
    bad_input(fmt::format("its metadata have {} values of '{}' where the graph wants {}", values.size(), key, size));
  }
  return values;
}

Normalisation normalisation_of(const Model& model, int channels) {
  const auto mean = list<double>(model, "mean", channels), std = list<double>(model, "std", channels);
  Normalisation normalisation;
  for (int c = 0; c < channels; ++c) {
    const double value = mean[c] * 255, scale = 1 / (255 * std[c]);
    constexpr double kMost = std::numeric_limits<float>::max();
    if (!(std::abs(value) <= kMost && scale > 0 && scale <= kMost)) {
      bad_input("its metadata have a 'mean' or 'std' that no pictures have");
    }
    normalisation.mean[c] = static_cast<float>(value);
    normalisation.scale[c] = static_cast<float>(scale);
  }
  return normalisation;
}

struct Tensor {
  std::string_view name, bytes;
  std::vector<std::int64_t> sizes;
};

Tensor read_tensor(std::string_view message) {
  ProtobufReader in(message, "a tensor");
  Tensor tensor;
  std::uint64_t count = 1;
  while (const auto field = in.next()) {
    if (field->number == kTensorName) tensor.name = bytes_of(*field);
    if (field->number == kTensorBytes) tensor.bytes = bytes_of(*field);
    if (field->number != kTensorDimension) continue;
    const std::uint64_t size = integer_of(*field);
    if (size < 1 || size > kLargestDimension || count > kMostBytes) bad_input("a tensor has impossible dimensions");
    count *= size;
    tensor.sizes.push_back(static_cast<std::int64_t>(size));
  }
  if (count * sizeof(float) != tensor.bytes.size()) {
    bad_input(fmt::format("tensor '{}' has {} bytes where its dimensions want {}", tensor.name, tensor.bytes.size(),
                          count * sizeof(float)));
  }
  return tensor;
}

/// Shape and weights as the tensors tell them. Whether the graph uses them so is told by writing it again.
/// linear_inputs: of the first dense layer, or the linear one.
void read_tensors(std::string_view graph, TrainedNetwork& network, std::int64_t& linear_inputs) {
  NetworkShape& shape = network.shape;
  ProtobufReader in(graph, "its graph");
  std::vector<Tensor> linear;
  while (const auto field = in.next()) {
    if (field->number != kGraphInitializer) continue;
    const Tensor tensor = read_tensor(bytes_of(*field));
    if (tensor.name == kAverages) continue;
    if (tensor.sizes.size() == 4) {
      if (shape.conv.empty()) shape.channels = static_cast<int>(tensor.sizes[1]);
      shape.conv.push_back({static_cast<int>(tensor.sizes[0]), static_cast<int>(tensor.sizes[2])});
    } else if (tensor.sizes.size() == 2) {
      linear.push_back(tensor);
    } else if (tensor.name.starts_with("norm")) {
      shape.batch_norm = true;
    }
    const std::size_t before = network.weights.size();
    network.weights.resize(before + tensor.bytes.size() / sizeof(float));
    std::memcpy(network.weights.data() + before, tensor.bytes.data(), tensor.bytes.size());
  }
  if (linear.empty()) bad_input("its graph has no linear layer");
  for (const Tensor& layer : linear) shape.dense.push_back(static_cast<int>(layer.sizes[0]));
  shape.classes = shape.dense.back();
  shape.dense.pop_back();
  linear_inputs = linear.front().sizes[1];
}

/// The side of the maps whose averages are so many inputs; 0 where they are the maps themselves.
int dense_side_of(const NetworkShape& shape, std::int64_t linear_inputs) {
  const double maps = static_cast<double>(linear_inputs) / shape.conv.back().filters;
  const auto side = static_cast<int>(std::lround(std::sqrt(maps)));
  return side < pooled_side(shape, shape.conv.size() - 1) ? side : 0;
}

TrainedNetwork read_network(std::string_view bytes) {
  const Model model = read_model(bytes);
  check_kind(model);
  if (property(model, "format_version") != kFormatVersion) {
    bad_input(fmt::format("its format_version is '{}', this program reads {}", property(model, "format_version"),
                          kFormatVersion));
  }
  TrainedNetwork network;
  network.fit = find_fit(property(model, "fit"));
  std::int64_t linear_inputs = 0;
  read_tensors(model.graph, network, linear_inputs);
  network.shape.side_px = whole_number(model, "image_side");
  check_shape(network.shape);
  network.shape.dense_side = dense_side_of(network.shape, linear_inputs);
  check_shape(network.shape);
  if (whole_number(model, "channels") != network.shape.channels) bad_input("its 'channels' are not those of its graph");
  network.classes = list<std::string>(model, "classes", network.shape.classes);
  network.normalisation = normalisation_of(model, network.shape.channels);
  if (network.weights.size() != parameter_count(network.shape) ||
      onnx_graph(network.shape, network.weights) != model.graph) {
    bad_input("its graph is another");
  }
  return network;
}

}  // namespace

std::string to_onnx(const TrainedNetwork& network) {
  check(network.classes.size() == static_cast<std::size_t>(network.shape.classes), "every class has a name");
  if (network.weights.size() * sizeof(float) > kMostBytes - kMostGraphBytes) {
    bad_input(fmt::format("a network of {} weights is too large for an ONNX file, which holds at most 2 GiB",
                          network.weights.size()));
  }
  ProtobufWriter model;
  model.integer(kModelIrVersion, kIrVersion).bytes(kModelProducer, kProducer);
  model.bytes(kModelGraph, onnx_graph(network.shape, network.weights)).bytes(kModelOpset, opset());
  for (const auto& [key, value] : metadata_of(network)) {
    model.bytes(kModelMetadata, ProtobufWriter().bytes(kEntryKey, key).bytes(kEntryValue, value).message());
  }
  return model.message();
}

TrainedNetwork parse_onnx(std::string_view bytes, std::string_view what) {
  try {
    return read_network(bytes);
  } catch (const Error& reason) {
    bad_input(fmt::format("{} is not an ONNX model that this program wrote: {}", what, reason.what()));
  }
}

void save_onnx(const std::filesystem::path& file, const TrainedNetwork& network) { write_file(file, to_onnx(network)); }

TrainedNetwork load_onnx(const std::filesystem::path& file) { return parse_onnx(read_file(file), file.string()); }

}  // namespace crescendo
