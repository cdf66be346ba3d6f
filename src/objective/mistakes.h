#pragma once

#include <span>
#include <string>
#include <string_view>

#include "train/trainer.h"

namespace crescendo {

/// The name of the file in a trial's folder that shows pictures its network got wrong (docs/formats.md).
inline constexpr std::string_view kMistakesFile = "mistakes.json";

/// Its content. `images`: the set that the mistakes are of; `data`: what the pictures of the set came from and are
/// called by, null if that is not known: then they are called by their numbers in the set.
std::string mistakes_json(std::span<const Mistake> mistakes, const ImageSet& images, const DataSet* data);

}  // namespace crescendo
