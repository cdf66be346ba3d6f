#pragma once

#include <span>
#include <vector>

#include "crescendo/history.h"
#include "crescendo/rng.h"
#include "crescendo/sampler.h"
#include "sampler/row_space.h"

namespace crescendo {

/// Up to `count` random rows of the box that are allowed: [n][width]. Fewer where four draws for each do not find one.
std::vector<double> draw_allowed(RowSpace& rows, std::size_t count, Rng& rng);

/// The `most` different ones of `rows` ([n][width]) with the lowest costs, the earlier of equal ones first.
std::vector<double> lowest(std::span<const double> rows, std::span<const double> costs, std::size_t width,
                           std::size_t most);

/// Of `rows`, moved into the box, those that are allowed there.
std::vector<double> brought_inside(RowSpace& rows, std::vector<double> outside, Rng& rng);

/// A draw of `uniform` and new, if `retries` more find a new one. Never one that runs while others are left.
Point new_random_point(const Sampler& uniform, const History& history, const Box& box, int number, int retries,
                       Rng& rng);

}  // namespace crescendo
