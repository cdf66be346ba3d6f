#include "study/course.h"

#include <gtest/gtest.h>

#include "tests/fakes.h"

namespace crescendo {
namespace {

struct End {
  int rung;
  double claimed, seconds, loss;
  bool stopped_early = false;
  int repeats = -1;  // the trial
};

History history_of(const std::vector<End>& ends) {
  History history(std::make_shared<const Study>(small_study(60, 2)));
  for (std::size_t n = 0; n < ends.size(); ++n) {
    Trial trial;
    trial.number = static_cast<int>(n);
    trial.rung = ends[n].rung;
    trial.state = TrialState::kFinished;
    trial.loss = ends[n].loss;
    trial.elapsed_seconds = ends[n].claimed;
    trial.seconds = ends[n].seconds;
    trial.stopped_early = ends[n].stopped_early;
    if (ends[n].repeats >= 0) {
      trial.parent = ends[n].repeats;
      trial.tag.repeat = 1;
    }
    trial.point = Point{{1e-3, 1, kInactive, 0, kInactive, 0.1, kInactive}};
    history.set_trial(trial);
  }
  history.set_elapsed_seconds(100);
  return history;
}

using Shown = std::vector<std::pair<double, int>>;
Shown shown(const std::vector<BestSoFar>& course) {
  Shown found;
  for (const BestSoFar& best : course) found.emplace_back(best.seconds, best.trial);
  return found;
}

TEST(Course, IsTheBestSoFarInTheOrderOfEnds) {
  const History history = history_of({{0, 0, 50, 0.5},
                                      {0, 0, 10, 0.75},
                                      {0, 10, 20, 0.9},
                                      {0, 30, 10, 0.6},
                                      {1, 60, 5, 0.8},
                                      {0, 60, 20, 0.1},
                                      {1, 70, 5, 0.7}});
  EXPECT_EQ(shown(course(history)), (Shown{{10, 1}, {40, 3}, {50, 0}, {65, 4}, {75, 6}}));
  EXPECT_EQ(shown(course_at(history, 0)), (Shown{{10, 1}, {40, 3}, {50, 0}, {80, 5}}));
  EXPECT_EQ(shown(course_at(history, 1)), (Shown{{65, 4}, {75, 6}}));
}

TEST(Course, LeavesOutRepetitionsAndWhatWasStoppedEarly) {
  const History history =
      history_of({{1, 0, 10, 0.5}, {1, 10, 10, 0.1, false, 0}, {1, 20, 5, 0.2, true}, {1, 30, 10, 0.4}});
  EXPECT_EQ(shown(course_at(history, 1)), (Shown{{10, 0}, {40, 3}}));
  EXPECT_EQ(shown(course(history)), (Shown{{10, 0}, {40, 3}}));
}

TEST(Course, EndsNoLaterThanTheStudy) {
  // A trial that another program was given may run on while the study's time stands still.
  EXPECT_EQ(shown(course(history_of({{0, 90, 50, 0.5}}))), (Shown{{100, 0}}));
}

}  // namespace
}  // namespace crescendo
