#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crescendo/space.h"

namespace crescendo {

/// A member of one of the families (samplers, schedules, objectives) with its options, as a user names it.
struct Named {
  std::string name;
  std::map<std::string, std::variant<bool, double, std::string>> options = {};
  friend bool operator==(const Named&, const Named&) = default;
};

/// One fidelity at which points are executed. What the numbers mean is between the study and its objective.
struct Rung {
  std::map<std::string, double> fidelity;  // as in image_side = 32, epochs = 30
  double share = 1;                        // of the budget; the rungs' shares are scaled to a sum of 1
  std::map<std::string, std::pair<double, double>> limits = {};  // of parameters whose range depends on the rung
  friend bool operator==(const Rung&, const Rung&) = default;
};

/// What a study may use up, and when it has found enough; it ends with the first of these, and at least one is given.
/// Trials include promoted and repeated ones.
struct Budget {
  std::optional<int> trials;
  std::optional<double> seconds;                // of wall time, over all its sessions
  std::optional<double> cpu_seconds = {};       // of all its trials together
  std::map<std::string, double> fidelity = {};  // totals, as in epoch = 2600; each rung has a number of this name
  std::optional<double> target = {};            // the user's own value; a finished trial at the top rung reaches it
  std::optional<int> patience = {};             // trials in a row that end at the top rung without a better best
  friend bool operator==(const Budget&, const Budget&) = default;
};

/// A trial of another study, told in this one's space. Its loss compares with those of the same source and rung only.
struct Lesson {
  int source = 0;       // which of the study's `learn_from`, from 0
  int rungs_below = 0;  // its rung, counted down from the top of its own ladder
  Point point;
  bool failed = false;
  double loss = 0, tie = 0;  // where not failed; lower is better
};

struct Trial;

/// A search, completely described: data in a store, never changed after it is made except for a larger budget.
struct Study {
  std::string name;
  std::uint64_t seed = 0;
  bool maximize = false;  // what users see is -loss: inside, lower is always better
  Named objective, sampler, schedule;
  Budget budget;
  std::vector<Rung> ladder;  // lowest first, at least one; no more than 32
  Space space;
  bool continues = false;  // a promoted trial goes on from where its parent ended
  int lag = 0;             // trial n is decided and proposed from trials up to n - lag alone; 0: from all that is known

  std::vector<std::string> learn_from = {};  // other studies, each as URL#STUDY
  std::shared_ptr<const std::vector<Lesson>> lessons =
      {};  // of them, as they were when this study was made; null: none

  int top() const { return static_cast<int>(ladder.size()) - 1; }

  /// The whole space, with the ranges that the rung's limits leave.
  Box rung_box(int rung) const;

  /// Whether a trial at `rung` goes on from where its parent at `below` ended: where the study continues, except
  /// between different image sides, since a network is made for one side, and different shares of the data.
  bool goes_on(int below, int rung) const;

  /// What a trial uses of a fidelity: its rung's number, less that of its parent where it goes on from there. One that
  /// failed or was stopped early uses as many epochs ("epoch", "epochs") as its curve has, if it has any; the curve of
  /// one that goes on begins with its parent's.
  double used_by(const Trial& trial, const Trial* parent, const std::string& fidelity) const;

  /// Share of the budget that the rungs up to and including `rung` may use, in 0..1 (1 at the top).
  double cumulative_share(int rung) const;
};

enum class TrialState {
  kRunning,   // claimed; its point may not be there yet
  kFinished,  // has a loss
  kFailed,
};

/// Where a trial stands in its schedule's plan; -1 where the schedule knows no such thing.
struct Tag {
  int generation = -1;
  int bracket = -1;
  int slot = -1;
  int alone = -1;   // 1: its point is proposed as if there were no other rungs and studies to learn from
  int fill = -1;    // 1: it was started because its worker would have waited; no rung waits for it
  int probe = -1;   // 1: it only tells how well its rung's ranking agrees with that of the rung below
  int design = -1;  // 1: its point belongs to the sampler's initial design; 0: to the model
  int repeat = -1;  // 1, 2, ...: this trial executes its parent's point once more at the same rung
  int warm = -1;    // 1: it starts from its parent's weights, or is perturbed, or goes on from a warm or perturbed one
  int open = -1;    // 1: its sampler chooses its rung; it is claimed at the top one, and moves when it is placed
  int settle = -1;  // 1: it executes at the top what is predicted to be best, for a search that is nearly over
  friend bool operator==(const Tag&, const Tag&) = default;
};

/// One execution of a point at one rung. Lower loss is better, whatever the user maximises.
struct Trial {
  int number = 0;             // from 0, in the order of claims
  std::optional<int> parent;  // the trial whose point it executes again, or that it goes on from with one of its own
  int rung = 0;
  std::optional<int> box;  // which of the history's boxes its point was proposed in; none for a point it was given
  Tag tag;
  TrialState state = TrialState::kRunning;
  std::optional<Point> point;  // none while it is claimed and not placed

  double loss = 0;  // where finished; finite
  double tie = 0;   // breaks ties between equal losses, lower is better (the CNN's cross-entropy); 0 if there is none
  bool stopped_early = false;  // the schedule ended it, or the budget did: then it may have failed for that alone
  std::string reason;          // why it failed or was stopped
  std::vector<double> curve;   // the loss after each epoch
  double seconds = 0, cpu_seconds = 0;
  double elapsed_seconds = 0;  // of the study, when it was claimed

  int attempt = 1;                  // executions begun; more than 1 after a worker died
  std::uint64_t seen_revision = 0;  // the history its point was proposed from
  int proposal = 0;                 // which proposal from it was taken: 0, or more after another worker was quicker
  std::uint64_t revision = 0;       // of its last change
  std::uint64_t claimed_revision = 0, placed_revision = 0, ended_revision = 0;  // 0: not yet
};

/// Whether its point was given to it: enqueued by a user, not proposed, promoted or repeated.
inline bool was_enqueued(const Trial& trial) { return !trial.box && !trial.parent; }

/// Whether its rung is still to be chosen.
inline bool is_rung_open(const Trial& trial) { return trial.tag.open == 1 && !trial.point; }

/// As it was when it was claimed, if it has its point from a proposal.
inline void unplace(Trial& trial, const Study& study) {
  trial.point.reset();
  if (trial.tag.open == 1) trial.rung = study.top();
}

/// Whether it executes its parent's point once more: promoted or repeated.
inline bool executes_again(const Trial& trial) { return trial.parent && !trial.box; }

/// Whether it goes on from where its parent ended, but with a point of its own, proposed in a box.
inline bool is_perturbed(const Trial& trial) { return trial.parent && trial.box; }

/// A loss as users see it, and what they report as a loss: turned round where the study maximizes.
inline double turned(const Study& study, double loss) { return study.maximize ? 0 - loss : loss; }

/// True when a is better: by loss, then by tie, then the earlier one. Both must be finished.
bool better(const Trial& a, const Trial& b);

}  // namespace crescendo
