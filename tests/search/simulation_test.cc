// The worker loop under a simulated world: a manual clock, a memory store, four workers whose order of store calls is
// drawn from a seed, and death before or after any of those calls.
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "schedule/schedules.h"
#include "search/worker.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

constexpr int kWorkers = 4;

/// Thrown by a store call of a worker that dies there. Not a std::exception, so nothing may catch and survive it.
struct Died {};

/// Lets one thread run at a time. At each turn() the next to run is drawn from the seed; time passes.
class Stage {
 public:
  Stage(std::uint64_t seed, ManualClock& clock) : rng_(seed), clock_(clock) {}

  void enter(int worker) {
    std::unique_lock lock(mutex_);
    present_.push_back(worker);
    if (static_cast<int>(present_.size()) == kWorkers && running_ < 0) pick();
    ready_.wait(lock, [&] { return running_ == worker; });
  }

  void turn(int worker) {
    std::unique_lock lock(mutex_);
    clock_.advance(rng_.uniform() < 0.02 ? 100 : rng_.uniform());  // sometimes longer than a lease
    pick();
    ready_.notify_all();
    ready_.wait(lock, [&] { return running_ == worker; });
  }

  void leave(int worker) {
    const std::unique_lock lock(mutex_);
    std::erase(present_, worker);
    running_ = -1;
    if (!present_.empty()) pick();
    ready_.notify_all();
  }

  // Called only by the running worker.
  Rng& rng() { return rng_; }

 private:
  void pick() {
    running_ = present_[rng_.below(present_.size())];
    ready_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<int> present_;
  int running_ = -1;
  Rng rng_;
  ManualClock& clock_;
};

/// One worker's view of the store: other workers go on between its calls, and it may die before or after each.
class MortalStore : public Store {
  template <class Call>
  auto call(Call what) {
    maybe_die();
    const auto result = what();
    maybe_die();
    stage_.turn(worker_);
    return result;
  }
  void maybe_die() {
    if (stage_.rng().uniform() < mortality_) throw Died{};
  }

 public:
  MortalStore(Store& store, Stage& stage, int worker, double mortality)
      : store_(store), stage_(stage), worker_(worker), mortality_(mortality) {}

  Claim claim(History& h, const Claimant& who, const OwnerQuestion& gone,
              const std::function<Step(const History&)>& decide) override {
    return call([&] { return store_.claim(h, who, gone, decide); });
  }
  Placement place(const Study& s, Lease l, const Proposal& p, std::uint64_t seen, int proposal, bool repeat) override {
    return call([&] { return store_.place(s, l, p, seen, proposal, repeat); });
  }
  bool extend(const Study& s, Lease l, double until) override {
    return call([&] { return store_.extend(s, l, until); });
  }
  bool report(const Study& s, Lease l, const EpochReport& r, double until) override {
    return call([&] { return store_.report(s, l, r, until); });
  }
  bool finish(const Study& s, Lease l, const Outcome& o, double now) override {
    return call([&] {
      const bool accepted = store_.finish(s, l, o, now);
      if (accepted) ++finished[l.trial];
      return accepted;
    });
  }
  bool release(const Study& s, Lease l) override {
    return call([&] { return store_.release(s, l); });
  }
  void refresh(History& h) override {
    call([&] {
      store_.refresh(h);
      return 0;
    });
  }
  std::vector<std::string> studies() override { return store_.studies(); }
  bool create(const Study& study, std::span<const Point> first) override { return store_.create(study, first); }
  Study study(std::string_view name) override { return store_.study(name); }
  void set_budget(std::string_view s, const Budget& b) override { store_.set_budget(s, b); }
  void enqueue(const Study& s, std::span<const Point> p) override { store_.enqueue(s, p); }
  int open_session(std::string_view s, const std::string& o, double now) override {
    return store_.open_session(s, o, now);
  }
  void touch_session(int s, double now, double cpu) override { store_.touch_session(s, now, cpu); }
  std::vector<Session> sessions(std::string_view s) override { return store_.sessions(s); }
  std::string owner(std::string_view s, int t) override { return store_.owner(s, t); }
  std::vector<EpochReport> curve(std::string_view s, int t) override { return store_.curve(s, t); }
  std::vector<Artifact> artifacts(std::string_view s, int t) override { return store_.artifacts(s, t); }
  void remove_artifact(std::string_view s, int t, const std::string& p) override { store_.remove_artifact(s, t, p); }
  std::map<std::string, double> metrics(std::string_view s, int t) override { return store_.metrics(s, t); }
  void set_metric(std::string_view s, int t, const std::string& k, double v) override { store_.set_metric(s, t, k, v); }

  std::map<int, int> finished;  // accepted by the store, by trial

