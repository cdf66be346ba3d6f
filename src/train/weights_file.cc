#include "train/weights_file.h"

#include <bit>
#include <cstring>
#include <string_view>

#include "base/files.h"
#include "base/json.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

constexpr std::string_view kMagic = "CRSW";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kLongestHeader = 16 << 20;  // far above any list of class names

static_assert(std::endian::native == std::endian::little, "the numbers are written as they lie in memory");

Json shape_to_json(const NetworkShape& shape) {
  Json conv = Json::array();
  for (const ConvLayer& layer : shape.conv) conv.push_back({{"filters", layer.filters}, {"size", layer.size}});
  return {{"channels", shape.channels},
          {"side_px", shape.side_px},
          {"conv", conv},
          {"dense", shape.dense},
          {"classes", shape.classes}};
}

NetworkShape shape_from_json(const Json& json) {
  NetworkShape shape;
  json.at("channels").get_to(shape.channels);
  json.at("side_px").get_to(shape.side_px);
  for (const Json& layer : json.at("conv")) {
    shape.conv.push_back({layer.at("filters").get<int>(), layer.at("size").get<int>()});
  }
  json.at("dense").get_to(shape.dense);
  json.at("classes").get_to(shape.classes);
  check_shape(shape);
  return shape;
}

std::string number_bytes(std::uint32_t value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

/// Takes pieces from the front of a file's bytes and knows where it stands.
class Pieces {
 public:
  Pieces(const std::filesystem::path& file, std::string_view bytes) : file_(file), bytes_(bytes) {}

  std::string_view take(std::size_t count, std::string_view what) {
    if (count > bytes_.size() - at_) {
      at_ = bytes_.size();
      refuse("ends within the " + std::string(what));
    }
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }

  std::uint32_t take_number(std::string_view what) {
    std::uint32_t value;
    std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
    return value;
  }

  std::size_t left() const { return bytes_.size() - at_; }

  [[noreturn]] void refuse(const std::string& reason) const {
    bad_input(file_.string() + " is not a file of trained weights: it " + reason + " (at byte " + std::to_string(at_) +
              ")");
  }

 private:
  const std::filesystem::path& file_;
  std::string_view bytes_;
  std::size_t at_ = 0;
};

void read_header(std::string_view text, const Pieces& pieces, TrainedNetwork& network) {
  try {
    const Json header = Json::parse(text);
    network.shape = shape_from_json(header.at("shape"));
    header.at("classes").get_to(network.classes);
    header.at("normalisation").at("mean").get_to(network.normalisation.mean);
    header.at("normalisation").at("scale").get_to(network.normalisation.scale);
    network.fit = find_fit(header.value("fit", std::string(fit_name(Fit::kCrop))));
  } catch (const Json::exception& e) {
    pieces.refuse(std::string("has a broken header: ") + e.what());
  } catch (const Error& e) {
    pieces.refuse(std::string("describes an impossible network: ") + e.what());
  }
  if (network.classes.size() != static_cast<std::size_t>(network.shape.classes)) {
    pieces.refuse("names " + std::to_string(network.classes.size()) + " classes where its network tells " +
                  std::to_string(network.shape.classes) + " apart");
  }
}

}  // namespace

void save_weights(const std::filesystem::path& file, const TrainedNetwork& network) {
  check(network.weights.size() == parameter_count(network.shape), "weights are saved with the shape they belong to");
  const Json header = {
      {"shape", shape_to_json(network.shape)},
      {"classes", network.classes},
      {"normalisation", {{"mean", network.normalisation.mean}, {"scale", network.normalisation.scale}}},
      {"fit", fit_name(network.fit)},
  };
  // A class is named for its folder, whose name need not be UTF-8.
  const std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  // The weights may be hundreds of megabytes: they are written from where they stand.
  const std::string_view weights(reinterpret_cast<const char*>(network.weights.data()),
                                 network.weights.size() * sizeof(float));
  write_file(file,
             {kMagic, number_bytes(kVersion), number_bytes(static_cast<std::uint32_t>(text.size())), text, weights});
}

TrainedNetwork load_weights(const std::filesystem::path& file) { return parse_weights(read_file(file), file); }

TrainedNetwork parse_weights(std::string_view bytes, const std::filesystem::path& file) {
  Pieces pieces(file, bytes);
  if (bytes.substr(0, kMagic.size()) != kMagic) pieces.refuse("does not begin with CRSW");
  pieces.take(kMagic.size(), "magic");
  if (const std::uint32_t version = pieces.take_number("version"); version != kVersion) {
    pieces.refuse("has version " + std::to_string(version) + ", this program reads version 1");
  }
  const std::uint32_t length = pieces.take_number("length of the header");
  if (length > kLongestHeader) pieces.refuse("claims a header of " + std::to_string(length) + " bytes");
  TrainedNetwork network;
  read_header(pieces.take(length, "header"), pieces, network);
  const std::size_t count = parameter_count(network.shape);
  if (count > pieces.left() / sizeof(float)) pieces.take(pieces.left() + 1, "weights");
  network.weights.resize(count);
  std::memcpy(network.weights.data(), pieces.take(count * sizeof(float), "weights").data(), count * sizeof(float));
  if (pieces.left() > 0) pieces.refuse("has " + std::to_string(pieces.left()) + " bytes behind the weights");
  return network;
}

}  // namespace crescendo
