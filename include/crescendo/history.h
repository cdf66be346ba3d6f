#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "crescendo/study.h"

namespace crescendo {

/// A point that a user wants tried before any is proposed.
struct Queued {
  int number = 0;  // from 0, in the order in which they were enqueued
  Point point;
};

/// The trials whose tag names one bracket. Those with a slot belong to its plan; those without one fill a wait.
struct Bracket {
  struct Level {
    int claimed = 0;                                       // trials with a slot, in any state
    int full = 0;                                          // executions in full, as History::full counts them
    std::set<std::tuple<double, double, int>> candidates;  // loss, tie and number of those not tried one rung higher
  };
  int first_trial = -1;          // the number of its first trial; -1: there is none
  int rung = -1;                 // the highest rung at which a slot was claimed
  int claimed = 0, running = 0;  // at that rung, of those with a slot
  std::vector<Level> levels;     // [rung]
};

/// What a store knows of a study: trials, boxes and time used, at one revision.
///
/// 1. trials()[i].number == i. 2. The orders below are those a fresh sort would give, and the counts those of a fresh
/// count; a trial costs a logarithm of their number to keep them, and moving a part of an order's numbers. 3. A trial
/// that was once finished or failed never changes. 4. A trial's rung changes once at most: when it is placed, if it was
/// open till then.
class History {
 public:
  explicit History(std::shared_ptr<const Study> study);

  const Study& study() const { return *study_; }
  std::shared_ptr<const Study> shared_study() const { return study_; }
  std::uint64_t revision() const { return revision_; }
  double elapsed_seconds() const { return elapsed_seconds_; }

  /// CPU time of the trials that ended, all together.
  double cpu_seconds() const { return cpu_seconds_; }

  /// What the trials use of a fidelity of the ladder, all together; those that run count as if they ended in full.
  double used(const std::string& fidelity) const;

  /// Trials that ended at the top rung since the best of them did, in the order in which they ended; all, while none
  /// finished. Cost: O(log trials).
  int ended_since_best() const;

  std::span<const Trial> trials() const { return trials_; }
  const Trial& trial(int number) const { return trials_[static_cast<std::size_t>(number)]; }

  /// Numbers of a rung's trials, in the order of claims.
  std::span<const int> at_rung(int rung) const { return rungs_[static_cast<std::size_t>(rung)].all; }

  /// Numbers of a rung's finished trials, best first.
  std::span<const int> ranked(int rung) const { return rungs_[static_cast<std::size_t>(rung)].ranked; }

  int running(int rung) const { return rungs_[static_cast<std::size_t>(rung)].running; }
  bool any_running() const;

  /// Trials of a rung that are no repetitions, in any state, and those of them that run.
  int first_executions(int rung) const { return rungs_[static_cast<std::size_t>(rung)].firsts; }
  int first_executions_running(int rung) const { return rungs_[static_cast<std::size_t>(rung)].firsts_running; }

  /// Trials of a rung, in any state, that execute no other's point again; those that fill a wait, in any state; and
  /// those of them that run.
  int starts(int rung) const { return rungs_[static_cast<std::size_t>(rung)].starts; }
  int fills(int rung) const { return rungs_[static_cast<std::size_t>(rung)].fills; }
  int fills_running(int rung) const { return rungs_[static_cast<std::size_t>(rung)].fills_running; }

  /// Numbers of a rung's executions in full, best first: finished, not stopped early, no repetitions.
  std::span<const int> full(int rung) const { return rungs_[static_cast<std::size_t>(rung)].full; }

  // What began from its parent's weights (a warm trial) is ranked only among its like when points are chosen to go on:
  // both groups are taken in proportion to their sizes, each best first. So trial i of n comes before trial j of the
  // m others where (i + 1/2) / n <= (j + 1/2) / m; of two as far, the warm one first.

  /// The first of full(rung), in that order, that no trial one rung higher executes again. Cost: O(log trials).
  std::optional<int> best_candidate(int rung) const;

  /// How many of full(rung) come before trial `number`, which is one of them. Cost: O(log trials).
  int place_in_full(int number) const;

  /// full(rung) in that order.
  std::vector<int> in_order_of_places(int rung) const;

  /// By number: as far as trials' tags name them.
  std::span<const Bracket> brackets() const { return brackets_; }

  /// The first box that was used at a rung; null before the rung's first Start.
  const Box* first_box(int rung) const;

