#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "crescendo/error.h"
#include "store/elapsed.h"
#include "store/lost.h"
#include "store/placed_rung.h"
#include "store/stores.h"

namespace crescendo {
namespace {

struct Stored {
  Trial trial;
  std::string owner;  // empty: released, anyone may take it
  double lease_until = 0;
  std::vector<EpochReport> epochs;
  std::map<std::string, double> metrics;
  std::vector<Artifact> artifacts;
};

struct StoredStudy {
  Study study;
  std::uint64_t revision = 0;
  std::vector<Stored> trials;
  std::set<int> running;                               // numbers
  std::vector<std::pair<std::uint64_t, int>> changes;  // revisions, ascending, and the trials that changed
  std::vector<std::pair<int, Box>> boxes;              // with the rung each was first used at
  std::vector<Queued> queue;
  int enqueued = 0;  // in all
};

struct OpenedSession {
  std::string study;
  Session session;
};

/// Keeps everything in this process, for tests and for searches that need leave nothing behind.
class MemoryStore : public Store {
 public:
  std::vector<std::string> studies() override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, stored] : studies_) names.push_back(name);
    return names;
  }

  bool create(const Study& study, std::span<const Point> first) override {
    const std::lock_guard lock(mutex_);
    StoredStudy fresh;
    fresh.study = study;
    for (const Point& point : first) fresh.queue.push_back({fresh.enqueued++, point});
    return studies_.try_emplace(study.name, std::move(fresh)).second;
  }

  Study study(std::string_view name) override {
    const std::lock_guard lock(mutex_);
    return find(name).study;
  }

  void set_budget(std::string_view name, const Budget& budget) override {
    const std::lock_guard lock(mutex_);
    find(name).study.budget = budget;
    ++find(name).revision;
  }

  void enqueue(const Study& study, std::span<const Point> points) override {
    const std::lock_guard lock(mutex_);
    StoredStudy& stored = find(study.name);
    for (const Point& point : points) stored.queue.push_back({stored.enqueued++, point});
    ++stored.revision;
  }

  int open_session(std::string_view study, const std::string& owner, double now) override {
    const std::lock_guard lock(mutex_);
    sessions_.push_back({std::string(study), {owner, now, now}});
    return static_cast<int>(sessions_.size()) - 1;
  }

  void touch_session(int session, double now, double) override {
    const std::lock_guard lock(mutex_);
    Session& known = sessions_.at(static_cast<std::size_t>(session)).session;
    known.seen = std::max(known.seen, now);
  }

  std::vector<Session> sessions(std::string_view study) override {
    const std::lock_guard lock(mutex_);
    std::vector<Session> found;
    for (const OpenedSession& opened : sessions_) {
      if (opened.study == study) found.push_back(opened.session);
    }
    return found;
  }

  void refresh(History& history) override {
    const std::lock_guard lock(mutex_);
    refresh_locked(history);
  }

  Claim claim(History& history, const Claimant& who, const OwnerQuestion& state_of,
              const std::function<Step(const History&)>& decide) override {
    const std::lock_guard lock(mutex_);
    StoredStudy& stored = find(history.study().name);
    if (who.session != kNoSession) {
      Session& session = sessions_.at(static_cast<std::size_t>(who.session)).session;
      session.seen = std::max(session.seen, who.now);
    }
    refresh_locked(history);
    if (Stored* lost = lost_trial(stored, who.now, state_of)) {
      ++lost->trial.attempt;
      lost->epochs.clear();
      lost->trial.curve.clear();
      return take(stored, *lost, who, history);
    }
    const Step step = decide(history);
    if (std::holds_alternative<Wait>(step)) return Wait{};
    if (std::holds_alternative<Finish>(step)) return Finish{};
    Stored fresh;
    fresh.trial.number = static_cast<int>(stored.trials.size());
    fresh.trial.elapsed_seconds = history.elapsed_seconds();
    if (const auto* start = std::get_if<Start>(&step)) {
      fresh.trial.rung = claimed_rung(*start, stored.study);
      fresh.trial.tag = claimed_tag(*start);
      if (start->queued) {
        fresh.trial.point = take_queued(stored, *start->queued);
      } else {
        fresh.trial.box = box_number(stored, history, *start);
        if (start->parent) fresh.trial.parent = finished(stored, *start->parent).number;
      }
    } else {
      const auto& promote = std::get<Promote>(step);
      fresh.trial.rung = promote.rung;
      fresh.trial.tag = promote.tag;
      fresh.trial.parent = promote.parent;
      fresh.trial.point = finished(stored, promote.parent).point;
    }
    fresh.trial.claimed_revision = stored.revision + 1;
    if (fresh.trial.point) fresh.trial.placed_revision = fresh.trial.claimed_revision;
    stored.trials.push_back(std::move(fresh));
    return take(stored, stored.trials.back(), who, history);
  }

  Placement place(const Study& study, Lease lease, const Proposal& proposed, std::uint64_t seen_revision, int proposal,
                  bool may_repeat) override {
    const std::lock_guard lock(mutex_);
    StoredStudy& stored = find(study.name);
    Stored* trial = held(stored, lease);
    if (!trial) return Placement::kLost;
    const int rung = placed_rung(trial->trial, proposed, study);
    const auto same = [&](int number) {
      const Stored& other = stored.trials[static_cast<std::size_t>(number)];
      return &other != trial && other.trial.placed_revision > seen_revision && other.trial.rung == rung &&
             other.trial.point == proposed.point;
    };
    const std::vector<int> since = changed_since(stored, seen_revision);
    if (!may_repeat && std::any_of(since.begin(), since.end(), same)) return Placement::kStale;
    trial->trial.point = proposed.point;
    trial->trial.rung = rung;
    trial->trial.seen_revision = seen_revision;
    trial->trial.proposal = proposal;
    touch(stored, *trial);
    trial->trial.placed_revision = stored.revision;
    return Placement::kPlaced;
  }

  bool extend(const Study& study, Lease lease, double until) override {
    const std::lock_guard lock(mutex_);
    Stored* trial = held(find(study.name), lease);
    if (trial) trial->lease_until = until;
    return trial != nullptr;
  }

  bool report(const Study& study, Lease lease, const EpochReport& report, double lease_until) override {
    const std::lock_guard lock(mutex_);
    StoredStudy& stored = find(study.name);
    Stored* trial = held(stored, lease);
    if (!trial) return false;
    trial->epochs.push_back({report.epoch, report.loss, report.metrics});
    trial->trial.curve.push_back(report.loss);
    trial->lease_until = std::max(trial->lease_until, lease_until);
    touch(stored, *trial);
    return true;
  }

  bool finish(const Study& study, Lease lease, const Outcome& outcome, double) override {
    const std::lock_guard lock(mutex_);
    StoredStudy& stored = find(study.name);
    Stored* trial = held(stored, lease);
    if (!trial) return false;
    trial->trial.state = outcome.failed ? TrialState::kFailed : TrialState::kFinished;
    trial->trial.loss = outcome.loss;
    trial->trial.tie = outcome.tie;
    trial->trial.stopped_early = outcome.stopped_early;
    trial->trial.reason = outcome.reason;
    trial->trial.seconds = outcome.seconds;
    trial->trial.cpu_seconds = outcome.cpu_seconds;
    trial->metrics = outcome.metrics;
    trial->artifacts = outcome.artifacts;
    stored.running.erase(lease.trial);
    touch(stored, *trial);
    trial->trial.ended_revision = stored.revision;
    return true;
  }

  bool release(const Study& study, Lease lease) override {
    const std::lock_guard lock(mutex_);
    Stored* trial = held(find(study.name), lease);
    if (trial) trial->owner.clear();
    return trial != nullptr;
  }

  std::string owner(std::string_view study, int trial) override {
    const std::lock_guard lock(mutex_);
    return find(study).trials.at(static_cast<std::size_t>(trial)).owner;
  }

  std::vector<EpochReport> curve(std::string_view study, int trial) override {
    const std::lock_guard lock(mutex_);
    return find(study).trials.at(static_cast<std::size_t>(trial)).epochs;
  }

  std::vector<Artifact> artifacts(std::string_view study, int trial) override {
    const std::lock_guard lock(mutex_);
    return find(study).trials.at(static_cast<std::size_t>(trial)).artifacts;
  }

  void remove_artifact(std::string_view study, int trial, const std::string& path) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(find(study).trials.at(static_cast<std::size_t>(trial)).artifacts,
                  [&](const Artifact& artifact) { return artifact.path == path; });
  }

  std::map<std::string, double> metrics(std::string_view study, int trial) override {
    const std::lock_guard lock(mutex_);
    return find(study).trials.at(static_cast<std::size_t>(trial)).metrics;
  }

  void set_metric(std::string_view study, int trial, const std::string& key, double value) override {
    const std::lock_guard lock(mutex_);
    find(study).trials.at(static_cast<std::size_t>(trial)).metrics[key] = value;
  }

 private:
  StoredStudy& find(std::string_view name) {
    const auto found = studies_.find(std::string(name));
    if (found == studies_.end()) not_found(fmt::format("there is no study called '{}'", name));
    return found->second;
  }

  static Stored* held(StoredStudy& stored, Lease lease) {
    Stored& trial = stored.trials.at(static_cast<std::size_t>(lease.trial));
    const bool holds = trial.trial.attempt == lease.attempt && trial.trial.state == TrialState::kRunning;
    return holds ? &trial : nullptr;
  }

  static Stored* lost_trial(StoredStudy& stored, double now, const OwnerQuestion& state_of) {
    for (const int number : stored.running) {
      Stored& trial = stored.trials[static_cast<std::size_t>(number)];
      if (is_lost(trial.owner, trial.lease_until, now, state_of)) return &trial;
    }
    return nullptr;
  }

  static int box_number(StoredStudy& stored, const History& history, const Start& start) {
    const int rung = claimed_rung(start, stored.study);
    if (const auto known = history.find_box(rung, start.box)) return *known;
    stored.boxes.emplace_back(rung, start.box);
    return static_cast<int>(stored.boxes.size()) - 1;
  }

  static const Trial& finished(const StoredStudy& stored, int number) {
    const Trial& trial = stored.trials.at(static_cast<std::size_t>(number)).trial;
    check(trial.state == TrialState::kFinished, "only what finished is gone on from");
    return trial;
  }

  static Point take_queued(StoredStudy& stored, int number) {
    const auto queued =
        std::find_if(stored.queue.begin(), stored.queue.end(), [&](const Queued& q) { return q.number == number; });
    check(queued != stored.queue.end(), "a queued point is taken once");
    Point point = std::move(queued->point);
    stored.queue.erase(queued);
    return point;
  }

  static void touch(StoredStudy& stored, Stored& trial) {
    trial.trial.revision = ++stored.revision;
    stored.changes.emplace_back(stored.revision, trial.trial.number);
  }

  // Numbers of the trials that changed, ascending.
  static std::vector<int> changed_since(const StoredStudy& stored, std::uint64_t revision) {
    std::vector<int> numbers;
    for (auto change = stored.changes.rbegin(); change != stored.changes.rend() && change->first > revision; ++change) {
      numbers.push_back(change->second);
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
  }

  Claim take(StoredStudy& stored, Stored& trial, const Claimant& who, History& history) {
    trial.owner = who.owner;
    trial.lease_until = who.now + who.lease_seconds;
    stored.running.insert(trial.trial.number);
    touch(stored, trial);
    const Lease lease{trial.trial.number, trial.trial.attempt};
    refresh_locked(history);
    return lease;
  }

  void refresh_locked(History& history) {
    const StoredStudy& stored = find(history.study().name);
    history.set_budget(stored.study.budget);
    for (auto i = static_cast<std::size_t>(history.boxes()); i < stored.boxes.size(); ++i) {
      history.add_box(stored.boxes[i].first, stored.boxes[i].second);
    }
    for (const int number : changed_since(stored, history.revision())) {
      history.set_trial(stored.trials[static_cast<std::size_t>(number)].trial);
    }
    history.set_queue(stored.queue);
    history.set_revision(stored.revision);
    std::vector<std::pair<double, double>> spans;
    for (const auto& [study, session] : sessions_) {
      if (study == stored.study.name) spans.emplace_back(session.begun, session.seen);
    }
    history.set_elapsed_seconds(elapsed_seconds(std::move(spans)));
  }

  std::mutex mutex_;
  std::map<std::string, StoredStudy> studies_;
  std::vector<OpenedSession> sessions_;
};

}  // namespace

StoreEntry memory_store() {
  return {"memory:", "memory:", [](const std::string&, bool) -> std::unique_ptr<Store> {
            return std::make_unique<MemoryStore>();
          }};
}

}  // namespace crescendo
