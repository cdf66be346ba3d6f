#pragma once

#include "crescendo/rng.h"
#include "crescendo/study.h"

namespace crescendo {

/// Trial `number`'s point of the study's scrambled Sobol sequence, spread over the box; parameters beyond the
/// sequence's dimensions are drawn. With constraints, point `number` of those that are allowed; a uniform draw where
/// that one lies beyond the first 2^17 of the sequence. Throws as uniform_point does.
Point sobol_point(const Study& study, const Box& box, int number, Rng& rng);

}  // namespace crescendo
