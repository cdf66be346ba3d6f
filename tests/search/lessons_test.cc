#include "search/lessons.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "crescendo/error.h"
#include "crescendo/search.h"
#include "study/study_file.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

class Lessons : public testing::Test {
 protected:
  Lessons() : file_(fs::path(testing::TempDir()) / ("lessons_test_" + std::to_string(getpid()) + ".db")) {
    fs::remove(file_);
  }
  ~Lessons() override {
    for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(file_.string() + suffix);
  }

  std::string source() const { return "sqlite:///" + file_.string() + "#small"; }

  // Its losses are the trials' numbers; every tenth failed.
  void search(Space space, int rungs = 2) {
    Study study = small_study(30, rungs, "flat", std::move(space));
    study.schedule.options["repeats"] = 0.0;
    const auto store = open_store("sqlite:///" + file_.string());
    store->create(study);
    Observer silent;
    const auto maker = [] {
      return std::make_unique<ScriptedObjective>([](const Assignment& assignment) {
        Outcome outcome;
        outcome.loss = assignment.trial;
        outcome.failed = assignment.trial % 10 == 9;
        return outcome;
      });
    };
    run_search(*store, study, maker, {}, silent);
  }

  Study learner(Space space) const {
    Study study = small_study(10, 3, "ramp", std::move(space));
    study.learn_from = {source()};
    return study;
  }

  fs::path file_;
};

Space space_of(const std::string& json) { return parse_space(Json::parse(json)); }

TEST_F(Lessons, EveryEndedTrialOfTheSameSpaceIsTold) {
  search(mixed_space());
  Study study = learner(mixed_space());
  const std::vector<Source> sources = read_lessons(study);
  ASSERT_EQ(sources.size(), 1u);
  EXPECT_EQ(sources[0].trials, 30);
  EXPECT_EQ(sources[0].told, 30);
  ASSERT_EQ(study.lessons->size(), 30u);
  for (int i = 0; i < 30; ++i) {
    const Lesson& lesson = (*study.lessons)[static_cast<std::size_t>(i)];
    EXPECT_EQ(lesson.failed, i % 10 == 9);
    if (!lesson.failed) {
      EXPECT_EQ(lesson.loss, i);
    }
    EXPECT_EQ(lesson.rungs_below, 0);  // flat searches at its top
    EXPECT_NO_THROW(study.space.check(lesson.point));
  }
}

TEST_F(Lessons, OnlyPointsThatLieInTheSpaceAreTold) {
  search(space_of(R"([{"name": "a", "type": "float", "low": 0, "high": 1},
                      {"name": "k", "type": "categorical", "choices": ["x", "y", "z"]}])"));
  Study study = learner(space_of(R"([{"name": "a", "type": "float", "low": 0, "high": 1},
                                     {"name": "k", "type": "categorical", "choices": ["z", "x"]}])"));
  const std::vector<Source> sources = read_lessons(study);
  EXPECT_GT(sources[0].told, 5);
  EXPECT_LT(sources[0].told, 30);
  EXPECT_NE(sources[0].first.find("'k' has no choice y"), std::string::npos) << sources[0].first;
  for (const Lesson& lesson : *study.lessons) EXPECT_LT(lesson.point.values[1], 2);
}

TEST_F(Lessons, ANumberIsMovedToTheNearestStep) {
  search(space_of(R"([{"name": "a", "type": "float", "low": 0, "high": 1}])"));
  Study study = learner(space_of(R"([{"name": "a", "type": "float", "low": 0, "high": 1, "step": 0.25}])"));
  EXPECT_EQ(read_lessons(study)[0].told, 30);
  for (const Lesson& lesson : *study.lessons) EXPECT_EQ(std::fmod(lesson.point.values[0], 0.25), 0);
}

TEST_F(Lessons, ASourceThatTeachesNothingIsAnError) {
  search(space_of(R"([{"name": "a", "type": "float", "low": 0, "high": 1}])"));
  Study study = learner(space_of(R"([{"name": "b", "type": "float", "low": 0, "high": 1}])"));
  EXPECT_THROW(
      {
        try {
          read_lessons(study);
        } catch (const Error& error) {
          EXPECT_EQ(std::string(error.what()), "nothing can be learnt from " + source() +
                                                   ": none of its points lies in this space (trial 0: it knows no "
                                                   "parameter 'b')");
          throw;
        }
      },
      Error);
}

TEST_F(Lessons, AreKeptByTheStoreAndLeftOutOfTheFile) {
  search(mixed_space());
  Study study = learner(mixed_space());
  read_lessons(study);
  study.name = "learner";
  const auto store = open_store("sqlite:///" + file_.string());
  store->create(study);
  const Study stored = store->study("learner");
  ASSERT_EQ(stored.lessons->size(), study.lessons->size());
  for (std::size_t i = 0; i < stored.lessons->size(); ++i) {
    EXPECT_EQ((*stored.lessons)[i].point, (*study.lessons)[i].point);
    EXPECT_EQ((*stored.lessons)[i].failed, (*study.lessons)[i].failed);
    EXPECT_EQ((*stored.lessons)[i].loss, (*study.lessons)[i].loss);
    EXPECT_EQ((*stored.lessons)[i].tie, (*study.lessons)[i].tie);
  }
  EXPECT_FALSE(to_json(study).contains("lessons"));
  EXPECT_EQ(parse_study_file(to_study_file(study), "it").learn_from, study.learn_from);
}

}  // namespace
}  // namespace crescendo
