#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "crescendo/history.h"
#include "crescendo/outcome.h"
#include "crescendo/step.h"

namespace crescendo {

/// The right to execute one attempt of one trial. A write with a lease that was taken over is refused.
struct Lease {
  int trial = 0;
  int attempt = 1;
};

inline constexpr int kNoSession = -1;

/// Who claims, and when. `now`: seconds since 1970.
struct Claimant {
  std::string owner;  // process identity and worker, as in "lab3:4711:88123#0"
  int session = 0;    // kNoSession: the claim extends none
  double now = 0;
  double lease_seconds = 60;
};

/// What a claim came to: a lease, or the schedule's Wait or Finish.
using Claim = std::variant<Lease, Wait, Finish>;

enum class Placement {
  kPlaced,
  kStale,  // another worker has placed the same point since `seen_revision`: propose again
  kLost,   // the lease was taken over
};

/// What is known of the process that holds a lease.
enum class OwnerState {
  kUnknown,  // it runs elsewhere: its lease must tell
  kAlive,    // it runs on this machine, so its trial is not taken over though its lease may have run out
  kGone,     // it ended: its trial is free at once
};
using OwnerQuestion = std::function<OwnerState(const std::string& owner)>;

/// A stretch of time in which a process works on a study. Times are seconds since 1970.
struct Session {
  std::string owner;           // the process
  double begun = 0, seen = 0;  // seen: the last sign of it
};

/// Studies, their trials and who works on them: the one place where workers meet.
///
/// Every call is one transaction: whole or not at all, and kept once it returned. Thread-safe; what is read is a copy.
/// Throws Error (unavailable) when the disk or service refuses. Every write by a worker carries its lease and is
/// refused (false, or kLost) when the trial was taken over or has ended.
class Store {
 public:
  virtual ~Store() = default;

  virtual std::vector<std::string> studies() = 0;

  /// Makes a study whose queue holds the points `first`. False, with nothing done, if the name is taken.
  virtual bool create(const Study& study, std::span<const Point> first) = 0;
  bool create(const Study& study) { return create(study, {}); }

  /// Throws Error (not found) naming the studies there are.
  virtual Study study(std::string_view name) = 0;
  virtual void set_budget(std::string_view study, const Budget& budget) = 0;

  /// Adds points to those that are tried before any is proposed.
  virtual void enqueue(const Study& study, std::span<const Point> points) = 0;

  /// Begins a session, which is extended by its claims and by touch_session. The study's elapsed time is the union of
  /// its sessions.
  virtual int open_session(std::string_view study, const std::string& owner, double now) = 0;
  virtual void touch_session(int session, double now, double cpu_seconds) = 0;
  /// In the order in which they began.
  virtual std::vector<Session> sessions(std::string_view study) = 0;

  /// Brings a history of this study up to date by what has changed since its revision.
  virtual void refresh(History& history) = 0;

  /// Under the write lock: extends the session, refreshes the history, takes over a trial whose worker is gone (its
  /// lease ran out, or its owner ended), or else lets `decide` say the next step and records it. The history then holds
  /// the claimed trial. A trial that was promoted or takes a queued point has its point; another is to be placed.
  virtual Claim claim(History& history, const Claimant& who, const OwnerQuestion& state_of,
                      const std::function<Step(const History&)>& decide) = 0;

  /// Gives a claimed trial its point and, where it is open, its rung. `may_repeat` skips the question whether another
  /// worker was quicker.
  virtual Placement place(const Study& study, Lease lease, const Proposal& proposed, std::uint64_t seen_revision,
                          int proposal, bool may_repeat) = 0;

  virtual bool extend(const Study& study, Lease lease, double until) = 0;
  /// The lease ends at `lease_until`, or when it did before, whichever is later.
  virtual bool report(const Study& study, Lease lease, const EpochReport& report, double lease_until) = 0;
  virtual bool finish(const Study& study, Lease lease, const Outcome& outcome, double now) = 0;

  /// Lets another worker, or a later session, execute the trial at once.
  virtual bool release(const Study& study, Lease lease) = 0;

  /// Who holds a trial's lease, or held it last; empty: it was released.
  virtual std::string owner(std::string_view study, int trial) = 0;

  virtual std::vector<EpochReport> curve(std::string_view study, int trial) = 0;
  virtual std::vector<Artifact> artifacts(std::string_view study, int trial) = 0;
  virtual void remove_artifact(std::string_view study, int trial, const std::string& path) = 0;

  /// Numbers about a trial as a whole: those of its outcome, and what was found out later, as its test error.
  virtual std::map<std::string, double> metrics(std::string_view study, int trial) = 0;
  virtual void set_metric(std::string_view study, int trial, const std::string& key, double value) = 0;
};

/// Opens what a URL names, making it if it is not there: `memory:`, `sqlite:///relative/file.db`,
/// `sqlite:////absolute/file.db`. Throws Error (bad input) listing the forms there are.
std::unique_ptr<Store> open_store(const std::string& url);

/// The same, but throws Error (not found) when nothing is there.
std::unique_ptr<Store> open_existing_store(const std::string& url);

}  // namespace crescendo
