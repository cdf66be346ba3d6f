#pragma once

#include <functional>
#include <optional>

#include "train/kernel_table.h"
#include "train/trainer.h"

namespace crescendo {

/// As judge in trainer.h, with pictures normalised so; nothing when `cancelled` says so, which is asked before every
/// batch.
std::optional<Judgement> judge_unless(const std::function<bool()>& cancelled, Network& network, const ImageSet& images,
                                      const Normalisation& normalisation, std::span<const int> pictures);

/// What the weights of a finished training make of the pictures of one part, normalised as in that training and
/// computed with its kernels. Takes the memory that it needs.
Judgement judge_weights(const BackendEntry& backend, Arena& arena, const NetworkShape& shape,
                        std::span<const float> weights, const Normalisation& normalisation, const ImageSet& images,
                        Part part, const std::optional<KernelTable>& kernels);

}  // namespace crescendo
