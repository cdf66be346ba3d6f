#include "sampler/row_space.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "sampler/neighbours.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

Box narrow_box(const Space& space) {
  return parse_box(space, Json::parse(R"({"rate": [0.001, 0.02], "kind": ["sgd", true], "units": [20, 90],
                                          "drop": [0.1, 0.3], "size": [3, 7]})"));
}

TEST(RowSpace, RowsAndPointsAreEachOthersInverse) {
  const Space space = mixed_space();
  for (const Box& box : {whole(space), narrow_box(space)}) {
    RowSpace rows(space, box);
    std::vector<double> row(rows.width()), again(rows.width());
    Rng rng(1);
    for (int i = 0; i < 500; ++i) {
      rows.draw(rng, row);
      const Point point = rows.decode(row);
      ASSERT_NO_THROW(space.check(point));
      ASSERT_TRUE(box.contains(point));
      rows.encode(point, 0, again);
      for (std::size_t k = 0; k < row.size(); ++k) ASSERT_NEAR(again[k], row[k], 1e-12);
      ASSERT_EQ(rows.decode(again), point);
    }
  }
}

TEST(RowSpace, DrawsAsUniformlyAsTheRandomSampler) {
  const Space space = mixed_space();
  const Box box = narrow_box(space);
  RowSpace rows(space, box);
  std::vector<double> row(rows.width()), unit(space.size());
  std::vector<double> sums(space.size()), others(space.size());
  std::vector<int> actives(space.size()), other_actives(space.size());
  Rng rng(2);
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    rows.draw(rng, row);
    for (double& u : unit) u = rng.uniform();
    const Point a = rows.decode(row), b = point_in_box(space, box, unit);
    for (std::size_t k = 0; k < space.size(); ++k) {
      actives[k] += !std::isnan(a.values[k]);
      other_actives[k] += !std::isnan(b.values[k]);
      if (!std::isnan(a.values[k])) sums[k] += a.values[k];
      if (!std::isnan(b.values[k])) others[k] += b.values[k];
    }
  }
  for (std::size_t k = 0; k < space.size(); ++k) {
    EXPECT_NEAR(actives[k], other_actives[k], 5 * std::sqrt(0.5 * kDraws)) << space[k].name;
    const double scale = has_choices(space[k]) ? 5 : box.sides[k].high - box.sides[k].low;
    EXPECT_NEAR(sums[k] / actives[k], others[k] / other_actives[k], 0.03 * scale) << space[k].name;
  }
}

TEST(RowSpace, InactiveValuesAreOutOfEveryRange) {
  const Space space = mixed_space();
  const Box box = whole(space);
  RowSpace rows(space, box);
  std::vector<double> row(rows.width());
  rows.encode(Point{{0.01, 1, kInactive, 2, kInactive, 0.1, kInactive}}, 3, row);
  EXPECT_LT((row[2] + 1) / 2, 0);  // a split between it and any value is below all values
  EXPECT_EQ(row[3], 2);
  EXPECT_EQ(row.back(), 3);
  EXPECT_FALSE(rows.active(row, 4));
  EXPECT_TRUE(rows.active(row, 5));
}

TEST(RowSpace, BringsPointsFromOutsideToTheNearestInside) {
  const Space space = mixed_space();
  const Box box = narrow_box(space);
  RowSpace rows(space, box);
  std::vector<double> row(rows.width());
  Rng rng(1);
  rows.encode(Point{{0.09, 3, 200, 1, kInactive, 0.45, 0.3}}, 2, row);
  rows.bring_inside(row, rng);
  const Point point = rows.decode(row);
  EXPECT_NO_THROW(space.check(point));
  EXPECT_TRUE(box.contains(point));
  EXPECT_DOUBLE_EQ(point.values[0], 0.02);
  EXPECT_EQ(point.values[1], 3);
  EXPECT_EQ(point.values[2], 90);
  EXPECT_DOUBLE_EQ(point.values[5], 0.3);
  EXPECT_EQ(row.back(), 0);
}

int count_neighbours(RowSpace& rows, const std::vector<double>& centre, std::set<std::vector<double>>& found) {
  Rng rng(3);
  Neighbourhood neighbours(rows, centre, 0.05, rng);
  std::vector<double> row(rows.width());
  int count = 0;
  for (; neighbours.next(row, rng); ++count) found.insert(row);
  return count;
}

