#include "numeric/kendall.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <vector>

#include "crescendo/rng.h"

namespace crescendo {
namespace {

double tau(const std::vector<double>& a, const std::vector<double>& b) { return kendall_tau(a, b); }

TEST(Kendall, IsOneForTheSameOrderAndMinusOneForTheReverse) {
  EXPECT_EQ(tau({1, 2, 3, 4}, {-5, 0, 7, 700}), 1);
  EXPECT_EQ(tau({1, 2, 3, 4}, {4, 3, 2, 1}), -1);
  EXPECT_NEAR(tau({1, 2, 3, 4}, {1, 2, 4, 3}), (5 - 1) / 6.0, 1e-12);
}

// The ties of Kendall's own formula: pairs 6, one tied in a, three in b; of the rest three agree and none disagrees.
TEST(Kendall, TiesCountForNeitherSide) {
  EXPECT_NEAR(tau({1, 1, 2, 3}, {5, 6, 6, 6}), (2 - 0) / std::sqrt(5.0 * 3.0), 1e-12);
  const double never = std::numeric_limits<double>::infinity();
  EXPECT_EQ(tau({1, 2, 3}, {never, never, never}), 0);
  EXPECT_NEAR(tau({1, 2, 3}, {0.1, never, never}), 2 / std::sqrt(3.0 * 2.0), 1e-12);
  EXPECT_EQ(tau({}, {}), 0);
  EXPECT_EQ(tau({1}, {1}), 0);
}

// 4,000 shuffles: the variance of their taus has a relative error of about 3 %.
TEST(Kendall, ItsVarianceAmongUnrelatedPairsIsTheStatedOne) {
  Rng rng(1);
  for (const int n : {2, 5, 8}) {
    std::vector<double> a(static_cast<std::size_t>(n)), b;
    std::iota(a.begin(), a.end(), 0.0);
    b = a;
    double squares = 0;
    for (int i = 0; i < 4000; ++i) {
      rng.shuffle(std::span(b));
      squares += kendall_tau(a, b) * kendall_tau(a, b) / 4000;
    }
    EXPECT_NEAR(squares, kendall_variance(n), 0.12 * kendall_variance(n)) << n;
  }
  EXPECT_NEAR(std::sqrt(kendall_variance(8)), 0.29, 0.005);
}

}  // namespace
}  // namespace crescendo
