#pragma once

#include <cstdint>

namespace crescendo {

inline constexpr int kSobolDimensions = 128;

/// Coordinate `dimension` (from 0, below kSobolDimensions) of point `index` of the Sobol sequence, times 2^32. In
/// binary order: the first 2^k points are a net for every k, and so is each later run of 2^k points that starts at a
/// multiple.
std::uint32_t sobol(std::uint32_t index, int dimension);

/// Nested uniform scrambling: each bit is turned or not by a hash of `seed` and all bits above it, so that a net stays
/// a net and every single coordinate is uniform over the seeds. Coordinates need seeds of their own.
///
/// Source: Owen 1995, "Randomly Permuted (t,m,s)-Nets and (t,s)-Sequences"; hashing in place of stored permutations as
/// in Laine and Karras 2011, "Stratified sampling for stochastic transparency".
std::uint32_t owen_scrambled(std::uint32_t bits, std::uint64_t seed);

/// The scrambled coordinate as a number in (0, 1), of the sequence that belongs to `seed`.
double scrambled_sobol(std::uint32_t index, int dimension, std::uint64_t seed);

}  // namespace crescendo
