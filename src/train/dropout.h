#pragma once

#include <cstdint>
#include <span>

namespace crescendo {

/// What dropout multiplies the outputs of dense layer `layer` with, one factor a unit: 0 for a unit that the step
/// leaves out, 1 / (1 - dropout) for one that stays, so that the expected output is that of evaluation.
///
/// The same for every backend: a picture's mask depends on the step's noise, the layer and the picture's place in the
/// whole batch, so that no micro-batch and no vector width changes it.
/// Source: Srivastava et al. 2014, "Dropout", section 10 (the form that scales while training).
void dropout_factors(double dropout, std::uint64_t noise, std::size_t layer, std::size_t picture,
                     std::span<float> factors);

/// The factor of a unit that stays.
inline float dropout_scale(double dropout) { return static_cast<float>(1 / (1 - dropout)); }

}  // namespace crescendo
