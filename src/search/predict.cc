#include "search/predict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "crescendo/error.h"
#include "images/find_pictures.h"
#include "images/read_picture.h"
#include "objective/cnn.h"
#include "train/arena.h"
#include "train/backends.h"

namespace crescendo {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kBatch = 64;  // more would be no faster, and the first answer later

// As a data set is read: links are followed where they stand in the folder itself, and no deeper.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names = find_pictures(folder);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!entry.is_symlink() || !entry.is_directory() || is_hidden(entry.path())) continue;
    for (const std::string& name : find_pictures(entry.path())) names.push_back(entry.path().filename() / name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void softmax(std::span<const float> logits, std::span<double> probabilities) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  std::transform(logits.begin(), logits.end(), probabilities.begin(),
                 [&](float logit) { return std::exp(logit - largest); });
  const double sum = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  for (double& probability : probabilities) probability /= sum;
}

/// The pixels of the pictures that could be read, of at most one batch.
class PixelBatch {
 public:
  explicit PixelBatch(const TrainedNetwork& network)
      : network_(network),
        each_(network.shape.channels * std::size_t{1} * network.shape.side_px * network.shape.side_px) {}

  /// Throws Error as read_picture does; the batch is then as it was before.
  void add(const fs::path& picture) {
    pixels_.resize((pictures_.size() + 1) * each_);
    const std::span<std::uint8_t> out = std::span(pixels_).subspan(pictures_.size() * each_, each_);
    read_picture(picture, picture.string(), network_.shape.side_px, network_.fit, network_.shape.channels, out);
    pictures_.push_back(&picture);
  }

  const std::vector<const fs::path*>& pictures() const { return pictures_; }
  void clear() { pictures_.clear(); }

  void forward(Network& network, float* logits) const {
    std::vector<const std::uint8_t*> pointers;
    for (std::size_t n = 0; n < pictures_.size(); ++n) pointers.push_back(pixels_.data() + n * each_);
    const std::vector<int> labels(pictures_.size());  // nobody knows them, and a forward pass does not ask
    network.forward({pointers, labels, network_.normalisation}, logits);
  }

 private:
  const TrainedNetwork& network_;
  std::size_t each_;
  std::vector<std::uint8_t> pixels_;
  std::vector<const fs::path*> pictures_;
};

}  // namespace

std::vector<fs::path> pictures_at(std::span<const fs::path> given) {
  std::vector<fs::path> pictures;
  for (const fs::path& path : given) {
    if (!fs::exists(path)) not_found(fmt::format("there is no file or folder {}", path.string()));
    if (!fs::is_directory(path)) {
      pictures.push_back(path);
      continue;
    }
    const std::vector<std::string> names = names_in(path);
    if (names.empty()) bad_input(fmt::format("{} has no picture; JPEG and PNG files are read", path.string()));
    for (const std::string& name : names) pictures.push_back(path / name);
  }
  return pictures;
}

void predict(const TrainedNetwork& network, std::span<const fs::path> pictures, const PredictionHooks& hooks) {
  Arena arena;
  const auto ready = find_backend(CnnOptions{}.backend).make(network.shape, {static_cast<int>(kBatch), 0}, arena);
  ready->set_parameters(network.weights);
  const std::size_t classes = network.shape.classes;
  PixelBatch batch(network);
  std::vector<float> logits(kBatch * classes);
  std::vector<double> probabilities(classes);
  for (std::size_t first = 0; first < pictures.size(); first += kBatch) {
    batch.clear();
    for (const fs::path& picture : pictures.subspan(first, std::min(kBatch, pictures.size() - first))) {
      try {
        batch.add(picture);
      } catch (const Error& reason) {
        hooks.unreadable(picture, reason.what());
      }
    }
    if (batch.pictures().empty()) continue;
    batch.forward(*ready, logits.data());
    for (std::size_t n = 0; n < batch.pictures().size(); ++n) {
      softmax({&logits[n * classes], classes}, probabilities);
      hooks.predicted(*batch.pictures()[n], probabilities);
    }
  }
}

std::vector<int> likeliest(std::span<const double> probabilities, int count) {
  std::vector<int> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return probabilities[a] > probabilities[b]; });
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  return order;
}

}  // namespace crescendo
