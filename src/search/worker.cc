#include "search/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>

#include "base/files.h"
#include "base/json.h"
#include "crescendo/error.h"
#include "search/claiming.h"
#include "search/lineage.h"
#include "search/trial_folder.h"

namespace crescendo {
namespace {

constexpr std::chrono::milliseconds kPatience(20), kMostPatience(320);  // between two questions of a waiting worker

class Worker {
 public:
  explicit Worker(const WorkerSetting& setting) : s_(setting), history_(setting.study) {}

  WorkerEnd run() {
    auto patience = kPatience;
    for (;;) {
      const Going going = s_.going();
      if (going == Going::kCancel) return WorkerEnd::kInterrupted;
      if (going == Going::kStop) return WorkerEnd::kFinished;  // out of time: what begins now would only be cut off
      const Claim claim = s_.store.claim(history_, claimant(), s_.state_of, [this](const History& history) {
        return next_step(history, s_.schedule, s_.sampler);
      });
      if (std::holds_alternative<Finish>(claim)) return WorkerEnd::kFinished;
      if (const auto* lease = std::get_if<Lease>(&claim)) {
        patience = kPatience;
        s_.leases.add(*lease);
        execute(*lease);
        s_.leases.remove(*lease);
      } else {
        s_.clock.sleep_for(patience);
        patience = std::min(2 * patience, kMostPatience);
      }
    }
  }

 private:
  Claimant claimant() const { return {s_.owner, s_.session, s_.clock.now(), s_.lease_seconds}; }
  double lease_end() const { return s_.clock.now() + s_.lease_seconds; }

  void execute(Lease lease) {
    if (!place_point(s_.store, s_.sampler, history_, lease)) return;
    const Trial trial = history_.trial(lease.trial);
    s_.observer.on_claim(history_, trial);
    std::optional<Outcome> outcome;
    try {
      outcome = execute_in_folder(trial, lease);
    } catch (const Error&) {
      // A worker that has lost its lease finds its folder taken away by the next one, which is no failure of the disk.
      if (!s_.store.extend(*s_.study, lease, lease_end())) return;
      throw;
    }
    if (!outcome) {
      s_.store.release(*s_.study, lease);  // refused if the lease is lost, which is as well
    } else if (s_.store.finish(*s_.study, lease, *outcome, s_.clock.now())) {
      s_.store.refresh(history_);
      s_.observer.on_end(history_, history_.trial(lease.trial));
    }
  }

  // None if it was cancelled or the lease is lost.
  std::optional<Outcome> execute_in_folder(const Trial& trial, Lease lease) {
    TrialFolder folder(s_.folder, lease);
    std::optional<Outcome> outcome = evaluate(trial, lease, folder.working());
    if (!outcome || s_.leases.lost(lease)) return {};
    if (!folder.working().empty()) {
      write_file(folder.working() / "curve.json", to_line(curve_) + "\n");
      outcome->artifacts = folder.publish();
    }
    return outcome;
  }

  std::optional<Outcome> evaluate(const Trial& trial, Lease lease, const std::filesystem::path& folder) {
    // What the store throws inside a hook must end the search, not only the trial, so it is carried around the
    // objective.
    std::exception_ptr store_failed;
    curve_ = Json::array();
    const std::vector<EpochReport> begun = begin_curve(s_.store, history_, lease);
    for (const EpochReport& epoch : begun) add_to_curve(epoch.epoch, turned(*s_.study, epoch.loss), epoch.metrics);
    const int known = begun.empty() ? 0 : begun.back().epoch;
    Hooks hooks;
    hooks.ask = [&] { return store_failed || s_.leases.lost(lease) ? Going::kCancel : s_.going(); };
    hooks.after_epoch = [&](const EpochReport& report) {
      try {
        // What begins anew tells the parent's epochs again.
        return report.epoch <= known ? s_.going() : after_epoch(trial, lease, report);
      } catch (...) {
        store_failed = std::current_exception();
        return Going::kCancel;
      }
    };
    std::optional<Outcome> outcome;
    try {
      const std::vector<Trial> line = lineage(history_, trial);
      outcome = s_.objective.evaluate(assignment_of(trial, line, folder), hooks);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kUnavailable) throw;  // a full disk says nothing about the point
      outcome.emplace();
      outcome->failed = true;
      outcome->reason = error.what();
    } catch (const std::exception& error) {
      outcome.emplace();
      outcome->failed = true;
      outcome->reason = error.what();
    }
    if (store_failed) std::rethrow_exception(store_failed);
    if (outcome) outcome->loss = turned(*s_.study, outcome->loss);
    if (outcome && !outcome->failed && !std::isfinite(outcome->loss)) {
      outcome->failed = true;
      outcome->reason = "its loss is not a finite number";
    }
    if (outcome && !std::isfinite(outcome->tie)) outcome->tie = 0;
    return outcome;
  }

  Assignment assignment_of(const Trial& trial, std::span<const Trial> line, const std::filesystem::path& folder) const {
    Assignment assignment{.study = *s_.study,
                          .trial = trial.number,
                          .rung = trial.rung,
                          .point = *trial.point,
                          .seed = execution_seed(history_, trial),
                          .folder = folder};
    assignment.line = line;
    assignment.perturbed = is_perturbed(trial);
    if (!line.empty() && !s_.folder.empty()) assignment.from = trial_folder(s_.folder, line.back().number);
    const bool is_below = trial.rung < s_.study->top();
    assignment.keep = is_below && (s_.schedule.carries_weights() || s_.study->goes_on(trial.rung, trial.rung + 1));
    return assignment;
  }

  void add_to_curve(int epoch, double loss, const std::map<std::string, double>& metrics) {
    Json line{{"epoch", epoch}, {"loss", loss}};
    for (const auto& [name, value] : metrics) line[name] = value;
    curve_.push_back(std::move(line));
  }

  Going after_epoch(const Trial& trial, Lease lease, const EpochReport& told) {
    add_to_curve(told.epoch, told.loss, told.metrics);
    EpochReport report = told;
    report.loss = turned(*s_.study, told.loss);
    if (!s_.store.report(*s_.study, lease, report, lease_end())) return Going::kCancel;
    s_.observer.on_epoch(trial, report);
    if (s_.schedule.watches()) s_.store.refresh(history_);
    if (!goes_on(s_.schedule, history_, trial.number, report.epoch, report.loss)) return Going::kStop;
    return s_.going();
  }

  const WorkerSetting& s_;
  History history_;
  Json curve_;
};

}  // namespace

WorkerEnd run_worker(const WorkerSetting& setting) { return Worker(setting).run(); }

}  // namespace crescendo
