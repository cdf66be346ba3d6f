#include "search/worker.h"

#include <fmt/format.h>

#include <cmath>
#include <exception>
#include <optional>

#include "base/files.h"
#include "base/json.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kExecution = 1, kProposal = 2;  // keys of the random streams
constexpr int kProposals = 3;                           // before a point that another worker has just taken is kept
constexpr std::chrono::milliseconds kPatience(50);      // between two questions of a waiting worker

/// A trial's files are made under another name and appear whole, or not at all.
class TrialFolder {
 public:
  TrialFolder(const fs::path& study_folder, Lease lease) {
    if (study_folder.empty()) return;
    study_folder_ = study_folder;
    final_ = study_folder / "trials" / std::to_string(lease.trial);
    const auto working = [&](int attempt) {
      return study_folder / "trials" / fmt::format(".{}-{}", lease.trial, attempt);
    };
    // What earlier attempts, whose workers died or lost the lease, had begun.
    std::error_code ignored;
    for (int attempt = 1; attempt <= lease.attempt; ++attempt) fs::remove_all(working(attempt), ignored);
    working_ = working(lease.attempt);
    make_writable_folder(working_);
  }

  ~TrialFolder() {
    std::error_code ignored;
    if (!working_.empty()) fs::remove_all(working_, ignored);
  }
  TrialFolder(const TrialFolder&) = delete;
  TrialFolder& operator=(const TrialFolder&) = delete;

  const fs::path& working() const { return working_; }

  /// Puts the files in their place, over those of an attempt that died, and lists them.
  std::vector<Artifact> publish() {
    std::vector<Artifact> artifacts;
    if (working_.empty()) return artifacts;
    for (const auto& file : fs::directory_iterator(working_)) {
      artifacts.push_back({fs::relative(final_ / file.path().filename(), study_folder_).string(), file.file_size()});
    }
    std::error_code failed;
    fs::remove_all(final_, failed);
    fs::rename(working_, final_, failed);
    if (failed) unavailable(fmt::format("cannot write {}: {}", final_.string(), failed.message()));
    working_.clear();
    return artifacts;
  }

 private:
  fs::path study_folder_, final_, working_;
};

class Worker {
 public:
  explicit Worker(const WorkerSetting& setting) : s_(setting), history_(setting.study) {}

  WorkerEnd run() {
    for (;;) {
      if (s_.going() == Going::kCancel) return WorkerEnd::kInterrupted;
      const Claim claim = s_.store.claim(history_, claimant(), s_.is_gone,
                                         [this](const History& history) { return s_.schedule.next(history); });
      if (std::holds_alternative<Finish>(claim)) return WorkerEnd::kFinished;
      if (const auto* lease = std::get_if<Lease>(&claim)) {
        s_.leases.add(*lease);
        execute(*lease);
        s_.leases.remove(*lease);
      } else {
        s_.clock.sleep_for(kPatience);
      }
    }
  }

 private:
  Claimant claimant() const { return {s_.owner, s_.session, s_.clock.now(), s_.lease_seconds}; }
  double lease_end() const { return s_.clock.now() + s_.lease_seconds; }

  void execute(Lease lease) {
    if (!history_.trial(lease.trial).point && !place(lease)) return;
    const Trial trial = history_.trial(lease.trial);
    s_.observer.on_claim(history_, trial);
    TrialFolder folder(s_.folder, lease);
    std::optional<Outcome> outcome = evaluate(trial, lease, folder.working());
    if (!outcome) {
      s_.store.release(*s_.study, lease);  // refused if the lease is lost, which is as well
      return;
    }
    if (!folder.working().empty()) {
      write_file(folder.working() / "curve.json", to_line(curve_) + "\n");
      if (s_.leases.lost(lease)) return;  // another attempt's files may stand there already
      outcome->artifacts = folder.publish();
    }
    if (!s_.store.finish(*s_.study, lease, *outcome, s_.clock.now())) return;
    s_.store.refresh(history_);
    s_.observer.on_end(history_, history_.trial(lease.trial));
  }

  // Proposes and places a point; false if the trial was taken over. The history then holds it.
  bool place(Lease lease) {
    const Box* box = history_.box(history_.trial(lease.trial).rung);
    check(box != nullptr, "a rung's box is stored with its first claim");
    for (int proposal = 0;; ++proposal) {
      Rng rng = proposal_stream(*s_.study, lease.trial, proposal);
      const Point point = s_.sampler.propose(history_, *box, lease.trial, rng);
      const bool last = proposal + 1 >= kProposals;
      const Placement placed = s_.store.place(*s_.study, lease, point, history_.revision(), proposal, last);
      if (placed == Placement::kLost) return false;
      s_.store.refresh(history_);
      if (placed == Placement::kPlaced) return true;
    }
  }

  std::optional<Outcome> evaluate(const Trial& trial, Lease lease, const fs::path& folder) {
    // What the store throws inside a hook must end the search, not only the trial, so it is carried around the
    // objective.
    std::exception_ptr store_failed;
    curve_ = Json::array();
    Hooks hooks;
    hooks.ask = [&] { return store_failed || s_.leases.lost(lease) ? Going::kCancel : s_.going(); };
    hooks.after_epoch = [&](const EpochReport& report) {
      try {
        return after_epoch(trial, lease, report);
      } catch (...) {
        store_failed = std::current_exception();
        return Going::kCancel;
      }
    };
    std::optional<Outcome> outcome;
    try {
      const Assignment assignment{
          *s_.study, trial.number, trial.rung, *trial.point, trial_seed(*s_.study, trial.number), folder};
      outcome = s_.objective.evaluate(assignment, hooks);
    } catch (const std::exception& error) {
      outcome.emplace();
      outcome->failed = true;
      outcome->reason = error.what();
    }
    if (store_failed) std::rethrow_exception(store_failed);
    if (outcome && !outcome->failed && !std::isfinite(outcome->loss)) {
      outcome->failed = true;
      outcome->reason = "its loss is not a finite number";
    }
    return outcome;
  }

  Going after_epoch(const Trial& trial, Lease lease, const EpochReport& report) {
    Json line{{"epoch", report.epoch}, {"loss", report.loss}};
    for (const auto& [name, value] : report.metrics) line[name] = value;
    curve_.push_back(std::move(line));
    if (!s_.store.report(*s_.study, lease, report, lease_end())) return Going::kCancel;
    s_.observer.on_epoch(trial, report);
    if (!s_.schedule.keep_going(history_, trial.number, report.epoch, report.loss)) return Going::kStop;
    return s_.going();
  }

  const WorkerSetting& s_;
  History history_;
  Json curve_;
};

}  // namespace

WorkerEnd run_worker(const WorkerSetting& setting) { return Worker(setting).run(); }

std::uint64_t trial_seed(const Study& study, int number) {
  return Rng(study.seed, {kExecution, static_cast<std::uint64_t>(number)}).next();
}

Rng proposal_stream(const Study& study, int number, int proposal) {
  return Rng(study.seed, {kProposal, static_cast<std::uint64_t>(number), static_cast<std::uint64_t>(proposal)});
}

}  // namespace crescendo
