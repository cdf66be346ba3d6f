#include "numeric/sobol.h"

#include <array>
#include <bit>

#include "crescendo/error.h"
#include "numeric/sobol_directions.h"

namespace crescendo {
namespace {

constexpr int kBits = 32;
using Columns = std::array<std::uint32_t, kBits>;  // what bit i of the index adds to the coordinate

static_assert(kSobolDirections.size() + 1 == kSobolDimensions);

Columns columns_of(int dimension) {
  Columns columns;
  for (int i = 0; i < kBits; ++i) columns[i] = std::uint32_t{1} << (kBits - 1 - i);
  if (dimension == 0) return columns;
  const SobolDirection& direction = kSobolDirections[static_cast<std::size_t>(dimension - 1)];
  const int degree = std::bit_width(direction.polynomial) - 1;
  for (int i = 0; i < kBits; ++i) {
    if (i < degree) {
      columns[i] = std::uint32_t{direction.initial[i]} << (kBits - 1 - i);
      continue;
    }
    columns[i] = columns[i - degree] ^ (columns[i - degree] >> degree);
    for (int j = 1; j < degree; ++j) {
      if (direction.polynomial >> (degree - j) & 1) columns[i] ^= columns[i - j];
    }
  }
  return columns;
}

std::uint64_t mixed(std::uint64_t z) {  // the finaliser of splitmix64
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

std::uint32_t sobol(std::uint32_t index, int dimension) {
  check(dimension >= 0 && dimension < kSobolDimensions, "a dimension of the Sobol sequence is in its table");
  static const auto kColumns = [] {
    std::array<Columns, kSobolDimensions> all;
    for (int d = 0; d < kSobolDimensions; ++d) all[static_cast<std::size_t>(d)] = columns_of(d);
    return all;
  }();
  const Columns& columns = kColumns[static_cast<std::size_t>(dimension)];
  std::uint32_t bits = 0;
  for (int i = 0; index != 0; ++i, index >>= 1) bits ^= (index & 1) ? columns[i] : 0;
  return bits;
}

std::uint32_t owen_scrambled(std::uint32_t bits, std::uint64_t seed) {
  std::uint32_t result = bits;
  for (int level = 0; level < kBits; ++level) {
    // The bits above this level, with a leading one that tells 0 from 00.
    const std::uint64_t above = (std::uint64_t{1} << level) | (std::uint64_t{bits} >> (kBits - level));
    const std::uint64_t turned = mixed(seed + above * 0x9e3779b97f4a7c15u) & 1;
    result ^= static_cast<std::uint32_t>(turned << (kBits - 1 - level));
  }
  return result;
}

double scrambled_sobol(std::uint32_t index, int dimension, std::uint64_t seed) {
  const std::uint64_t own = mixed(mixed(seed + 1) + static_cast<std::uint64_t>(dimension));
  return (owen_scrambled(sobol(index, dimension), own) + 0.5) * 0x1.0p-32;
}

}  // namespace crescendo
