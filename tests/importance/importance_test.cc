#include "crescendo/importance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "space/encode.h"
#include "tests/importance/exact.h"
#include "tests/problems.h"

namespace crescendo {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Parameter real(const std::string& name, double low, double high, bool log = false) {
  Parameter p;
  p.name = name;
  p.low = low;
  p.high = high;
  p.log = log;
  return p;
}

// Uniform draws from a space and what a function says of them.
template <class Function>
TrialTable drawn(const Space& space, int count, std::uint64_t seed, const Function& loss) {
  Rng rng(seed);
  TrialTable table{space, {}, {}};
  const Box box = whole(space);
  for (int i = 0; i < count; ++i) {
    std::vector<double> unit(space.size());
    for (double& u : unit) u = rng.uniform();
    table.points.push_back(point_in_box(space, box, unit));
    table.losses.push_back(loss(table.points.back()));
  }
  return table;
}

double worst_error(const std::vector<Share>& shares, const std::vector<double>& exact) {
  double worst = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) worst = std::max(worst, std::abs(shares[i].share - exact[i]));
  return worst;
}

TEST(Importance, OfAFullFactorialIsExact) {
  for (const Kind kind : {Kind::kCategorical, Kind::kOrdinal}) {
    TrialTable table = factorial({3, 4, 2, 5}, kind);
    Rng rng(8);
    for (double& loss : table.losses) loss = 3 + rng.normal();  // every order of interaction
    ImportanceOptions options;
    options.pairs = options.totals = true;
    options.triples = {{0, 1, 3}};
    const Importance found = importance(table, options);
    const double all = marginal_variance(table, 0b1111);
    for (unsigned i = 0; i < 4; ++i) {
      EXPECT_NEAR(found.main[i].share, marginal_variance(table, 1u << i) / all, 1e-9);
      EXPECT_NEAR(found.main[i].std, 0, 1e-7);
      EXPECT_NEAR(found.total[i].share, 1 - marginal_variance(table, 0b1111 & ~(1u << i)) / all, 1e-9);
    }
    ASSERT_EQ(found.pairs.size(), 6u);
    for (const PairShare& pair : found.pairs) {
      const unsigned a = 1u << pair.a, b = 1u << pair.b;
      const double part = marginal_variance(table, a | b) - marginal_variance(table, a) - marginal_variance(table, b);
      EXPECT_NEAR(pair.share.share, part / all, 1e-9);
    }
    double triple = marginal_variance(table, 0b1011);
    for (const unsigned pair : {0b0011u, 0b1001u, 0b1010u}) triple -= marginal_variance(table, pair);
    for (const unsigned one : {0b0001u, 0b0010u, 0b1000u}) triple += marginal_variance(table, one);
    EXPECT_NEAR(found.triples[0].share.share, triple / all, 1e-9);
  }
}

TEST(Importance, OfAFactorialOfNumbersIsExactToo) {
  Parameter count;
  count.name = "count";
  count.kind = Kind::kInt;
  count.low = 1;
  count.high = 6;
  Parameter stepped = real("stepped", 0, 1);
  stepped.step = 0.25;
  TrialTable table{Space({count, stepped}), {}, {}};
  for (int i = 1; i <= 6; ++i) {
    for (int k = 0; k <= 4; ++k) {
      table.points.push_back({{static_cast<double>(i), k * 0.25}});
      table.losses.push_back(i * i + k * i % 4);
    }
  }
  const Importance found = importance(table, {});
  const double all = marginal_variance(table, 3);
  EXPECT_NEAR(found.main[0].share, marginal_variance(table, 1) / all, 1e-9);
  EXPECT_NEAR(found.main[1].share, marginal_variance(table, 2) / all, 1e-9);
  ASSERT_EQ(found.curves[1].size(), 5u);
  for (int k = 0; k <= 4; ++k) {
    double mean = 0;
    for (int i = 1; i <= 6; ++i) mean += (i * i + k * i % 4) / 6.0;
    EXPECT_NEAR(found.curves[1][static_cast<std::size_t>(k)].loss, mean, 1e-9);
  }
}

