#include "store/sql_history.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "base/json.h"
#include "crescendo/error.h"
#include "space/parse.h"
#include "store/elapsed.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

Trial read_trial(const SqlRow& row, std::size_t parameters) {
  Trial trial;
  trial.number = static_cast<int>(row.integer(1));
  if (!row.null(2)) trial.parent = static_cast<int>(row.integer(2));
  trial.rung = static_cast<int>(row.integer(3));
  trial.tag = parse_tag(parse_json(row.text(4), "a stored tag"));
  const std::string state = row.text(5);
  trial.state = state == "RUNNING" ? TrialState::kRunning
                : state == "FAIL"  ? TrialState::kFailed
                                   : TrialState::kFinished;
  if (!row.null(6)) trial.point = Point{std::vector<double>(parameters, kInactive)};
  if (!row.null(7)) trial.loss = row.number(7);
  if (!row.null(8)) trial.tie = row.number(8);
  trial.stopped_early = row.integer(9) != 0;
  trial.reason = row.text(10);
  trial.seconds = row.number(11);
  trial.cpu_seconds = row.number(12);
  trial.elapsed_seconds = row.number(13);
  trial.attempt = static_cast<int>(row.integer(14));
  trial.seen_revision = static_cast<std::uint64_t>(row.integer(15));
  trial.proposal = static_cast<int>(row.integer(16));
  trial.revision = static_cast<std::uint64_t>(row.integer(17));
  if (!row.null(18)) trial.box = static_cast<int>(row.integer(18));
  trial.claimed_revision = static_cast<std::uint64_t>(row.integer(19));
  if (!row.null(6)) trial.placed_revision = static_cast<std::uint64_t>(row.integer(6));
  if (!row.null(20)) trial.ended_revision = static_cast<std::uint64_t>(row.integer(20));
  return trial;
}

void read_queue(SqlConnection& connection, std::int64_t study, History& history) {
  std::vector<Queued> queue;
  connection.query("SELECT number, point FROM crescendo_queue WHERE study_id = $1 AND trial IS NULL ORDER BY number",
                   {study}, [&](const SqlRow& row) {
                     queue.push_back({static_cast<int>(row.integer(0)),
                                      parse_point(history.study().space, parse_json(row.text(1), "a stored point"))});
                   });
  history.set_queue(std::move(queue));
}

void read_sessions(SqlConnection& connection, std::int64_t study, History& history) {
  std::vector<std::pair<double, double>> spans;
  connection.query("SELECT begun, seen FROM crescendo_session WHERE study_id = $1", {study},
                   [&](const SqlRow& row) { spans.emplace_back(row.number(0), row.number(1)); });
  history.set_elapsed_seconds(elapsed_seconds(std::move(spans)));
}

void read_boxes(SqlConnection& connection, std::int64_t study, History& history) {
  connection.query("SELECT rung, sides, reason FROM crescendo_box WHERE study_id = $1 AND box >= $2 ORDER BY box",
                   {study, std::int64_t{history.boxes()}}, [&](const SqlRow& row) {
                     Box box = parse_box(history.study().space, parse_json(row.text(1), "a stored box"));
                     box.reason = row.text(2);
                     history.add_box(static_cast<int>(row.integer(0)), std::move(box));
                   });
}

void read_trials(SqlConnection& connection, std::int64_t study, History& history) {
  const std::vector<SqlValue> since = {study, static_cast<std::int64_t>(history.revision())};
  std::map<std::int64_t, Trial> changed;  // ids grow with the numbers
  connection.query(
      "SELECT c.trial_id, t.number, c.parent, c.rung, c.tag, t.state, c.placed_revision, c.loss, c.tie, "
      "c.stopped_early, c.reason, c.seconds, c.cpu_seconds, c.elapsed_seconds, c.attempt, c.seen_revision, "
      "c.proposal, c.revision, c.box, c.claimed_revision, c.ended_revision FROM crescendo_trial c JOIN trials t ON "
      "t.trial_id = c.trial_id WHERE "
      "c.study_id = $1 "
      "AND c.revision > $2",
      since,
      [&](const SqlRow& row) { changed.emplace(row.integer(0), read_trial(row, history.study().space.size())); });
  connection.query(
      "SELECT p.trial_id, p.param_name, p.param_value FROM crescendo_trial c JOIN trial_params p ON p.trial_id = "
      "c.trial_id WHERE c.study_id = $1 AND c.revision > $2",
      since, [&](const SqlRow& row) {
        Trial& trial = changed.at(row.integer(0));
        const auto i = history.study().space.find(row.text(1));
        if (trial.point && i) trial.point->values[*i] = row.number(2);
      });
  connection.query(
      "SELECT v.trial_id, v.intermediate_value, v.intermediate_value_type FROM crescendo_trial c JOIN "
      "trial_intermediate_values v ON v.trial_id = c.trial_id WHERE c.study_id = $1 AND c.revision > $2 AND "
      "(c.last_epoch IS NULL OR v.step <= c.last_epoch) ORDER BY v.trial_id, v.step",
      since, [&](const SqlRow& row) {
        changed.at(row.integer(0)).curve.push_back(turned(history.study(), read_loss(row, 1)));
      });
  for (auto& [id, trial] : changed) history.set_trial(std::move(trial));
}

}  // namespace

bool bring_up_to_date(SqlConnection& connection, std::int64_t study, History& history) {
  read_sessions(connection, study, history);
  std::uint64_t revision = 0;
  std::int64_t trials = 0;
  connection.query(
      "SELECT revision, (SELECT COUNT(*) FROM trials WHERE study_id = $1) FROM crescendo_study WHERE study_id = $1",
      {study}, [&](const SqlRow& row) {
        revision = static_cast<std::uint64_t>(row.integer(0));
        trials = row.integer(1);
      });
  const bool changed = revision != history.revision();
  if (changed) {
    read_boxes(connection, study, history);
    read_trials(connection, study, history);
    read_queue(connection, study, history);
    history.set_revision(revision);
  }
  if (trials != static_cast<std::int64_t>(history.trials().size())) {
    bad_input(fmt::format("study '{}' holds trials that another program added; Crescendo continues only its own",
                          history.study().name));
  }
  return changed;
}

double read_loss(const SqlRow& row, int column) {
  if (!row.null(column)) return row.number(column);
  const std::string type = row.text(column + 1);
  return type == "INF_POS" ? INFINITY : type == "INF_NEG" ? -INFINITY : NAN;
}

}  // namespace crescendo
