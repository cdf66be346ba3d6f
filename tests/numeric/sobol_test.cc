#include "numeric/sobol.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>
#include <vector>

#include "crescendo/error.h"
#include "numeric/sobol_directions.h"

namespace crescendo {
namespace {

std::uint32_t gray(std::uint32_t n) { return n ^ (n >> 1); }

TEST(Sobol, IsTheSequenceOfJoeAndKuo) {
  // Points (in Gray-code order) that scipy 1.x prints for the same table: index, dimension, 2^32 times the coordinate.
  constexpr std::uint32_t kKnown[][3] = {{1, 0, 2147483648u},      {5, 1, 3758096384u},     {7, 2, 1610612736u},
                                         {100, 9, 2986344448u},    {777, 31, 3862953984u},  {1000, 63, 1916796928u},
                                         {1023, 127, 3007315968u}, {1022, 127, 859832320u}, {513, 99, 1799356416u}};
  for (const auto& [index, dimension, bits] : kKnown) {
    EXPECT_EQ(sobol(gray(index), static_cast<int>(dimension)), bits) << index << " " << dimension;
  }
}

TEST(Sobol, PolynomialsDifferAndInitialNumbersAreOddAndSmallEnough) {
  std::set<int> polynomials;
  for (const SobolDirection& direction : kSobolDirections) {
    EXPECT_TRUE(polynomials.insert(direction.polynomial).second);
    const int degree = std::bit_width(direction.polynomial) - 1;
    for (int i = 0; i < degree; ++i) {
      EXPECT_EQ(direction.initial[static_cast<std::size_t>(i)] % 2, 1);
      EXPECT_LT(direction.initial[static_cast<std::size_t>(i)], 1 << (i + 1));
    }
  }
}

// Every run of 2^k points that starts at a multiple of 2^k has one point in each of 2^k equal intervals.
TEST(Sobol, EveryCoordinateIsEvenAlsoWhenScrambled) {
  constexpr std::uint32_t kCount = 64;
  for (int dimension = 0; dimension < kSobolDimensions; ++dimension) {
    for (const std::uint32_t begin : {0u, 64u, 640u}) {
      std::set<std::uint32_t> plain, scrambled;
      for (std::uint32_t i = begin; i < begin + kCount; ++i) {
        plain.insert(sobol(i, dimension) / (0x80000000u / (kCount / 2)));
        const double x = scrambled_sobol(i, dimension, 5);
        ASSERT_GT(x, 0);
        ASSERT_LT(x, 1);
        scrambled.insert(static_cast<std::uint32_t>(x * kCount));
      }
      EXPECT_EQ(plain.size(), kCount);
      EXPECT_EQ(scrambled.size(), kCount);
    }
  }
}

// The first two coordinates are a (0, k, 2)-net: one point in every box of area 2^-k; scrambling must keep that.
TEST(Sobol, ScramblingKeepsTheNetInTwoDimensions) {
  constexpr int kLog = 8;
  for (int split = 0; split <= kLog; ++split) {
    std::set<std::pair<int, int>> boxes;
    for (std::uint32_t i = 0; i < 1u << kLog; ++i) {
      boxes.insert({static_cast<int>(scrambled_sobol(i, 0, 9) * (1 << split)),
                    static_cast<int>(scrambled_sobol(i, 1, 9) * (1 << (kLog - split)))});
    }
    EXPECT_EQ(boxes.size(), 1u << kLog) << split;
  }
}

// Over 4,096 seeds, the mean of a uniform coordinate lies within 5 of its standard errors (0.0045) but once in 10^6
// times; so does the correlation between two points of one cell.
TEST(Owen, EveryPointIsUniformOverTheSeeds) {
  constexpr int kSeeds = 4096;
  for (const std::uint32_t index : {0u, 1u, 100u}) {
    double sum = 0, product = 0;
    for (int seed = 0; seed < kSeeds; ++seed) {
      const double x = scrambled_sobol(index, 3, static_cast<std::uint64_t>(seed));
      sum += x;
      product += (x - 0.5) * (scrambled_sobol(index, 4, static_cast<std::uint64_t>(seed)) - 0.5);
    }
    EXPECT_NEAR(sum / kSeeds, 0.5, 5 * std::sqrt(1.0 / 12 / kSeeds));
    EXPECT_NEAR(product / kSeeds, 0, 5.0 / 12 / std::sqrt(kSeeds));
  }
}

TEST(Owen, TwoNumbersStayAsCloseAsTheirCommonLeadingBits) {
  for (int level = 0; level < 32; ++level) {
    const std::uint32_t a = 0xdeadbeefu, b = a ^ (1u << (31 - level));
    const std::uint32_t difference = owen_scrambled(a, 3) ^ owen_scrambled(b, 3);
    EXPECT_EQ(std::countl_zero(difference), level);
  }
}

TEST(Sobol, RefusesADimensionItHasNoNumbersFor) { EXPECT_ANY_THROW(sobol(0, kSobolDimensions)); }

// A smooth integrand in five dimensions: scrambled nets are far better than the 1/sqrt(n) of random points.
TEST(Sobol, IntegratesBetterThanRandomPoints) {
  constexpr int kCount = 1024;
  double error = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    double sum = 0;
    for (std::uint32_t i = 0; i < kCount; ++i) {
      double product = 1;
      for (int d = 0; d < 5; ++d) product *= 1 + (scrambled_sobol(i, d, seed) - 0.5);
      sum += product;
    }
    error += std::pow(sum / kCount - 1, 2);
  }
  const double random = std::sqrt((std::pow(13.0 / 12, 5) - 1) / kCount);
  EXPECT_LT(std::sqrt(error / 20), random / 20);
}

}  // namespace
}  // namespace crescendo
