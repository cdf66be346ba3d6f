#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "train/network.h"

namespace crescendo {

/// A trained network with all that is needed to use it on new pictures.
struct TrainedNetwork {
  NetworkShape shape;
  std::vector<std::string> classes;  // names, shape.classes of them
  Normalisation normalisation;
  std::vector<float> weights;  // plain order
  Fit fit = Fit::kCrop;        // how its pictures became square
};

inline constexpr std::string_view kWeightsMagic = "CRSW";  // what such a file begins with

/// Writes one file, whole or not at all. Throws Error (unavailable) with the system's reason.
///
/// Format, version 1: "CRSW", version (u32), length of the header (u32), header (JSON: shape, classes, normalisation,
/// fit, which is crop where it is missing), then the weights in the plain order as float32; all numbers little endian.
void save_weights(const std::filesystem::path& file, const TrainedNetwork& network);

/// Throws Error: not found, or bad input naming the file and the offset where it stops being such a file.
TrainedNetwork load_weights(const std::filesystem::path& file);

/// The same from a file's bytes; `file` is what messages call it.
TrainedNetwork parse_weights(std::string_view bytes, const std::filesystem::path& file);

}  // namespace crescendo
