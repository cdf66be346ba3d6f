#pragma once

#include <functional>
#include <optional>

#include "train/trainer.h"

namespace crescendo {

/// As judge in trainer.h; nothing when `cancelled` says so, which is asked before every batch.
std::optional<Judgement> judge_unless(const std::function<bool()>& cancelled, Network& network, const ImageSet& images,
                                      std::span<const int> pictures);

}  // namespace crescendo
