#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/words.h"
#include "crescendo/error.h"
#include "crescendo/schedule.h"
#include "search/ask.h"
#include "search/claiming.h"
#include "search/summary.h"

namespace crescendo {
namespace {

struct TellOptions {
  std::string storage, study, failed, lease;
  int trial = 0;
  std::optional<int> attempt, step;
  std::optional<double> loss, seconds;
  bool stopped = false;
};

void check_options(const TellOptions& options) {
  if (options.step && (!options.loss || !options.failed.empty())) {
    bad_input("with --step, --loss says the loss after it; a trial that fails is told without --step");
  }
  if (options.loss.has_value() == !options.failed.empty()) {
    bad_input("tell either --loss NUMBER or --failed REASON");
  }
  if (options.loss && !std::isfinite(*options.loss)) {
    bad_input("--loss must be a finite number; of a trial without one, tell --failed REASON");
  }
  if (options.step && (options.seconds || options.stopped)) {
    bad_input("--seconds and --stopped are told when the trial has ended; leave them or --step out");
  }
  if (!options.step && !options.lease.empty()) bad_input("--lease goes with --step only");
}

int tell_step(Store& store, History& history, const TellOptions& options, Lease lease, double now) {
  const auto told = store.curve(history.study().name, options.trial);
  if (!told.empty() && *options.step <= told.back().epoch) {
    bad_input(fmt::format("--step {} does not come after {}, which was told before; steps grow", *options.step,
                          told.back().epoch));
  }
  const double loss = turned(history.study(), *options.loss);
  const double until = options.lease.empty() ? 0 : now + parse_duration(options.lease, "--lease");
  if (!store.report(history.study(), lease, {*options.step, loss, {}}, until)) {
    bad_input(fmt::format("trial {} was given to another program meanwhile", options.trial));
  }
  store.refresh(history);
  const bool go_on = goes_on(*make_schedule(history.study()), history, options.trial, *options.step, loss);
  fmt::print("{}\n", to_line({{"go_on", go_on}}));
  return kExitSucceeded;
}

int run(const TellOptions& options) {
  check_options(options);
  const auto store = open_existing_store(options.storage);
  History history = read_history(*store, choose_study(*store, options.study));
  const Lease lease = asked_lease(*store, history, options.trial, options.attempt);
  const double now = SystemClock().now();
  if (options.step) return tell_step(*store, history, options, lease, now);
  Outcome outcome;
  outcome.failed = !options.failed.empty();
  outcome.reason = options.failed;
  outcome.loss = turned(history.study(), options.loss.value_or(0));
  outcome.stopped_early = options.stopped;
  outcome.seconds = options.seconds.value_or(0);
  if (!store->finish(history.study(), lease, outcome, now)) {
    bad_input(fmt::format("trial {} was given to another program meanwhile", options.trial));
  }
  return kExitSucceeded;
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<TellOptions>();
  command.add_option("--storage", options->storage, "as sqlite:///folder/study.db").required();
  command.add_option("--study", options->study, "the study's name; may be left out where there is one only");
  command.add_option("--trial", options->trial, "the number that 'ask' gave").required();
  command.add_option("--attempt", options->attempt, "the attempt that 'ask' gave; default: the present one");
  command.add_option("--loss", options->loss, "how the trial ended, or how it stands after --step");
  command.add_option("--step", options->step, "it has not ended: after this epoch; the answer says whether it goes on")
      .check(in_range(1, 1'000'000'000));
  command.add_option("--failed", options->failed, "it failed, for this reason").check(not_empty());
  command.add_flag("--stopped", options->stopped, "it ended before its time, because an answer said so");
  command.add_option("--seconds", options->seconds, "that it took").check(in_range(0.0, 1e12));
  command.add_option("--lease", options->lease, "with --step: it may stay silent so long from now; default: as asked")
      .check(not_empty());
  return [options] { return run(*options); };
}

}  // namespace

Command tell_command() { return {"tell", "say how a trial that was asked for ended, or how it stands", declare}; }

}  // namespace crescendo
