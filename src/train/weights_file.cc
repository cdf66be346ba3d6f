#include "train/weights_file.h"

#include "base/files.h"
#include "crescendo/error.h"
#include "train/plan_json.h"
#include "train/sectioned_file.h"

namespace crescendo {
namespace {

constexpr std::uint32_t kVersion = 1;

void read_header(std::string_view text, const FilePieces& pieces, TrainedNetwork& network) {
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
      {"shape", to_json(network.shape)},
      {"classes", network.classes},
      {"normalisation", {{"mean", network.normalisation.mean}, {"scale", network.normalisation.scale}}},
      {"fit", fit_name(network.fit)},
  };
  // The weights may be hundreds of megabytes: they are written from where they stand.
  write_file(file, {file_head(kWeightsMagic, kVersion, header), array_bytes(network.weights)});
}

TrainedNetwork load_weights(const std::filesystem::path& file) { return parse_weights(read_file(file), file); }

TrainedNetwork parse_weights(std::string_view bytes, const std::filesystem::path& file) {
  FilePieces pieces(file, "a file of trained weights", bytes);
  TrainedNetwork network;
  read_header(pieces.take_head(kWeightsMagic, kVersion), pieces, network);
  network.weights = pieces.take_array<float>(parameter_count(network.shape), "weights");
  pieces.finish("weights");
  return network;
}

}  // namespace crescendo