  /// The box with this number; boxes are numbered from 0 in the order in which they came up.
  const Box& box(int number) const { return *boxes_[static_cast<std::size_t>(number)].box; }
  int rung_of_box(int number) const { return boxes_[static_cast<std::size_t>(number)].rung; }
  int boxes() const { return static_cast<int>(boxes_.size()); }

  /// The number of a box with these sides that was used at a rung, if there is one.
  std::optional<int> find_box(int rung, const Box& box) const;

  /// Numbers of the trials that name `parent`, perturbed ones too, in the order of claims.
  std::span<const int> children(int parent) const;

  /// The enqueued points that no trial has taken yet, in the order in which they came.
  std::span<const Queued> queue() const { return queue_; }

  /// What tells this history from every other one, copies included, for as long as somebody holds it.
  std::shared_ptr<const void> identity() const { return identity_.mark; }

  /// The trial of each set_trial(), in turn: who knows what the first n of them led to need only look at the others.
  std::span<const int> changes() const { return changes_; }

  // What follows is for stores.
  void set_trial(Trial trial);
  void add_box(int rung, Box box);
  void set_revision(std::uint64_t revision) { revision_ = revision; }
  void set_elapsed_seconds(double seconds) { elapsed_seconds_ = seconds; }
  void set_budget(const Budget& budget);
  void set_queue(std::vector<Queued> queue) { queue_ = std::move(queue); }

 private:
  struct RungOrder {
    std::vector<int> all, ranked, full, full_warm;  // the last: the warm ones of full
    std::set<std::tuple<double, double, int>> candidates, warm_candidates;
    int running = 0, firsts = 0, firsts_running = 0, starts = 0, fills = 0, fills_running = 0;
  };
  struct UsedBox {
    int rung;
    std::shared_ptr<const Box> box;
  };

  struct Identity {
    Identity() = default;
    Identity(const Identity&) {}
    Identity(Identity&&) = default;
    Identity& operator=(const Identity&) { return *this = Identity(); }
    Identity& operator=(Identity&&) = default;
    std::shared_ptr<const int> mark = std::make_shared<const int>(0);
  };

  void count_use(const Trial& trial, double sign);
  void count_claim(const Trial& trial);
  void uncount_claim(const Trial& trial);
  void count_child(const Trial& trial, int parent);
  void count_in_bracket(const Trial& trial);
  void count_end(const Trial& trial);
  void count_full(const Trial& trial);
  void insert_ranked(std::vector<int>& order, int number) const;
  int better_than(const std::vector<int>& order, int number) const;
  bool tried_above(const Trial& trial) const;

  std::shared_ptr<const Study> study_;
  Identity identity_;
  std::vector<int> changes_;
  std::vector<Trial> trials_;
  std::vector<RungOrder> rungs_;
  std::vector<UsedBox> boxes_;
  std::vector<std::vector<int>> children_;  // [trial]
  std::vector<Bracket> brackets_;
  std::vector<Queued> queue_;
  std::uint64_t revision_ = 0;
  double elapsed_seconds_ = 0, cpu_seconds_ = 0;
  std::map<std::string, double> used_;               // by each fidelity of the ladder
  std::vector<std::pair<std::uint64_t, int>> ends_;  // at the top rung: revision and number, ascending
};

inline constexpr int kUsualFinalists = 3;  // leaders that are repeated before the best is named

/// How many leaders a study's schedule repeats, where it repeats any before the best is named.
int planned_finalists(const Study& study);

/// A point that was executed at a rung, with its repetitions.
struct Finalist {
  int trial = 0;             // the first execution
  std::vector<int> trials;   // its executions that finished, the first one first; repetitions only where in full
  double loss = 0, tie = 0;  // means over them
  int failed_repeats = 0;    // not counting those that the budget cut off
};

/// The points executed in full at a rung, by the loss of their first execution, best first; at most `count`. Those that
/// began from their parents' weights stand among the others: each is a model that a user may want.
std::vector<Finalist> leaders(const History& history, int rung, int count);

/// The study's answer, at the highest rung with a finished trial: once the finals are played (each of the leaders, as
/// many as the schedule's option `finalists`, was repeated in full), the leader with the lowest mean loss, one that
/// failed when repeated coming last; before, the point whose first execution was best. None while nothing is finished.
std::optional<Finalist> best(const History& history);

}  // namespace crescendo
