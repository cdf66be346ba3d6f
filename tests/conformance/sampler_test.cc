// Every sampler of the list, before its author writes a line.
#include "crescendo/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "sampler/samplers.h"
#include "space/encode.h"
#include "space/parse.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

class SamplerSuite : public testing::TestWithParam<SamplerEntry (*)()> {
 protected:
  std::unique_ptr<Sampler> sampler(const Study& study) const {
    Study named = study;
    named.sampler = {std::string(GetParam()().name), {}};
    return make_sampler(named);
  }
};

Trial trial_at(int number, const Point& point, TrialState state, double loss) {
  Trial trial;
  trial.number = number;
  trial.state = state;
  trial.loss = loss;
  trial.point = point;
  return trial;
}

// Finished, equal, failed, pending and unplaced trials in one history.
History eventful_history(const Study& study, int trials) {
  History history(std::make_shared<const Study>(study));
  Rng rng(11);
  std::vector<double> unit(study.space.size());
  for (int number = 0; number < trials; ++number) {
    for (double& u : unit) u = rng.uniform();
    const Point point = point_in_box(study.space, whole(study.space), unit);
    const int kind = static_cast<int>(rng.below(5));
    Trial trial = trial_at(number, point, TrialState::kFinished, kind == 0 ? 0.5 : rng.uniform());
    if (kind == 1) trial.state = TrialState::kFailed;
    if (kind == 2) trial.state = TrialState::kRunning;
    if (kind == 3) {
      trial.state = TrialState::kRunning;
      trial.point.reset();
    }
    history.set_trial(trial);
  }
  return history;
}

TEST_P(SamplerSuite, ProposesOnlyPointsOfTheBoxWithExactlyTheActiveParameters) {
  const Study study = small_study(60);
  const auto s = sampler(study);
  const Box box = parse_box(study.space, Json::parse(R"({"rate": [0.001, 0.02], "kind": ["sgd", true]})"));
  for (const int trials : {0, 1, 2, 50}) {
    const History history = eventful_history(study, trials);
    for (int number = trials; number < trials + 60; ++number) {
      Rng rng(1, {static_cast<std::uint64_t>(number)});
      const Point point = s->propose(history, box, number, rng);
      ASSERT_NO_THROW(study.space.check(point));
      ASSERT_TRUE(box.contains(point));
    }
  }
}

TEST_P(SamplerSuite, IsAPureFunctionOfHistoryNumberAndStream) {
  const Study study = small_study(60);
  const auto a = sampler(study), b = sampler(study);
  const History history = eventful_history(study, 40);
  const Box box = whole(study.space);
  for (int number = 40; number < 60; ++number) {
    Rng first(5, {static_cast<std::uint64_t>(number)}), second(5, {static_cast<std::uint64_t>(number)});
    const Point point = a->propose(history, box, number, first);
    Rng other(99);
    a->propose(history, box, number + 1000, other);  // whatever it was asked before does not matter
    ASSERT_EQ(b->propose(history, box, number, second), point);
  }
}

TEST_P(SamplerSuite, SurvivesHistoriesOfFailuresOnly) {
  const Study study = small_study(60);
  History history(std::make_shared<const Study>(study));
  Rng rng(2);
  const Box box = whole(study.space);
  for (int number = 0; number < 30; ++number) {
    const Point point = sampler(study)->propose(history, box, number, rng);
    ASSERT_NO_THROW(study.space.check(point));
    history.set_trial(trial_at(number, point, TrialState::kFailed, NAN));
  }
}

TEST_P(SamplerSuite, DoesNotRepeatPendingPointsWhileOthersAreLeft) {
  const Study study = small_study(60, 1, "flat", tiny_space());
  const auto s = sampler(study);
  History history(std::make_shared<const Study>(study));
  const Box box = whole(study.space);
  std::set<std::vector<double>> seen;
  for (int number = 0; number < 6; ++number) {
    Rng rng(3, {static_cast<std::uint64_t>(number)});
    const Point point = s->propose(history, box, number, rng);
    ASSERT_TRUE(seen.insert(point.values).second) << "proposal " << number << " runs already";
    history.set_trial(trial_at(number, point, TrialState::kRunning, 0));
  }
  Rng rng(4);
  EXPECT_NO_THROW(study.space.check(s->propose(history, box, 6, rng)));
}

INSTANTIATE_TEST_SUITE_P(All, SamplerSuite, testing::ValuesIn(kSamplers),
                         [](const auto& param) { return std::string(param.param().name); });

}  // namespace
}  // namespace crescendo
