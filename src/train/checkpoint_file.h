#pragma once

#include <filesystem>

#include "train/checkpoint.h"

namespace crescendo {

/// Writes one file, whole or not at all. Throws Error (unavailable) with the system's reason.
///
/// Format, version 1: "CRCP", version (u32), length of the header (u32), header (JSON: docs/formats.md), then as int32
/// the order and the confusion matrix, and as float32 the weights, the moments and the best epoch's weights.
void save_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

/// Throws Error: not found, or bad input naming the file and the offset where it stops being such a file.
Checkpoint load_checkpoint(const std::filesystem::path& file);

}  // namespace crescendo
