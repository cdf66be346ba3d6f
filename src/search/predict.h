#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "train/weights_file.h"

namespace crescendo {

/// The pictures that files and folders name, in the order given; those of a folder sorted by their path in it. A file
/// is taken whatever it is called; in a folder and those inside it, JPEG and PNG files are, as 'train' takes them.
/// Throws Error: not found for a path that is not there, bad input for a folder without a picture.
std::vector<std::filesystem::path> pictures_at(std::span<const std::filesystem::path> given);

struct PredictionHooks {
  /// A picture and its probabilities by class, which add up to 1. May throw to stop.
  std::function<void(const std::filesystem::path&, std::span<const double>)> predicted;
  /// A picture that cannot be read, with the sentence that says why; the others go on.
  std::function<void(const std::filesystem::path&, const std::string&)> unreadable;
};

/// Cuts, scales and normalises each picture as in training, and tells in their order what the network makes of them.
void predict(const TrainedNetwork& network, std::span<const std::filesystem::path> pictures,
             const PredictionHooks& hooks);

/// The `count` likeliest classes, the likeliest first, of equal ones the earlier.
std::vector<int> likeliest(std::span<const double> probabilities, int count);

}  // namespace crescendo