 private:
  Store& store_;
  Stage& stage_;
  int worker_;
  double mortality_;
};

/// What became of a study.
struct World {
  History history;
  std::map<int, int> finished;                    // accepted ends, by trial
  std::map<std::pair<int, int>, int> executions;  // begun, by trial and attempt
  int deaths = 0;
};

// Every schedule of the list, and those that stop trials.
std::vector<Named> schedules() {
  std::vector<Named> found;
  for (const auto& make : kSchedules) found.push_back({std::string(make().name)});
  found.push_back({"population", {{"population", 3.0}, {"exploit", 0.5}}});
  found.push_back({"halving", {{"n", 4.0}, {"fill", true}, {"stopping", "curve"}}});
  found.push_back({"asha", {{"type", "stopping"}}});
  found.push_back({"ramp", {{"stopping", "median"}, {"stopping_startup", 1.0}}});
  found.push_back({"adaptive", {{"startup", 3.0}, {"probes", 2.0}, {"cross", "points+narrow+weights"}}});
  found.push_back({"ramp", {{"fill", true}, {"cross", "points+narrow+weights"}, {"explore", 0.5}}});
  return found;
}

Study simulated_study(std::uint64_t seed) {
  const bool discrete = seed % 3 == 0;
  const std::vector<Named> all = schedules();
  Study study = small_study(static_cast<int>(5 + seed % 17), 1 + static_cast<int>(seed / all.size() % 3), "",
                            discrete ? tiny_space() : mixed_space());
  study.schedule = all[seed % all.size()];
  if (study.schedule.name == "open") study.sampler = {"fabolas", {{"startup", 4.0}, {"samples", 20.0}}};
  study.seed = seed;
  if (seed % 5 == 0) study.budget = {{}, 400.0};  // seconds of the manual clock
  return suited(std::move(study));
}

World simulate(std::uint64_t seed, double mortality) {
  const auto study = std::make_shared<const Study>(simulated_study(seed));
  const auto store = open_store("memory:");
  store->create(*study);
  const auto sampler = make_sampler(*study);
  const auto schedule = make_schedule(*study);
  ManualClock clock;
  Stage stage(seed, clock);
  const int session = store->open_session(study->name, "simulation", clock.now());
  World world{History(study), {}, {}, 0};
  std::map<std::pair<int, int>, int> executions;
  Observer observer;

  const double deadline = clock.now() + study->budget.seconds.value_or(1e9);

  const auto live = [&](int worker) {
    stage.enter(worker);
    for (int life = 0;; ++life) {
      // A worker that died is followed by a new one with nothing in its head.
      MortalStore mortal(*store, stage, worker, life < 20 ? mortality : 0);
      LeaseBook leases;
      ScriptedObjective objective([&](const Assignment& assignment) {
        ++executions[{assignment.trial, life * kWorkers + worker}];
        if (stage.rng().uniform() < 0.1) throw std::runtime_error("the program crashed");
        Outcome outcome;
        outcome.loss = stage.rng().uniform();
        outcome.failed = stage.rng().uniform() < 0.1;
        return outcome;
      });
      WorkerSetting setting{mortal,    study,     *sampler,
                            *schedule, objective, clock,
                            leases,    observer,  "w" + std::to_string(worker) + "." + std::to_string(life),
                            session};
      setting.going = [&] { return clock.now() >= deadline ? Going::kStop : Going::kOn; };
      bool died = false;
      try {
        EXPECT_EQ(run_worker(setting), WorkerEnd::kFinished);
      } catch (const Died&) {
        died = true;
      }
      for (const auto& [trial, count] : mortal.finished) world.finished[trial] += count;
      world.deaths += died;
      if (!died) break;
    }
    stage.leave(worker);
  };
  {
    std::vector<std::jthread> threads;
    for (int worker = 0; worker < kWorkers; ++worker) threads.emplace_back(live, worker);
  }
  store->refresh(world.history);
  world.executions = std::move(executions);
  return world;
}

void expect_sound(const World& world, std::uint64_t seed) {
  const Study& study = world.history.study();
  if (study.budget.trials) {
    ASSERT_EQ(static_cast<int>(world.history.trials().size()), *study.budget.trials) << "seed " << seed;
  }
  for (const Trial& trial : world.history.trials()) {
    // When the time is over nobody takes the trial of a dead worker: it waits for the study to be given more.
    if (!study.budget.trials && trial.state == TrialState::kRunning) continue;
    ASSERT_NE(trial.state, TrialState::kRunning) << "seed " << seed << ": trial " << trial.number << " was lost";
    ASSERT_TRUE(trial.point) << "seed " << seed;
    ASSERT_NO_THROW(study.space.check(*trial.point));
    ASSERT_TRUE(study.rung_box(trial.rung).contains(*trial.point));
    ASSERT_LE(trial.curve.size(), 2u) << "seed " << seed << ": a worker that lost trial " << trial.number << " wrote";
    ASSERT_TRUE(world.finished.contains(trial.number)) << "seed " << seed;
    ASSERT_EQ(world.finished.at(trial.number), 1) << "seed " << seed << ": trial " << trial.number << " ended twice";
  }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kSeeds = 200;
#else
constexpr std::uint64_t kSeeds = 2000;
#endif

TEST(Simulation, NothingIsLostOrEndedTwiceAndTheStudyEndsWhoeverDies) {
  int deaths = 0, stopped = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const World world = simulate(seed, 0.03);
    expect_sound(world, seed);
    if (HasFatalFailure()) return;
    deaths += world.deaths;
    const auto trials = world.history.trials();
    if (!world.history.study().budget.trials) continue;
    stopped += static_cast<int>(
        std::count_if(trials.begin(), trials.end(), [](const Trial& trial) { return trial.stopped_early; }));
  }
  EXPECT_GT(stopped, static_cast<int>(kSeeds) / 4) << "schedules that stop trials are among them";
  EXPECT_GT(deaths, static_cast<int>(kSeeds)) << "the simulation should kill about two workers a seed";
}

TEST(Simulation, WithoutDeathsAndLongPausesEveryTrialIsExecutedOnce) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const World world = simulate(seed, 0);
    expect_sound(world, seed);
    if (HasFatalFailure()) return;
    std::map<int, int> executions;
    for (const auto& [key, count] : world.executions) executions[key.first] += count;
    for (const Trial& trial : world.history.trials()) {
      // More than one execution only where a pause outlasted the lease and the trial was taken over.
      EXPECT_LE(executions[trial.number], trial.attempt) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace crescendo
