#include "sampler/climb.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "space/encode.h"
#include "tests/fakes.h"
#include "tests/problems.h"

namespace crescendo {
namespace {

// What a row is worth by a problem's loss, with slopes by differences along the numbers.
struct Hill {
  explicit Hill(Problem of) : problem(std::move(of)), box(whole(problem.space)), rows(problem.space, box) {}

  double worth(std::span<const double> row) const { return -problem.loss(rows.decode(row)); }

  std::vector<Peak> climb_from(std::span<const double> starts, ClimbOptions options = {}) {
    Rng rng(1);
    const Worth value = [&](std::span<const double> asked, std::span<double> values) {
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = worth(asked.subspan(i * rows.width(), rows.width()));
    };
    const WorthSlope slope = [&](std::span<const double> row, std::span<double> slopes) {
      ++slopes_asked;
      for (std::size_t i = 0; i < slopes.size(); ++i) {
        std::vector<double> more(row.begin(), row.end()), less = more;
        more[i] += 1e-6;
        less[i] -= 1e-6;
        slopes[i] = rows.is_categorical(i) || !rows.active(row, i) ? 0 : (worth(more) - worth(less)) / 2e-6;
      }
      return worth(row);
    };
    return climb(rows, starts, value, slope, options, rng);
  }

  std::vector<double> random_row(Rng& rng) {
    std::vector<double> row(rows.width());
    do {
      rows.draw(rng, row);
    } while (!rows.allowed(row));
    return row;
  }

  Problem problem;
  Box box;
  RowSpace rows;
  int slopes_asked = 0;
};

TEST(Climb, EndsAtTheBestPointOfASmoothFunctionOfMixedParameters) {
  for (const auto& make : {bowl, branches}) {
    Hill hill(make());
    Rng rng(2);
    for (int repeat = 0; repeat < 10; ++repeat) {
      const std::vector<Peak> peaks = hill.climb_from(hill.random_row(rng));
      EXPECT_LT(-peaks.front().worth - hill.problem.optimum, 0.05) << hill.problem.name;  // the better branch, too
      EXPECT_EQ(peaks.front().worth, hill.worth(peaks.front().row));
    }
  }
}

TEST(Climb, ExchangesValuesWithoutSlopes) {
  Hill hill(steps());  // ints, steps, an ordinal and categories: from one value to the next
  Rng rng(3);
  for (int repeat = 0; repeat < 10; ++repeat) {
    const std::vector<Peak> peaks = hill.climb_from(hill.random_row(rng), {20, 0});
    EXPECT_NEAR(peaks.front().worth, 0, 1e-9);
  }
}

TEST(Climb, StopsWhereConstraintsForbidMore) {
  Hill hill(tapered());
  Rng rng(4);
  double best = 1e9;
  for (int repeat = 0; repeat < 20; ++repeat) {
    const std::vector<double> start = hill.random_row(rng);
    const Peak peak = hill.climb_from(start).front();
    EXPECT_TRUE(hill.rows.allowed(peak.row));
    EXPECT_GE(peak.worth, hill.worth(start));
    best = std::min(best, -peak.worth);
  }
  EXPECT_LT(best - hill.problem.optimum, 0.1);
}

TEST(Climb, ReturnsAPeakForEachStartTheBestFirst) {
  Hill hill(branin());
  Rng rng(5);
  std::vector<double> starts;
  for (int i = 0; i < 6; ++i) {
    const auto row = hill.random_row(rng);
    starts.insert(starts.end(), row.begin(), row.end());
  }
  const std::vector<Peak> peaks = hill.climb_from(starts);
  ASSERT_EQ(peaks.size(), 6u);
  for (std::size_t i = 1; i < 6; ++i) EXPECT_GE(peaks[i - 1].worth, peaks[i].worth);
}

TEST(Climb, TakesNoMoreRoundsThanItMay) {
  const auto asked_in = [](int rounds) {
    Hill hill(mixed10());
    Rng rng(6);
    for (int i = 0; i < 10; ++i) hill.climb_from(hill.random_row(rng), {rounds, 30});
    return hill.slopes_asked;
  };
  EXPECT_GT(asked_in(1), 0);
  EXPECT_LT(asked_in(1), asked_in(2));
}

TEST(Climb, TheBetterHalfOfTheClimbsExchangesValues) {
  Hill hill(steps());  // where slopes lead nowhere
  Rng rng(3);
  std::vector<double> starts;
  std::vector<double> worths;
  for (int i = 0; i < 5; ++i) {
    const auto row = hill.random_row(rng);
    starts.insert(starts.end(), row.begin(), row.end());
    worths.push_back(hill.worth(row));
  }
  std::sort(worths.rbegin(), worths.rend());
  const std::vector<Peak> peaks = hill.climb_from(starts, {20, 0});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(peaks[i].worth, 0, 1e-9);
  EXPECT_EQ(peaks[3].worth, worths[3]);
  EXPECT_EQ(peaks[4].worth, worths[4]);
}

}  // namespace
}  // namespace crescendo