// Of this kind with few trials; bench/importance has the errors on all functions of 1,000 trials.
TEST(Importance, OfIshigamiIsNearTheKnownShares) {
  const double pi = std::acos(-1);
  const Space space({real("x1", -pi, pi), real("x2", -pi, pi), real("x3", -pi, pi)});
  double worst = 0, pair = 0;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const TrialTable table = drawn(space, 1000, seed, [](const Point& p) {
      return std::sin(p.values[0]) + 7 * std::pow(std::sin(p.values[1]), 2) +
             0.1 * std::pow(p.values[2], 4) * std::sin(p.values[0]);
    });
    ImportanceOptions options;
    options.pairs = options.totals = true;
    const Importance found = importance(table, options);
    worst += worst_error(found.main, {0.3139, 0.4424, 0.0}) / 3;
    pair += std::abs(found.pairs[1].share.share - 0.2437) / 3;
    EXPECT_NEAR(found.total[0].share, 0.5576, 0.05);
    EXPECT_NEAR(found.total[2].share, 0.2437, 0.05);
    EXPECT_NEAR(found.covered, 1, 0.01);
  }
  EXPECT_LT(worst, 0.02);
  EXPECT_LT(pair, 0.03);
}

TEST(Importance, DoesNotDependOnTheUnitOfTheLosses) {
  const Space space({real("a", 0, 1), real("b", -1, 1), real("c", 0, 1)});
  const TrialTable trials =
      drawn(space, 200, 5, [](const Point& p) { return 3 * p.values[0] + p.values[1] * p.values[1]; });
  ImportanceOptions options;
  options.pairs = true;
  options.surfaces = {{0, 1}};
  const Importance usual = importance(trials, options);
  for (const int order : {1000, 530, -530, -1000}) {
    TrialTable other = trials;
    for (double& loss : other.losses) loss = std::ldexp(loss, order);
    const Importance found = importance(other, options);
    EXPECT_FALSE(found.constant);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(found.main[i].share, usual.main[i].share, 1e-6) << order;
    EXPECT_NEAR(std::ldexp(found.curves[0][3].loss, -order), usual.curves[0][3].loss, 1e-6);
    EXPECT_NEAR(std::ldexp(found.surfaces[0].losses[3], -order), usual.surfaces[0].losses[3], 1e-6);
    EXPECT_NEAR(permutation_importance(other, 0)[0], permutation_importance(trials, 0)[0], 1e-6);
  }
}

TEST(Importance, OfMixed10HasTheRightOrder) {
  const Problem problem = mixed10();
  const Importance found = importance(drawn(problem.space, 1000, 4, problem.loss), {});
  const std::vector<double> exact = {0.757, 0.0171, 0.0063, 0.0055, 0.0504, 0.0021, 0.0629, 0.0103, 0.0537, 0.0129};
  double sum = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) sum += std::abs(found.main[i].share - exact[i]);
  EXPECT_LT(sum, 0.15);
  std::vector<std::size_t> order(exact.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return found.main[a].share > found.main[b].share; });
  order.resize(4);
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 6, 8, 4}));
}

TEST(Importance, IsThatOfTheWholeSpaceThoughTrialsCrowd) {
  // Three quarters of the trials lie in a tenth of the range; the share is that of the even distribution.
  const Space space({real("a", 0, 1), real("b", 0, 1)});
  Rng rng(2);
  TrialTable table{space, {}, {}};
  for (int i = 0; i < 600; ++i) {
    const double a = rng.below(4) > 0 ? 0.1 * rng.uniform() : rng.uniform(), b = rng.uniform();
    table.points.push_back({{a, b}});
    table.losses.push_back(2 * a + b);
  }
  EXPECT_LT(worst_error(importance(table, {}).main, {0.8, 0.2}), 0.02);
}

TEST(Importance, IntegratesLogParametersOverTheirLogarithm) {
  const Space space({real("rate", 1e-4, 1, true), real("other", 0, 1)});
  const TrialTable table = drawn(space, 500, 3, [](const Point& p) { return std::log10(p.values[0]) + p.values[1]; });
  EXPECT_LT(worst_error(importance(table, {}).main, {16.0 / 17, 1.0 / 17}), 0.01);
}

// kind = on half of the time; depth matters there alone: loss = on ? 2 + 4 * depth : 0.
Space branching() {
  Parameter kind;
  kind.name = "kind";
  kind.kind = Kind::kCategorical;
  kind.choices = {std::string("off"), std::string("on")};
  Parameter depth = real("depth", 0, 1);
  depth.active_when = {{"kind", Comparison::kEqual, std::string("on")}};
  return Space({kind, depth, real("other", 0, 1)});
}

