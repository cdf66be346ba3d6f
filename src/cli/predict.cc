#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "search/predict.h"
#include "train/network_file.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

struct PredictOptions {
  std::string model;
  std::vector<fs::path> pictures;
  int top = 1;
  bool json = false;
};

/// One line a picture, as soon as it is known.
class Lines {
 public:
  Lines(const TrainedNetwork& network, const std::vector<fs::path>& pictures, int top) : network_(network), top_(top) {
    for (const fs::path& picture : pictures) picture_width_ = std::max(picture_width_, picture.string().size());
    for (const std::string& name : network.classes) class_width_ = std::max(class_width_, name.size());
  }

  void print(const fs::path& picture, std::span<const double> probabilities) const {
    std::string line = fmt::format("{:<{}}", picture.string(), picture_width_);
    for (const int i : likeliest(probabilities, top_)) {
      line += fmt::format("  {:<{}}  {:.4f}", network_.classes[i], class_width_, probabilities[i]);
    }
    fmt::print("{}\n", line);
  }

 private:
  const TrainedNetwork& network_;
  int top_;
  std::size_t picture_width_ = 0, class_width_ = 0;
};

/// An array with one line a picture, begun before the first is known.
class JsonArray {
 public:
  explicit JsonArray(const TrainedNetwork& network) : network_(network) { fmt::print("["); }

  void print(const fs::path& picture, std::span<const double> probabilities) {
    const int best = likeliest(probabilities, 1).front();
    Json by_class = Json::object();
    for (std::size_t i = 0; i < probabilities.size(); ++i) by_class[network_.classes[i]] = probabilities[i];
    const Json json{{"picture", picture.string()},
                    {"class", network_.classes[best]},
                    {"probability", probabilities[best]},
                    {"probabilities", std::move(by_class)}};
    fmt::print("{}\n {}", first_ ? "" : ",", to_line(json));
    first_ = false;
  }

  void finish() const { fmt::print("\n]\n"); }

 private:
  const TrainedNetwork& network_;
  bool first_ = true;
};

int run(const PredictOptions& options) {
  const TrainedNetwork network = load_network(options.model);
  const std::vector<fs::path> pictures = pictures_at(options.pictures);
  bool all_read = true;
  PredictionHooks hooks;
  hooks.unreadable = [&](const fs::path&, const std::string& reason) {
    fmt::print(stderr, "crescendo: {}\n", reason);
    all_read = false;
  };
  const auto tell_with = [&](auto& output) {
    hooks.predicted = [&](const fs::path& picture, std::span<const double> probabilities) {
      stop_if_interrupted();
      output.print(picture, probabilities);
    };
    predict(network, pictures, hooks);
  };
  if (options.json) {
    JsonArray array(network);
    tell_with(array);
    array.finish();
  } else {
    const Lines lines(network, pictures, options.top);
    tell_with(lines);
  }
  return all_read ? kExitSucceeded : kExitFailed;
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<PredictOptions>();
  command.add_option("model", options->model, "weights.bin, or an ONNX model of 'train --onnx'").required();
  command.add_option("pictures", options->pictures, "folders of pictures, or picture files").required();
  const auto top = command.add_option("--top", options->top, "list this many classes of each picture")
                       .check(in_range(1, 1'000'000))
                       .shows_default();
  command.add_flag("--json", options->json, "print an array of objects (docs/formats.md)").excludes(top);
  return [options] { return run(*options); };
}

}  // namespace

Command predict_command() { return {"predict", "print the class and probability of pictures", declare}; }

}  // namespace crescendo
