#include "search/replay.h"

#include <algorithm>

#include "search/claiming.h"
#include "search/lag.h"

namespace crescendo {
namespace {

/// One change of a trial that proposals could see.
struct Change {
  std::uint64_t revision;
  int trial;
};

/// The history as it was, moved on from revision to revision.
class Past {
 public:
  explicit Past(const History& whole) : whole_(whole), past_(std::make_shared<const Study>(whole.study())) {
    for (int box = 0; box < whole.boxes(); ++box) past_.add_box(0, whole.box(box));  // a proposal asks by number
    for (const Trial& trial : whole.trials()) {
      for (const std::uint64_t revision : {trial.claimed_revision, trial.placed_revision, trial.ended_revision}) {
        if (revision > 0) changes_.push_back({revision, trial.number});
      }
    }
    std::sort(changes_.begin(), changes_.end(),
              [](const Change& a, const Change& b) { return a.revision < b.revision; });
  }

  /// The revisions asked for must not fall.
  const History& at(std::uint64_t revision) {
    for (; next_ < changes_.size() && changes_[next_].revision <= revision; ++next_) {
      const Trial& trial = whole_.trial(changes_[next_].trial);
      // A promoted trial is placed by its claim, so one change may stand there twice.
      const bool there = trial.number < static_cast<int>(past_.trials().size());
      if (there && past_.trial(trial.number).revision == changes_[next_].revision) continue;
      past_.set_trial(as_of(trial, changes_[next_].revision));
    }
    past_.set_revision(revision);
    return past_;
  }

 private:
  Trial as_of(const Trial& trial, std::uint64_t revision) const {
    Trial then = trial;
    then.revision = revision;
    if (trial.ended_revision > 0 && trial.ended_revision <= revision) return then;
    then.state = TrialState::kRunning;
    then.loss = then.tie = then.seconds = then.cpu_seconds = 0;
    then.stopped_early = false;
    then.reason.clear();
    then.curve.clear();
    then.ended_revision = 0;
    if (trial.placed_revision > 0 && trial.placed_revision <= revision) return then;
    unplace(then, whole_.study());
    then.placed_revision = then.seen_revision = 0;
    then.proposal = 0;
    return then;
  }

  const History& whole_;
  History past_;
  std::vector<Change> changes_;
  std::size_t next_ = 0;
};

}  // namespace

ReplayReport replay(const History& history, const Sampler& sampler, const std::function<void(int, int)>& progress) {
  ReplayReport report;
  std::vector<int> proposed;
  for (const Trial& trial : history.trials()) {
    if (!trial.point) {
      ++report.missing;
    } else if (!trial.box) {
      ++report.given;
    } else {
      proposed.push_back(trial.number);
    }
  }
  std::stable_sort(proposed.begin(), proposed.end(),
                   [&](int a, int b) { return history.trial(a).seen_revision < history.trial(b).seen_revision; });
  Past past(history);
  for (const int number : proposed) {
    const Trial& trial = history.trial(number);
    Rng rng = proposal_stream(history.study(), number, trial.proposal);
    const auto from = [&](const History& seen) { return propose(sampler, seen, number, rng); };
    const int lag = history.study().lag;
    Proposal again = lag > 0 ? from(lagged(history, number, lag)) : from(past.at(trial.seen_revision));
    Proposal stored{*trial.point, {}};
    if (trial.tag.open == 1) stored.rung = trial.rung;
    if (!(again == stored)) report.deviations.push_back({number, std::move(stored), std::move(again)});
    progress(++report.proposed, static_cast<int>(proposed.size()));
  }
  std::sort(report.deviations.begin(), report.deviations.end(),
            [](const Deviation& a, const Deviation& b) { return a.trial < b.trial; });
  return report;
}

}  // namespace crescendo
