#include "sampler/generation.h"

#include <gtest/gtest.h>

#include "crescendo/rng.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

// A history with a clock of revisions: claim, place and end take one each.
class Story {
 public:
  Story() : study_(small_study(100)), history_(std::make_shared<const Study>(study_)) {
    history_.add_box(0, whole(study_.space));
  }

  int claim(int rung = 0, Tag tag = {}) {
    Trial trial;
    trial.number = static_cast<int>(history_.trials().size());
    trial.rung = rung;
    trial.box = 0;
    trial.tag = tag;
    trial.revision = ++revision_;
    history_.set_trial(trial);
    return trial.number;
  }
  int promote(int parent, int rung) {
    Trial trial;
    trial.number = static_cast<int>(history_.trials().size());
    trial.rung = rung;
    trial.parent = parent;
    trial.point = point_;
    trial.revision = ++revision_;
    history_.set_trial(trial);
    return trial.number;
  }
  void place(int number) {
    Trial trial = history_.trial(number);
    trial.point = point_;
    trial.seen_revision = revision_;
    trial.revision = ++revision_;
    history_.set_trial(trial);
  }
  int start(int rung = 0, Tag tag = {}) {
    const int number = claim(rung, tag);
    place(number);
    return number;
  }
  void end(int number, TrialState state = TrialState::kFinished) {
    Trial trial = history_.trial(number);
    trial.state = state;
    trial.revision = ++revision_;
    history_.set_trial(trial);
  }

  int current(int population = 3, int rung = 0) const { return current_generation(history_, rung, population); }
  std::vector<std::vector<int>> all(int population = 3, int rung = 0) const {
    return generations(history_, rung, population).members;
  }

 private:
  Study study_;
  History history_;
  Point point_{{0.01, 1, kInactive, 1, kInactive, 0.1, 0.3}};
  std::uint64_t revision_ = 0;
};

using Members = std::vector<std::vector<int>>;

TEST(Generation, ClosesWhenItsPopulationHasEnded) {
  Story story;
  EXPECT_EQ(story.current(), 0);
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(story.current(), i / 3);
    const int trial = story.start();
    EXPECT_EQ(story.current(), i / 3);
    story.end(trial);
  }
  EXPECT_EQ(story.all(), (Members{{0, 1, 2}, {3, 4, 5}, {6}}));
}

TEST(Generation, FailedTrialsCountAsEnded) {
  Story story;
  for (int i = 0; i < 3; ++i) story.end(story.start(), TrialState::kFailed);
  EXPECT_EQ(story.current(), 1);
}

TEST(Generation, GrowsWhileItIsOpenAndKeepsThoseThatEndLate) {
  Story story;
  for (int i = 0; i < 5; ++i) story.start();  // five workers
  EXPECT_EQ(story.current(), 0);
  story.end(0);
  story.end(3);
  const int another = story.start();  // still open
  story.end(1);
  EXPECT_EQ(story.current(), 1);  // three of six have ended
  story.start();
  story.end(2);
  story.end(4);
  story.end(another);
  EXPECT_EQ(story.current(), 1);  // late ones do not count for the next
  EXPECT_EQ(story.all(), (Members{{0, 1, 2, 3, 4, 5}, {6}}));
}

TEST(Generation, IsReadAsItWasWhenThePointWasProposed) {
  Story story;
  const int slow = story.claim();
  for (int i = 0; i < 3; ++i) story.end(story.start());
  EXPECT_EQ(story.current(), 1);
  EXPECT_EQ(story.all(), (Members{{1, 2, 3}, {slow}}));  // it sees the closed generation once it is placed
  story.place(slow);
  EXPECT_EQ(story.all(), (Members{{1, 2, 3}, {slow}}));
}

TEST(Generation, TheTagIsAuthoritative) {
  Story story;
  for (int i = 0; i < 3; ++i) story.end(story.start(0, Tag{2}));
  EXPECT_EQ(story.current(), 3);
  EXPECT_EQ(story.all(), (Members{{}, {}, {0, 1, 2}}));
}

TEST(Generation, TaggedAndUntaggedProposalsMix) {
  Story story;
  const int early = story.start();
  for (int i = 0; i < 3; ++i) story.end(story.start(0, Tag{0}));
  story.end(story.start(0, Tag{1}));
  const int late = story.start();
  EXPECT_EQ(story.all(), (Members{{early, 1, 2, 3}, {4, late}}));
}

TEST(Generation, PromotedRepeatedAndGivenPointsNeverCount) {
  Story story;
  for (int i = 0; i < 3; ++i) story.end(story.start());
  for (int i = 0; i < 3; ++i) story.end(story.promote(i, 1));
  EXPECT_EQ(story.current(3, 1), 0);
  EXPECT_TRUE(story.all(3, 1).empty());
  for (int i = 0; i < 3; ++i) story.end(story.start(1));
  EXPECT_EQ(story.current(3, 1), 1);
  EXPECT_EQ(story.all(3, 1), (Members{{6, 7, 8}}));
}

TEST(Generation, EachRungHasItsOwn) {
  Story story;
  for (int i = 0; i < 7; ++i) story.end(story.start(0));
  EXPECT_EQ(story.current(3, 0), 2);
  EXPECT_EQ(story.current(3, 1), 0);
}

// Four workers, whose trials end in any order; some have no tag, in one of two runs.
TEST(EndedGenerations, AreThoseOfGenerationsWhateverChanged) {
  for (const bool all_tagged : {true, false}) {
    History history(std::make_shared<const Study>(small_study(1000, 1)));
    history.add_box(0, whole(history.study().space));
    EndedGenerations memo(0, 5);
    Rng choose(3);
    std::vector<int> running;
    for (int number = 0; number < 200; ++number) {
      const Generations before = generations(history, 0, 5);
      EXPECT_EQ(memo.update(history, number).current, before.current);
      Trial trial;
      trial.number = number;
      if (choose.below(8) > 0) trial.box = 0;  // others are points that were given
      if (all_tagged || number < 150) trial.tag.generation = before.current;
      trial.point = Point{std::vector<double>(history.study().space.size(), kInactive)};
      history.set_trial(trial);
      running.push_back(number);
      if (running.size() == 4) {
        const std::size_t ends = choose.below(4);
        Trial ended = history.trial(running[ends]);
        ended.state = choose.below(5) == 0 ? TrialState::kFailed : TrialState::kFinished;
        history.set_trial(ended);
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(ends));
      }
      const int except = static_cast<int>(choose.below(static_cast<std::uint64_t>(number) + 2));
      Generations known = generations(history, 0, 5, except);
      for (auto& members : known.members) {
        std::erase_if(members, [&](int n) { return history.trial(n).state == TrialState::kRunning; });
      }
      std::vector<std::vector<int>> ended = memo.update(history, except).ended;
      ended.resize(std::max(ended.size(), known.members.size()));
      known.members.resize(ended.size());  // one without an ended member may be there or not
      ASSERT_EQ(ended, known.members) << number << " without " << except;
    }
  }
}

}  // namespace
}  // namespace crescendo
