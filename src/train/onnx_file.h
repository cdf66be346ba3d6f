#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "train/weights_file.h"

namespace crescendo {

/// The network as an ONNX model, opset 13, IR version 7: input `image` float [batch][channels][side][side], already
/// normalised; output `probabilities` float [batch][classes]. What a picture goes through before the input stands in
/// the model's metadata: docs/formats.md. Dropout leaves no trace, and neither does a dense side that averages nothing.
/// Throws Error (bad input) above the format's 2 GiB.
std::string to_onnx(const TrainedNetwork& network);

/// Reads a model that to_onnx made; `what` is what messages call it. Weights and normalisation come back bit for bit.
/// Throws Error (bad input) for anything else, models of other programs included: a graph that differs from what
/// to_onnx writes in any byte is not read as something similar.
TrainedNetwork parse_onnx(std::string_view bytes, std::string_view what);

/// Writes one file, whole or not at all. Throws Error: as to_onnx, or unavailable with the system's reason.
void save_onnx(const std::filesystem::path& file, const TrainedNetwork& network);

/// Throws Error: not found, or as parse_onnx.
TrainedNetwork load_onnx(const std::filesystem::path& file);

}  // namespace crescendo
