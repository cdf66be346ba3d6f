#pragma once

#include <span>
#include <vector>

#include "train/network.h"

namespace crescendo {

/// `fresh` with the first convolutions of another network, as far as both have the same ones: their filters, biases and
/// batch normalisation. Everything behind them stays. Both in the plain order; the sides may differ.
///
/// For progressive resizing: the convolutions learnt at a smaller side. The dense layers begin anew, since the side
/// says how many inputs they have.
std::vector<float> with_convolutions(const NetworkShape& shape, std::vector<float> fresh, const NetworkShape& from,
                                     std::span<const float> weights);

}  // namespace crescendo