TEST(Importance, OfAConditionalParameterIsThatOfItsMeanAndWhereItIsActive) {
  const TrialTable table = drawn(branching(), 800, 1, [](const Point& p) {
    return (p.values[0] == 1 ? 2 + 4 * p.values[1] : 0) + 0.5 * p.values[2];
  });
  ImportanceOptions options;
  options.pairs = options.totals = options.conditions = true;
  const Importance found = importance(table, options);
  // With d = depth - 1/2: on * (4 + 4 d), so kind 16/4; depth 4 * (1/12); their pair as much; other 0.25 / 12.
  const double kind = 4, depth = 4.0 / 12, pair = 4.0 / 12, other = 0.25 / 12, all = kind + depth + pair + other;
  EXPECT_LT(worst_error(found.main, {kind / all, depth / all, other / all}), 0.01);
  EXPECT_NEAR(found.pairs[0].share.share, pair / all, 0.01);
  EXPECT_NEAR(found.total[1].share, (depth + pair) / all, 0.01);
  ASSERT_EQ(found.conditions.size(), 1u);
  EXPECT_EQ(found.conditions[0].parameter, 1u);
  EXPECT_EQ(found.conditions[0].probability, 0.5);
  EXPECT_NEAR(found.conditions[0].condition.share, kind / all, 0.01);
  EXPECT_NEAR(found.conditions[0].where_active.share, (16.0 / 12) / (16.0 / 12 + other), 0.01);
}

TEST(Importance, OfAFactorialWithAConditionIsExact) {
  Parameter kind, depth, other;
  kind.name = "kind", depth.name = "depth", other.name = "other";
  kind.kind = depth.kind = other.kind = Kind::kOrdinal;
  for (std::int64_t i = 0; i < 3; ++i)
    kind.choices.push_back(i), depth.choices.push_back(i), other.choices.push_back(i);
  depth.active_when = {{"kind", Comparison::kGreaterOrEqual, std::int64_t{1}}};
  TrialTable table{Space({kind, depth, other}), {}, {}};
  TrialTable full = factorial({3, 3, 3}, Kind::kOrdinal);  // every point, with what `depth` does not change there too
  Rng rng(4);
  double off[3], on[3][3][3];
  for (double& loss : off) loss = rng.normal();
  for (auto& a : on) {
    for (auto& b : a) {
      for (double& loss : b) loss = rng.normal();
    }
  }
  for (std::size_t row = 0; row < 27; ++row) {
    std::vector<double> x = full.points[row].values;
    full.losses[row] = x[0] == 0 ? off[int(x[2])] : on[int(x[0])][int(x[1])][int(x[2])];
    if (x[0] == 0 && x[1] > 0) continue;
    if (x[0] == 0) x[1] = kInactive;
    table.points.push_back({x});
    table.losses.push_back(full.losses[row]);
  }
  const Importance found = importance(table, {});
  for (unsigned i = 0; i < 3; ++i) {
    EXPECT_NEAR(found.main[i].share, marginal_variance(full, 1u << i) / marginal_variance(full, 7), 1e-9);
  }
}

TEST(Importance, OfConstantLossesIsNone) {
  TrialTable table = factorial({3, 2}, Kind::kCategorical);
  for (double& loss : table.losses) loss = 0.1;
  ImportanceOptions options;
  options.pairs = options.totals = true;
  const Importance found = importance(table, options);
  EXPECT_TRUE(found.constant);
  for (const Share& share : found.main) EXPECT_EQ(share.share, 0);
  for (const Share& share : found.total) EXPECT_EQ(share.share, 0);
  EXPECT_NEAR(found.curves[0][1].loss, 0.1, 1e-12);
}

TEST(Importance, CountsAFailedTrialAsTheWorst) {
  TrialTable table = factorial({2, 2, 2}, Kind::kCategorical);
  for (std::size_t row = 0; row < 8; ++row) table.losses[row] = table.points[row].values[0] == 0 ? 1 : 5;
  TrialTable failed = table;
  for (std::size_t row = 4; row < 7; ++row) failed.losses[row] = kNaN;
  const Importance found = importance(failed, {});
  EXPECT_EQ(found.failed, 3);
  EXPECT_EQ(found.trials, 8);
  EXPECT_NEAR(found.main[0].share, 1, 1e-9);
  for (double& loss : failed.losses) loss = kNaN;
  EXPECT_THROW(importance(failed, {}), Error);
}

TEST(Importance, WithinTheBestPartLeavesOutWhatMattersElsewhere) {
  // `a` parts the hopeless from the rest; among the rest only `b` matters.
  const Space space({real("a", 0, 1), real("b", 0, 1)});
  const TrialTable table =
      drawn(space, 1000, 5, [](const Point& p) { return (p.values[0] > 0.5 ? 100.0 : 0.0) + p.values[1]; });
  ImportanceOptions options;
  EXPECT_GT(importance(table, options).main[0].share, 0.97);
  options.percentile = 45;  // what lies above 0.9 counts as 0.9
  const Importance best = importance(table, options);
  // With g = 0.9 - min(b, 0.9), mean 0.405 and mean square 0.243, the loss is 0.9 - g or 0.9.
  EXPECT_NEAR(best.main[1].share, 0.25 * 0.079 / (0.243 / 2 - 0.164 / 4), 0.04);
}

