// What samplers learn from other studies: every one that learns, through the interface alone.
#include <gtest/gtest.h>

#include <algorithm>

#include "crescendo/sampler.h"
#include "sampler/samplers.h"
#include "tests/fakes.h"
#include "tests/problems.h"

namespace crescendo {
namespace {

class LearningSuite : public testing::TestWithParam<SamplerEntry (*)()> {
 protected:
  void SetUp() override {
    if (!GetParam()().learns) GTEST_SKIP() << "it does not learn";
  }

  Study study(const Problem& problem, std::uint64_t seed, int trials) const {
    Study result = small_study(trials, 1, "flat", problem.space);
    result.sampler = {std::string(GetParam()().name)};
    result.seed = seed;
    return result;
  }
};

History searched(const Study& study, const Problem& problem, int trials) {
  const auto sampler = make_sampler(study);
  const Box box = whole(study.space);
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < trials; ++number) {
    Rng rng(study.seed, {static_cast<std::uint64_t>(number)});
    Trial trial;
    trial.number = number;
    trial.box = 0;
    trial.point = sampler->propose(history, box, number, rng);
    trial.loss = problem.loss(*trial.point);
    trial.state = TrialState::kFinished;
    history.set_trial(trial);
  }
  return history;
}

std::shared_ptr<const std::vector<Lesson>> lessons_of(const History& history, double factor = 1, double shift = 0) {
  auto lessons = std::make_shared<std::vector<Lesson>>();
  for (const Trial& trial : history.trials()) {
    lessons->push_back({0, 0, *trial.point, false, factor * trial.loss + shift, 0});
  }
  return lessons;
}

double best_loss(const History& history) { return history.trial(history.ranked(0).front()).loss; }

// Sixty trials of a study with another seed are worth something to one of ten: less than half of its mean regret, over
// 20 fixed seeds.
TEST_P(LearningSuite, AShortStudyGainsByTheLessonsOfAnother) {
  for (const Problem& problem : {bowl(), branches()}) {
    double alone = 0, taught = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Study learner = study(problem, seed, 10);
      alone += best_loss(searched(learner, problem, 10)) - problem.optimum;
      learner.lessons = lessons_of(searched(study(problem, 100 + seed, 60), problem, 60));
      taught += best_loss(searched(learner, problem, 10)) - problem.optimum;
    }
    EXPECT_LT(taught, alone / 2) << problem.name;
  }
}

// Another data set's losses lie elsewhere; only their order among themselves says something. The factor is a power of
// two, so that no rounding moves them.
TEST_P(LearningSuite, OnWhatScaleTheLessonsWereJudgedDoesNotMatter) {
  const Problem problem = bowl();
  const History source = searched(study(problem, 7, 40), problem, 40);
  Study one = study(problem, 1, 20), other = one;
  one.lessons = lessons_of(source);
  other.lessons = lessons_of(source, 1024);
  const History a = searched(one, problem, 20), b = searched(other, problem, 20);
  for (int number = 0; number < 20; ++number) {
    EXPECT_EQ(*a.trial(number).point, *b.trial(number).point) << number;
  }
}

// Lessons of another problem with its optimum elsewhere: what the study measures itself wins in the end. At most twice
// the regret of a study without them, plus a hundredth of the range.
TEST_P(LearningSuite, MisleadingLessonsAreOvercome) {
  const Problem problem = bowl();
  const Problem elsewhere = {"elsewhere", problem.space,
                             [](const Point& p) {
                               return std::pow(p.values[0] + 4, 2) + std::pow(std::log10(p.values[1]) + 1, 2);
                             },
                             0};
  double alone = 0, taught = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Study learner = study(problem, seed, 80);
    alone += best_loss(searched(learner, problem, 80));
    learner.lessons = lessons_of(searched(study(elsewhere, 100 + seed, 60), elsewhere, 60));
    taught += best_loss(searched(learner, problem, 80));
  }
  EXPECT_LT(taught / 10, 2 * alone / 10 + 0.58) << "the range of the losses is 58";
}

TEST_P(LearningSuite, SurvivesLessonsThatFailedAndThoseOfManyRungsAndSources) {
  Study learner = small_study(60, 3);
  learner.sampler = {std::string(GetParam()().name)};
  auto lessons = std::make_shared<std::vector<Lesson>>();
  Rng rng(3);
  for (int i = 0; i < 60; ++i) {
    Rng draws(5, {static_cast<std::uint64_t>(i)});
    Study random = learner;
    random.sampler = {"random"};
    const Point point =
        make_sampler(random)->propose(History(std::make_shared<const Study>(random)), whole(random.space), i, draws);
    lessons->push_back({static_cast<int>(rng.below(3)), static_cast<int>(rng.below(5)), point, rng.below(4) == 0,
                        rng.uniform(), rng.uniform()});
  }
  learner.lessons = lessons;
  const auto sampler = make_sampler(learner);
  History history(std::make_shared<const Study>(learner));
  for (int number = 0; number < 60; ++number) {
    Trial trial;
    trial.number = number;
    trial.rung = static_cast<int>(rng.below(3));
    trial.box = 0;
    history.set_trial(trial);
    Rng draws(6, {static_cast<std::uint64_t>(number)});
    trial.point = sampler->propose(history, whole(learner.space), number, draws);
    ASSERT_NO_THROW(learner.space.check(*trial.point));
    trial.state = rng.below(5) == 0 ? TrialState::kFailed : TrialState::kFinished;
    trial.loss = rng.uniform();
    history.set_trial(trial);
  }
}

INSTANTIATE_TEST_SUITE_P(All, LearningSuite, testing::ValuesIn(kSamplers),
                         [](const auto& param) { return std::string(param.param().name); });

}  // namespace
}  // namespace crescendo
