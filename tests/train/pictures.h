#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crescendo/images.h"
#include "crescendo/rng.h"
#include "train/network.h"

namespace crescendo {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// Noise with random labels: `count` pictures of the shape's side and channels.
inline ImageSet noise_pictures(const NetworkShape& shape, int count, std::uint64_t seed) {
  Rng rng(seed);
  ImageSet images;
  images.side_px = shape.side_px;
  images.channels = shape.channels;
  for (int c = 0; c < shape.classes; ++c) images.classes.push_back("class " + std::to_string(c));
  images.pixels.resize(count * images.picture_bytes());
  for (std::uint8_t& value : images.pixels) value = static_cast<std::uint8_t>(rng.below(256));
  for (int n = 0; n < count; ++n) images.labels.push_back(static_cast<int>(rng.below(shape.classes)));
  images.parts.assign(count, Part::kTraining);
  images.normalisation.mean = {120, 125, 130};
  images.normalisation.scale = {1.0f / 74, 1.0f / 73, 1.0f / 72};
  return images;
}

/// Bright blobs on noise, whose quadrant is the class: learnt in a few epochs. Shape: at most 4 classes.
inline ImageSet blob_pictures(const NetworkShape& shape, int count, std::uint64_t seed) {
  ImageSet images = noise_pictures(shape, count, seed);
  const int half = shape.side_px / 2;
  for (int n = 0; n < count; ++n) {
    std::uint8_t* const picture = images.pixels.data() + n * images.picture_bytes();
    for (int y = 0; y < half; ++y) {
      for (int x = 0; x < half * shape.channels; ++x) {
        const int row = y + images.labels[n] / 2 * half;
        std::uint8_t& value =
            picture[row * shape.side_px * shape.channels + images.labels[n] % 2 * half * shape.channels + x];
        value = static_cast<std::uint8_t>(128 + value / 2);
      }
    }
  }
  return images;
}

/// Pictures first .. first + count - 1 of a set, as a batch.
class BatchOf {
 public:
  BatchOf(const ImageSet& images, int first, int count)
      : labels_(images.labels.begin() + first, images.labels.begin() + first + count), images_(images) {
    for (int n = first; n < first + count; ++n) pictures_.push_back(images.picture(n));
  }
  operator Batch() const { return {pictures_, labels_, images_.normalisation, placements, class_weights}; }
  const std::vector<int>& labels() const { return labels_; }

  std::vector<PicturePlacement> placements;
  std::vector<float> class_weights;

 private:
  std::vector<const std::uint8_t*> pictures_;
  std::vector<int> labels_;
  const ImageSet& images_;
};

inline std::vector<float> moments_of(const Network& network, Optimiser optimiser) {
  std::vector<float> plain(moment_count(network.shape(), optimiser));
  network.copy_moments(plain);
  return plain;
}

inline std::vector<float> parameters_of(const Network& network) {
  std::vector<float> plain(parameter_count(network.shape()));
  network.copy_parameters(plain);
  return plain;
}

}  // namespace crescendo