TEST(Importance, HeedsWeights) {
  // Two functions in one table; the weight decides whose the shares are.
  const Space space({real("a", 0, 1), real("b", 0, 1)});
  TrialTable table = drawn(space, 300, 5, [](const Point& p) { return p.values[0]; });
  const TrialTable other = drawn(space, 300, 6, [](const Point& p) { return p.values[1]; });
  table.points.insert(table.points.end(), other.points.begin(), other.points.end());
  table.losses.insert(table.losses.end(), other.losses.begin(), other.losses.end());
  table.weights.assign(300, 1);
  table.weights.insert(table.weights.end(), 300, 1e-4);
  EXPECT_GT(importance(table, {}).main[0].share, 5 * importance(table, {}).main[1].share);
  std::reverse(table.weights.begin(), table.weights.end());
  EXPECT_GT(importance(table, {}).main[1].share, 5 * importance(table, {}).main[0].share);
}

TEST(Importance, WorksWithOneTrial) {
  TrialTable table = factorial({1, 1}, Kind::kCategorical);
  EXPECT_TRUE(importance(table, {}).constant);
  const Space space({real("a", 0, 1), real("b", 1, 1)});
  TrialTable one{space, {{{0.3, 1}}}, {2}};
  EXPECT_TRUE(importance(one, {}).constant);
}

TEST(Importance, IsTheSameForTheSameSeed) {
  const Problem problem = mixed10();
  const TrialTable table = drawn(problem.space, 200, 4, problem.loss);
  ImportanceOptions options;
  const Importance a = importance(table, options), b = importance(table, options);
  options.seed = 1;
  const Importance c = importance(table, options);
  EXPECT_EQ(a.main[0].share, b.main[0].share);
  EXPECT_NE(a.main[0].share, c.main[0].share);
}

TEST(Importance, SurfacesAreTheMarginalsOfPairs) {
  TrialTable table = factorial({3, 2, 4}, Kind::kOrdinal);
  Rng rng(3);
  for (double& loss : table.losses) loss = rng.normal();
  ImportanceOptions options;
  options.surfaces = {{0, 2}};
  const Surface surface = importance(table, options).surfaces[0];
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      double mean = 0;
      for (std::size_t row = 0; row < 24; ++row) {
        const auto& x = table.points[row].values;
        if (x[0] == static_cast<double>(i) && x[2] == static_cast<double>(k)) mean += table.losses[row] / 2;
      }
      EXPECT_NEAR(surface.losses[i * 4 + k], mean, 1e-9);
    }
  }
}

TEST(PedAnova, PutsTheParameterThatDecidesFirst) {
  const Problem problem = mixed10();
  const auto shares = ped_anova(drawn(problem.space, 1000, 4, problem.loss));
  EXPECT_EQ(std::max_element(shares.begin(), shares.end()) - shares.begin(), 0);
  double sum = 0;
  for (const double share : shares) sum += share;
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(PermutationImportance, PutsTheParametersInOrder) {
  const Space space({real("a", 0, 1), real("b", 0, 1), real("c", 0, 1)});
  const auto shares =
      permutation_importance(drawn(space, 400, 4, [](const Point& p) { return 3 * p.values[1] + p.values[2]; }), 1);
  EXPECT_NEAR(shares[1], 0.9, 0.05);
  EXPECT_NEAR(shares[2], 0.1, 0.05);
  EXPECT_NEAR(shares[0], 0, 0.01);
}

TEST(RankCorrelation, IsThatOfTheRanks) {
  EXPECT_NEAR(rank_correlation(std::vector<double>{1, 2, 3}, std::vector<double>{10, 100, 1000}), 1, 1e-12);
  EXPECT_NEAR(rank_correlation(std::vector<double>{1, 2, 3}, std::vector<double>{3, 2, 1}), -1, 1e-12);
  EXPECT_NEAR(rank_correlation(std::vector<double>{1, 2, 2, 3}, std::vector<double>{1, 2, 3, 4}), 4.5 / std::sqrt(22.5),
              1e-12);
  EXPECT_TRUE(std::isnan(rank_correlation(std::vector<double>{1, 1}, std::vector<double>{1, 2})));
}

}  // namespace
}  // namespace crescendo
