#pragma once

#include <filesystem>

#include "train/weights_file.h"

namespace crescendo {

/// Reads weights.bin or a model of save_onnx; the first bytes tell which it is, not the name.
/// Throws Error: not found, or bad input naming the file.
TrainedNetwork load_network(const std::filesystem::path& file);

}  // namespace crescendo