TEST(Neighbourhood, HasEveryOtherCategoryAndFourOfANumber) {
  const Space space = parse_space(Json::parse(R"([
      {"name": "c", "type": "categorical", "choices": ["a", "b", "c", "d", "e"]},
      {"name": "x", "type": "float", "low": 0, "high": 1},
      {"name": "few", "type": "int", "low": 1, "high": 3},
      {"name": "many", "type": "int", "low": 1, "high": 1000, "log": true},
      {"name": "o", "type": "ordinal", "choices": [1, 2, 3, 4, 5, 6, 7]},
      {"name": "one", "type": "int", "low": 4, "high": 4}])"));
  const Box box = whole(space);
  RowSpace rows(space, box);
  std::vector<double> centre(rows.width());
  rows.encode(Point{{2, 0.4, 1, 50, 3, 4}}, 0, centre);
  std::set<std::vector<double>> found;
  EXPECT_EQ(count_neighbours(rows, centre, found), 4 + 4 + 2 + 4 + 2);
  EXPECT_EQ(found.size(), 16u);  // all different
  std::map<std::size_t, int> changed;
  for (const auto& row : found) {
    int changes = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] == centre[i]) continue;
      ++changes;
      ++changed[i];
      const double reach = i == 1 ? 0.3 : i == 4 ? 1.01 / 7 : 1000;  // of an ordinal: the adjacent positions
      EXPECT_NEAR(row[i], centre[i], reach);
    }
    EXPECT_EQ(changes, 1);
  }
  EXPECT_EQ(changed, (std::map<std::size_t, int>{{0, 4}, {1, 4}, {2, 2}, {3, 4}, {4, 2}}));
  // At the end of an ordinal there is one neighbour.
  rows.encode(Point{{2, 0.4, 1, 50, 0, 4}}, 0, centre);
  found.clear();
  EXPECT_EQ(count_neighbours(rows, centre, found), 4 + 4 + 2 + 4 + 1);
}

TEST(Neighbourhood, StaysInTheBoxAndKeepsConditions) {
  const Space space = mixed_space();
  const Box box = narrow_box(space);
  RowSpace rows(space, box);
  std::vector<double> centre(rows.width()), row(rows.width());
  Rng rng(1);
  for (int round = 0; round < 200; ++round) {
    rows.draw(rng, centre);
    Neighbourhood neighbours(rows, centre, 0.2, rng);
    while (neighbours.next(row, rng)) {
      const Point point = rows.decode(row);
      ASSERT_NO_THROW(space.check(point));
      ASSERT_TRUE(box.contains(point));
      ASSERT_NE(point, rows.decode(centre));
    }
  }
}

TEST(Neighbourhood, NumbersSpreadAsTheDeviationSays) {
  const Space space = parse_space(Json::parse(R"([{"name": "x", "type": "float", "low": 0, "high": 1}])"));
  const Box box = whole(space);
  RowSpace rows(space, box);
  const std::vector<double> centre = {0.5, 0};
  std::vector<double> row(2);
  Rng rng(1);
  double squares = 0;
  for (int round = 0; round < 1000; ++round) {
    Neighbourhood neighbours(rows, centre, 0.07, rng);
    while (neighbours.next(row, rng)) squares += (row[0] - 0.5) * (row[0] - 0.5);
  }
  EXPECT_NEAR(std::sqrt(squares / 4000), 0.07, 0.004);  // 5 standard deviations
}

TEST(RowSpace, ARowIsAllowedWhereItsPointIs) {
  const Space space =
      parse_space(to_json(mixed_space()), {"100 * rate < layers", "not (kind in [sgd, null] and drop > 0.2)"});
  const Box box = narrow_box(space);
  RowSpace rows(space, box);
  std::vector<double> row(rows.width());
  Rng rng(8);
  int allowed = 0;
  for (int i = 0; i < 500; ++i) {
    rows.draw(rng, row);
    ASSERT_EQ(rows.allowed(row), space.allowed(rows.decode(row).values));
    allowed += rows.allowed(row);
  }
  EXPECT_GT(allowed, 100);
  EXPECT_LT(allowed, 400);
}

TEST(Neighbourhood, PassesOverWhatBreaksAConstraint) {
  const Space space = parse_space(Json::parse(R"([
      {"name": "x", "type": "float", "low": 0, "high": 1}, {"name": "n", "type": "int", "low": 0, "high": 3},
      {"name": "c", "type": "categorical", "choices": ["a", "b", "c"]}])"),
                                  {"x > 0.5", "not (n == 1)", "not (c == b)"});
  const Box box = whole(space);
  RowSpace rows(space, box);
  std::vector<double> centre(rows.width()), row(rows.width());
  rows.encode(Point{{0.51, 0, 0}}, 0, centre);
  std::set<double> ns, cs;
  Rng rng(9);
  for (int i = 0; i < 50; ++i) {
    Neighbourhood neighbours(rows, centre, 0.1, rng);
    while (neighbours.next(row, rng)) {
      const Point point = rows.decode(row);
      ASSERT_TRUE(space.allowed(point.values));
      ns.insert(point.values[1]);
      cs.insert(point.values[2]);
    }
  }
  EXPECT_EQ(ns, (std::set<double>{0, 2, 3}));
  EXPECT_EQ(cs, (std::set<double>{0, 2}));
}

}  // namespace
}  // namespace crescendo
