#include "sampler/local_search.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/fakes.h"

namespace crescendo {
namespace {

Space one_float() { return parse_space(Json::parse(R"([{"name": "x", "type": "float", "low": 0, "high": 1}])")); }

TEST(LocalSearch, HasTheConstantsOfSmac) {
  const LocalSearchOptions options;
  EXPECT_EQ(options.plateau_steps, 10);
  EXPECT_EQ(options.first_batch, 2);
  EXPECT_EQ(options.most_batch, 64);
  EXPECT_EQ(options.deviation, 0.05);
  EXPECT_EQ(options.least_deviation, 0.005);
  EXPECT_EQ(options.patience, 3);
}

TEST(LocalSearch, ClimbsToTheTopAndOrdersWhatItFound) {
  const Space space = parse_space(Json::parse(R"([
      {"name": "x", "type": "float", "low": 0, "high": 1},
      {"name": "c", "type": "categorical", "choices": ["a", "b", "c"]}])"));
  const Box box = whole(space);
  RowSpace rows(space, box);
  const Worth worth = [](std::span<const double> asked, std::span<double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = -std::abs(asked[3 * i] - 0.7) + (asked[3 * i + 1] == 2 ? 1 : 0);
    }
  };
  Rng rng(1);
  const std::vector<double> starts = {0.1, 0, 0, 0.9, 1, 0};
  const auto peaks = local_search(rows, starts, worth, {}, rng);
  ASSERT_EQ(peaks.size(), 2u);
  EXPECT_GE(peaks[0].worth, peaks[1].worth);
  for (const Peak& peak : peaks) {
    EXPECT_NEAR(peak.row[0], 0.7, 0.01);
    EXPECT_EQ(peak.row[1], 2);
    EXPECT_NEAR(peak.worth, 1, 0.01);
  }
}

// A float and 96 other categories: 100 neighbours, all as good as any.
TEST(LocalSearch, LeavesAPlateauAfterTenNeighbourhoodsAskedForInDoublingBatches) {
  std::string choices;
  for (int i = 0; i < 97; ++i) choices += (i ? ", " : "") + std::to_string(i);
  const Space space = parse_space(Json::parse(R"([{"name": "x", "type": "float", "low": 0, "high": 1},
      {"name": "c", "type": "categorical", "choices": [)" +
                                              choices + "]}]"));
  const Box box = whole(space);
  RowSpace rows(space, box);
  std::vector<std::size_t> batches;
  const Worth worth = [&](std::span<const double>, std::span<double> values) {
    batches.push_back(values.size());
    std::fill(values.begin(), values.end(), 0.5);
  };
  Rng rng(1);
  const std::vector<double> start = {0.5, 3, 0};
  local_search(rows, start, worth, {}, rng);
  std::vector<std::size_t> expected = {1};
  for (int step = 0; step < 10; ++step) expected.insert(expected.end(), {2, 4, 8, 16, 32, 38});
  EXPECT_EQ(batches, expected);

  batches.clear();
  LocalSearchOptions options;
  options.plateau_steps = 3;
  options.most_batch = 8;
  local_search(rows, start, worth, options, rng);
  EXPECT_EQ(std::count(batches.begin(), batches.end(), 8u), 3 * 11);
}

TEST(LocalSearch, WalksOverAPlateauToFindAHigherPlace) {
  // Worth 0 up to 0.6: out of one neighbourhood's reach from 0.3, and within that of several.
  const Space space = one_float();
  const Box box = whole(space);
  RowSpace rows(space, box);
  const Worth worth = [&](std::span<const double> asked, std::span<double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = asked[2 * i] > 0.45;
  };
  Rng rng(1);
  std::vector<double> from(2 * 200, 0.0);
  for (std::size_t i = 0; i < from.size(); i += 2) from[i] = 0.3;
  const auto reached = [&](int plateau) {
    LocalSearchOptions options;
    options.plateau_steps = plateau;
    int count = 0;
    for (const Peak& peak : local_search(rows, from, worth, options, rng)) count += peak.worth == 1;
    return count;
  };
  EXPECT_GT(reached(10), reached(1) + 20);
}

TEST(LocalSearch, LooksCloserAfterEveryThirdNeighbourhoodWithoutABetterRow) {
  const Space space = one_float();
  const Box box = whole(space);
  RowSpace rows(space, box);
  constexpr std::size_t kSearches = 500;
  std::vector<double> starts(2 * kSearches, 0.0);
  for (std::size_t i = 0; i < starts.size(); i += 2) starts[i] = 0.5;
  std::vector<double> spreads;  // of each neighbourhood: two batches of two
  double squares = 0;
  int calls = 0;
  const Worth worth = [&](std::span<const double> asked, std::span<double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = asked[2 * i] == 0.5;  // the start is a peak that nothing equals
      squares += std::pow(asked[2 * i] - 0.5, 2);
    }
    if (calls++ == 0) squares = 0;
    if (calls % 2 == 1 && calls > 1) {
      spreads.push_back(std::sqrt(squares / (4 * kSearches)));
      squares = 0;
    }
  };
  Rng rng(1);
  LocalSearchOptions options;
  options.plateau_steps = 15;
  local_search(rows, starts, worth, options, rng);
  ASSERT_EQ(spreads.size(), 15u);
  const double expected[] = {0.05,   0.05,    0.05,    0.025,   0.025, 0.025, 0.0125, 0.0125,
                             0.0125, 0.00625, 0.00625, 0.00625, 0.005, 0.005, 0.005};
  for (std::size_t i = 0; i < 15; ++i) EXPECT_NEAR(spreads[i] / expected[i], 1, 0.08) << i;  // 5 standard deviations
}

TEST(LocalSearch, LooksFurtherAfterThreeBetterRows) {
  // A slope: half of all neighbours are better, so most searches grow their deviation.
  const Space space = one_float();
  const Box box = whole(space);
  RowSpace rows(space, box);
  std::vector<std::size_t> calls(2);
  for (const bool grows : {false, true}) {
    const Worth worth = [&](std::span<const double> asked, std::span<double> values) {
      calls[grows] += values.size();
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::min(asked[2 * i], 0.95);
    };
    LocalSearchOptions options;
    if (!grows) options.most_deviation = options.deviation;
    Rng rng(1);
    std::vector<double> starts(2 * 200, 0.0);
    local_search(rows, starts, worth, options, rng);
  }
  EXPECT_LT(10 * calls[true], 9 * calls[false]);
}

}  // namespace
}  // namespace crescendo
