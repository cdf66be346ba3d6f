#include <gtest/gtest.h>

#include <set>

#include "crescendo/error.h"
#include "crescendo/sampler.h"
#include "tests/fakes.h"
#include "tests/problems.h"

namespace crescendo {
namespace {

Study study_in(Space space, std::uint64_t seed = 7) {
  Study study = small_study(60, 1, "flat", std::move(space));
  study.seed = seed;
  study.sampler = {"quasi"};
  return study;
}

Point propose(const Study& study, int number, std::uint64_t stream = 1) {
  Rng rng(stream);
  const History history(std::make_shared<const Study>(study));
  return make_sampler(study)->propose(history, whole(study.space), number, rng);
}

TEST(Quasi, APointDependsOnTheSeedAndTheNumberAlone) {
  const Study study = study_in(bowl().space);
  EXPECT_EQ(propose(study, 12, 1), propose(study, 12, 2));
  EXPECT_FALSE(propose(study, 12) == propose(study, 13));
  EXPECT_FALSE(propose(study, 12) == propose(study_in(bowl().space, 8), 12));
}

TEST(Quasi, SixtyFourTrialsHaveOnePointInEachCellOfAnEightByEightGrid) {
  const Study study = study_in(bowl().space);
  std::set<std::pair<int, int>> cells;
  for (int number = 64; number < 128; ++number) {
    const Point point = propose(study, number);
    cells.insert({static_cast<int>((point.values[0] + 5) / 10 * 8),
                  static_cast<int>((std::log10(point.values[1]) + 5) / 5 * 8)});
  }
  EXPECT_EQ(cells.size(), 64u);
}

TEST(Quasi, RefusesASpaceBeyondItsTable) {
  std::vector<Parameter> parameters(129);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    parameters[i].name = "p" + std::to_string(i);
    parameters[i].high = 1;
  }
  const Space fits(std::vector<Parameter>(parameters.begin(), parameters.end() - 1));
  EXPECT_NO_THROW(make_sampler(study_in(fits)));
  try {
    make_sampler(study_in(Space(parameters)));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    EXPECT_STREQ(error.what(),
                 "sampler quasi: the space has 129 parameters; at most 128 are possible, use sampler random");
  }
}

// The sequence stays as even as it is: of 64 points, the 32 of the lower half of x, each in a cell of its own.
TEST(Quasi, WithConstraintsATrialHasTheNextAllowedPointOfTheSequence) {
  const Study all = study_in(bowl().space), half = study_in(parse_space(to_json(bowl().space), {"x < 0"}));
  int number = 0;
  for (int i = 0; i < 64; ++i) {
    const Point point = propose(all, i);
    if (point.values[0] < 0) {
      EXPECT_EQ(propose(half, number++), point);
    }
  }
  EXPECT_EQ(number, 32);
}

}  // namespace
}  // namespace crescendo
