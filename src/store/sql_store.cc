#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>

#include <cmath>
#include <map>
#include <mutex>
#include <optional>

#include "base/json.h"
#include "crescendo/error.h"
#include "space/parse.h"
#include "store/lost.h"
#include "store/optuna.h"
#include "store/placed_rung.h"
#include "store/sql.h"
#include "store/sql_history.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

/// One transaction, which holds the write lock if it is to write; rolled back unless it was committed.
class Transaction {
 public:
  explicit Transaction(SqlConnection& connection, bool writes = true) : connection_(connection) {
    connection_.begin(writes);
  }
  ~Transaction() {
    if (!committed_) connection_.rollback();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    connection_.commit();
    committed_ = true;
  }

 private:
  SqlConnection& connection_;
  bool committed_ = false;
};

SqlValue finite_or_null(double value) { return std::isfinite(value) ? SqlValue(value) : SqlValue(nullptr); }

class SqlStore : public Store {
 public:
  SqlStore(std::unique_ptr<SqlConnection> connection, bool must_exist) : connection_(std::move(connection)) {
    if (must_exist) {
      check_schema(*connection_);
    } else {
      prepare_schema(*connection_);
    }
  }

  std::vector<std::string> studies() override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    query("SELECT s.study_name FROM studies s JOIN crescendo_study c ON c.study_id = s.study_id ORDER BY s.study_id",
          {}, [&](const SqlRow& row) { names.push_back(row.text(0)); });
    return names;
  }

  bool create(const Study& study, std::span<const Point> first) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(*connection_);
    bool taken = false, foreign = false;
    query(
        "SELECT c.study_id FROM studies s LEFT JOIN crescendo_study c ON c.study_id = s.study_id WHERE s.study_name = "
        "$1",
        {study.name}, [&](const SqlRow& row) {
          taken = true;
          foreign = row.null(0);
        });
    if (foreign) {
      bad_input(fmt::format("the database holds a study '{}' of another program; choose another --name", study.name));
    }
    if (taken) return false;
    const std::int64_t id = insert("INSERT INTO studies (study_name) VALUES ($1) RETURNING study_id", {study.name});
    execute("INSERT INTO study_directions (direction, study_id, objective) VALUES ($1, $2, 0)",
            {std::string(study.maximize ? "MAXIMIZE" : "MINIMIZE"), id});
    execute("INSERT INTO study_user_attributes (study_id, \"key\", value_json) VALUES ($1, 'crescendo:space', $2)",
            {id, to_line(to_json(study.space))});
    // Readers begin at revision 0, and a queue is something to read.
    execute("INSERT INTO crescendo_study (study_id, revision, definition) VALUES ($1, $2, $3)",
            {id, std::int64_t{!first.empty()}, to_line(to_json(study))});
    if (study.lessons) {
      execute("INSERT INTO crescendo_lessons (study_id, lessons) VALUES ($1, $2)",
              {id, to_line(lessons_to_json(*study.lessons, study.space))});
    }
    write_queue(study, id, first);
    transaction.commit();
    return true;
  }

  Study study(std::string_view name) override {
    const std::lock_guard lock(mutex_);
    Study study = read_study(name);
    query("SELECT lessons FROM crescendo_lessons WHERE study_id = $1", {id_of(name)}, [&](const SqlRow& row) {
      study.lessons = parse_lessons(parse_json(row.text(0), "stored lessons"), study.space);
    });
    return study;
  }

  void set_budget(std::string_view name, const Budget& budget) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(*connection_);
    Study study = read_study(name);
    study.budget = budget;
    execute("UPDATE crescendo_study SET revision = revision + 1, definition = $1 WHERE study_id = $2",
            {to_line(to_json(study)), id_of(name)});
    transaction.commit();
  }

  void enqueue(const Study& study, std::span<const Point> points) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(*connection_);
    const std::int64_t id = id_of(study.name);
    write_queue(study, id, points);
    execute("UPDATE crescendo_study SET revision = revision + 1 WHERE study_id = $1", {id});
    transaction.commit();
  }

  int open_session(std::string_view study, const std::string& owner, double now) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(*connection_);
    const std::int64_t id = insert(
        "INSERT INTO crescendo_session (study_id, owner, begun, seen, cpu_seconds) VALUES ($1, $2, $3, $4, 0) "
        "RETURNING session_id",
        {id_of(study), owner, now, now});
    transaction.commit();
    return static_cast<int>(id);
  }

  void touch_session(int session, double now, double cpu_seconds) override {
    const std::lock_guard lock(mutex_);
    execute("UPDATE crescendo_session SET seen = MAX(seen, $1), cpu_seconds = $2 WHERE session_id = $3",
            {now, cpu_seconds, std::int64_t{session}});
  }

  std::vector<Session> sessions(std::string_view study) override {
    const std::lock_guard lock(mutex_);
    std::vector<Session> found;
    query("SELECT owner, begun, seen FROM crescendo_session WHERE study_id = $1 ORDER BY session_id", {id_of(study)},
          [&](const SqlRow& row) {
            found.push_back({row.text(0), row.number(1), row.number(2)});
          });
    return found;
  }

  void refresh(History& history) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(*connection_, false);
    refresh_locked(history);
    transaction.commit();
  }

  Claim claim(History& history, const Claimant& who, const OwnerQuestion& state_of,
              const std::function<Step(const History&)>& decide) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(*connection_);
    const std::int64_t study = id_of(history.study().name);
    execute("UPDATE crescendo_session SET seen = MAX(seen, $1) WHERE session_id = $2",
            {who.now, std::int64_t{who.session}});
    refresh_locked(history);
    Claim claim = take_over(study, who, state_of);
    if (std::holds_alternative<Wait>(claim)) claim = begin(study, history, who, decide(history));
    if (std::holds_alternative<Lease>(claim)) refresh_locked(history);
    transaction.commit();
    return claim;
  }

  Placement place(const Study& study, Lease lease, const Proposal& proposed, std::uint64_t seen_revision, int proposal,
                  bool may_repeat) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(*connection_);
    const auto trial = held(study, lease);
    if (!trial) return Placement::kLost;
    const Trial known = claimed_trial(*trial);
    const int rung = placed_rung(known, proposed, study);
    if (!may_repeat && placed_since(study, *trial, {proposed.point, rung}, seen_revision)) return Placement::kStale;
    const std::int64_t revision = touch(*trial);
    execute(
        "UPDATE crescendo_trial SET placed_revision = $1, seen_revision = $2, proposal = $3, rung = $4 WHERE trial_id "
        "= $5",
        {revision, static_cast<std::int64_t>(seen_revision), std::int64_t{proposal}, std::int64_t{rung}, *trial});
    write_point(study, *trial, proposed.point);
    if (is_rung_open(known)) write_fidelity(study, *trial, rung);
    transaction.commit();
    return Placement::kPlaced;
  }

  bool extend(const Study& study, Lease lease, double until) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(*connection_);
    const auto trial = held(study, lease);
    if (!trial) return false;
    execute("UPDATE crescendo_trial SET lease_until = $1 WHERE trial_id = $2", {until, *trial});
    transaction.commit();
    return true;
  }

  bool report(const Study& study, Lease lease, const EpochReport& report, double lease_until) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(*connection_);
    const auto trial = held(study, lease);
    if (!trial) return false;
    touch(*trial);
    execute("UPDATE crescendo_trial SET lease_until = MAX(lease_until, $1) WHERE trial_id = $2", {lease_until, *trial});
    const double shown = turned(study, report.loss);
    const char* type = std::isfinite(shown) ? "FINITE" : std::isnan(shown) ? "NAN" : shown > 0 ? "INF_POS" : "INF_NEG";
    execute(
        "INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type) VALUES "
        "($1, $2, $3, $4) ON CONFLICT (trial_id, step) DO UPDATE SET intermediate_value = "
        "EXCLUDED.intermediate_value, intermediate_value_type = EXCLUDED.intermediate_value_type",
        {*trial, std::int64_t{report.epoch}, finite_or_null(shown), type});
    write_metrics(*trial, report.epoch, report.metrics);
    transaction.commit();
    return true;
  }

  bool finish(const Study& study, Lease lease, const Outcome& outcome, double now) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(*connection_);
    const auto trial = held(study, lease);
    if (!trial) return false;
    const std::int64_t revision = touch(*trial);
    Trial ended = claimed_trial(*trial);
    ended.state = outcome.failed ? TrialState::kFailed : TrialState::kFinished;
    execute("UPDATE trials SET state = $1, datetime_complete = $2 WHERE trial_id = $3",
            {std::string(optuna_state(study, ended)), optuna_time(now), *trial});
    execute(
        "UPDATE crescendo_trial SET ended_revision = $1, loss = $2, tie = $3, stopped_early = $4, reason = $5, seconds "
        "= $6, cpu_seconds = $7, last_epoch = (SELECT COALESCE(MAX(step), 0) FROM trial_intermediate_values WHERE "
        "trial_id = $8) WHERE trial_id = $8",
        {revision, outcome.failed ? SqlValue(nullptr) : SqlValue(outcome.loss), finite_or_null(outcome.tie),
         std::int64_t{outcome.stopped_early}, outcome.reason, outcome.seconds, outcome.cpu_seconds, *trial});
    if (!outcome.failed) {
      write_last_value(*trial, turned(study, outcome.loss));
      execute("INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES ($1, 0, $2, 'FINITE')",
              {*trial, turned(study, outcome.loss)});
    } else {
      execute("INSERT INTO trial_user_attributes (trial_id, \"key\", value_json) VALUES ($1, 'crescendo:reason', $2)",
              {*trial, to_line(outcome.reason)});
    }
    write_metrics(*trial, 0, outcome.metrics);
    for (const Artifact& artifact : outcome.artifacts) {
      execute("INSERT INTO crescendo_artifact (trial_id, path, size_bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
              {*trial, artifact.path, static_cast<std::int64_t>(artifact.size_bytes)});
    }
    transaction.commit();
    return true;
  }

  bool release(const Study& study, Lease lease) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(*connection_);
    const auto trial = held(study, lease);
    if (!trial) return false;
    execute("UPDATE crescendo_trial SET owner = '' WHERE trial_id = $1", {*trial});
    transaction.commit();
    return true;
  }

  std::string owner(std::string_view study, int trial) override {
    const std::lock_guard lock(mutex_);
    std::string owner;
    query("SELECT owner FROM crescendo_trial WHERE trial_id = $1", {trial_id(study, trial)},
          [&](const SqlRow& row) { owner = row.text(0); });
    return owner;
  }

  std::vector<EpochReport> curve(std::string_view study, int trial) override {
    const std::lock_guard lock(mutex_);
    const std::int64_t id = trial_id(study, trial);
    const Study whole = read_study(study);
    std::vector<EpochReport> epochs;
    query(
        "SELECT v.step, v.intermediate_value, v.intermediate_value_type FROM trial_intermediate_values v JOIN "
        "crescendo_trial c ON c.trial_id = v.trial_id WHERE v.trial_id = $1 AND (c.last_epoch IS NULL OR v.step <= "
        "c.last_epoch) ORDER BY v.step",
        {id}, [&](const SqlRow& row) {
          epochs.push_back({static_cast<int>(row.integer(0)), turned(whole, read_loss(row, 1)), {}});
        });
    for (EpochReport& epoch : epochs) epoch.metrics = read_metrics(id, epoch.epoch);
    return epochs;
  }

  std::vector<Artifact> artifacts(std::string_view study, int trial) override {
    const std::lock_guard lock(mutex_);
    std::vector<Artifact> found;
    query("SELECT path, size_bytes FROM crescendo_artifact WHERE trial_id = $1 ORDER BY path", {trial_id(study, trial)},
          [&](const SqlRow& row) {
            found.push_back({row.text(0), static_cast<std::uint64_t>(row.integer(1))});
          });
    return found;
  }

  void remove_artifact(std::string_view study, int trial, const std::string& path) override {
    const std::lock_guard lock(mutex_);
    execute("DELETE FROM crescendo_artifact WHERE trial_id = $1 AND path = $2", {trial_id(study, trial), path});
  }

  std::map<std::string, double> metrics(std::string_view study, int trial) override {
    const std::lock_guard lock(mutex_);
    return read_metrics(trial_id(study, trial), 0);
  }

  void set_metric(std::string_view study, int trial, const std::string& key, double value) override {
    const std::lock_guard lock(mutex_);
    Transaction transaction(*connection_);
    write_metrics(trial_id(study, trial), 0, {{key, value}});
    transaction.commit();
  }

 private:
  int execute(std::string_view sql, const std::vector<SqlValue>& values) { return connection_->execute(sql, values); }

  void query(std::string_view sql, const std::vector<SqlValue>& values, const std::function<void(const SqlRow&)>& row) {
    connection_->query(sql, values, row);
  }

  std::int64_t insert(std::string_view sql, const std::vector<SqlValue>& values) {
    std::int64_t id = 0;
    query(sql, values, [&](const SqlRow& row) { id = row.integer(0); });
    return id;
  }

  std::int64_t id_of(std::string_view name) {
    const auto known = ids_.find(name);
    if (known != ids_.end()) return known->second;
    std::optional<std::int64_t> id;
    query("SELECT s.study_id FROM studies s JOIN crescendo_study c ON c.study_id = s.study_id WHERE s.study_name = $1",
          {std::string(name)}, [&](const SqlRow& row) { id = row.integer(0); });
    if (!id) {
      std::vector<std::string> names;
      query("SELECT s.study_name FROM studies s JOIN crescendo_study c ON c.study_id = s.study_id", {},
            [&](const SqlRow& row) { names.push_back(row.text(0)); });
      not_found(fmt::format("there is no study called '{}'; there are: {}", name,
                            names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
    }
    return ids_.emplace(std::string(name), *id).first->second;
  }

  std::int64_t trial_id(std::string_view study, int number) {
    std::optional<std::int64_t> id;
    query("SELECT trial_id FROM trials WHERE study_id = $1 AND number = $2", {id_of(study), std::int64_t{number}},
          [&](const SqlRow& row) { id = row.integer(0); });
    if (!id) not_found(fmt::format("study '{}' has no trial {}", study, number));
    return *id;
  }

  // Without its lessons, which may be many and never change.
  Study read_study(std::string_view name) {
    std::string definition;
    query("SELECT definition FROM crescendo_study WHERE study_id = $1", {id_of(name)},
          [&](const SqlRow& row) { definition = row.text(0); });
    return parse_study(parse_json(definition, fmt::format("the stored study '{}'", name)));
  }

  // The trial's id, if the lease still holds.
  std::optional<std::int64_t> held(const Study& study, Lease lease) {
    std::optional<std::int64_t> id;
    query(
        "SELECT t.trial_id FROM trials t JOIN crescendo_trial c ON c.trial_id = t.trial_id WHERE t.study_id = $1 AND "
        "t.number = $2 AND c.attempt = $3 AND t.state = 'RUNNING'",
        {id_of(study.name), std::int64_t{lease.trial}, std::int64_t{lease.attempt}},
        [&](const SqlRow& row) { id = row.integer(0); });
    return id;
  }

  // Gives the trial the study's next revision.
  std::int64_t touch(std::int64_t trial) {
    const std::int64_t revision = insert(
        "UPDATE crescendo_study SET revision = revision + 1 WHERE study_id = (SELECT study_id FROM crescendo_trial "
        "WHERE trial_id = $1) RETURNING revision",
        {trial});
    execute("UPDATE crescendo_trial SET revision = $1 WHERE trial_id = $2", {revision, trial});
    return revision;
  }

  Claim take_over(std::int64_t study, const Claimant& who, const OwnerQuestion& state_of) {
    std::optional<std::int64_t> lost;
    Lease lease;
    query(
        "SELECT t.trial_id, t.number, c.attempt, c.owner, c.lease_until FROM trials t JOIN crescendo_trial c ON "
        "c.trial_id = t.trial_id WHERE t.study_id = $1 AND t.state = 'RUNNING' ORDER BY t.number",
        {study}, [&](const SqlRow& row) {
          if (lost || !is_lost(row.text(3), row.number(4), who.now, state_of)) return;
          lost = row.integer(0);
          lease = {static_cast<int>(row.integer(1)), static_cast<int>(row.integer(2)) + 1};
        });
    if (!lost) return Wait{};
    touch(*lost);
    execute("UPDATE crescendo_trial SET attempt = $1, owner = $2, lease_until = $3 WHERE trial_id = $4",
            {std::int64_t{lease.attempt}, who.owner, who.now + who.lease_seconds, *lost});
    execute("DELETE FROM trial_intermediate_values WHERE trial_id = $1", {*lost});
    execute("DELETE FROM crescendo_trial_metric WHERE trial_id = $1", {*lost});
    return lease;
  }

  Claim begin(std::int64_t study, const History& history, const Claimant& who, const Step& step) {
    if (std::holds_alternative<Wait>(step)) return Wait{};
    if (std::holds_alternative<Finish>(step)) return Finish{};
    const auto* promote = std::get_if<Promote>(&step);
    const auto* start = std::get_if<Start>(&step);
    const bool proposed = start && !start->queued;
    const std::optional<int> parent = promote ? promote->parent : start->parent;
    check(!parent || history.trial(*parent).state == TrialState::kFinished, "only what finished is gone on from");
    const int rung = promote ? promote->rung : claimed_rung(*start, history.study());
    const Tag tag = promote ? promote->tag : claimed_tag(*start);
    const auto number = static_cast<std::int64_t>(history.trials().size());
    const std::int64_t revision = static_cast<std::int64_t>(history.revision()) + 1;
    execute("UPDATE crescendo_study SET revision = $1 WHERE study_id = $2", {revision, study});
    const std::int64_t trial = insert(
        "INSERT INTO trials (number, study_id, state, datetime_start) VALUES ($1, $2, 'RUNNING', $3) RETURNING "
        "trial_id",
        {number, study, optuna_time(who.now)});
    execute(
        "INSERT INTO crescendo_trial (trial_id, study_id, revision, rung, parent, tag, attempt, owner, lease_until, "
        "claimed_revision, placed_revision, seen_revision, proposal, elapsed_seconds, stopped_early, reason, seconds, "
        "cpu_seconds, box) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, 0, 0, $11, 0, '', 0, 0, $12)",
        {trial, study, revision, std::int64_t{rung}, parent ? SqlValue(std::int64_t{*parent}) : SqlValue(nullptr),
         to_line(to_json(tag)), who.owner, who.now + who.lease_seconds, revision,
         proposed ? SqlValue(nullptr) : SqlValue(revision), history.elapsed_seconds(),
         proposed ? SqlValue(box_number(study, history, *start)) : SqlValue(nullptr)});
    if (start && start->queued)
      write_point(history.study(), trial, take_queued(study, history, *start->queued, number));
    if (promote) write_point(history.study(), trial, *history.trial(promote->parent).point);
    if (parent) write_attribute(trial, "crescendo:parent", *parent);
    if (tag.open != 1) write_fidelity(history.study(), trial, rung);
    return Lease{static_cast<int>(number), 1};
  }

  // Optuna's samplers take the last intermediate value of a pruned trial for its loss, so one step is added that holds
  // it.
  void write_last_value(std::int64_t trial, double loss) {
    execute(
        "INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type) VALUES "
        "($1, (SELECT COALESCE(MAX(step), 0) + 1 FROM trial_intermediate_values WHERE trial_id = $1), $2, 'FINITE')",
        {trial, loss});
  }

  void write_attribute(std::int64_t trial, const std::string& key, const Json& value) {
    execute("INSERT INTO trial_user_attributes (trial_id, \"key\", value_json) VALUES ($1, $2, $3)",
            {trial, key, to_line(value)});
  }

  void write_fidelity(const Study& study, std::int64_t trial, int rung) {
    write_attribute(trial, "crescendo:fidelity", study.ladder[static_cast<std::size_t>(rung)].fidelity);
  }

  // Its rung and tag alone.
  Trial claimed_trial(std::int64_t id) {
    Trial trial;
    query("SELECT rung, tag FROM crescendo_trial WHERE trial_id = $1", {id}, [&](const SqlRow& row) {
      trial.rung = static_cast<int>(row.integer(0));
      trial.tag = parse_tag(parse_json(row.text(1), "a stored tag"));
    });
    return trial;
  }

  // The number of the step's box, which is written if it has not been used at its rung.
  std::int64_t box_number(std::int64_t study, const History& history, const Start& start) {
    const int rung = claimed_rung(start, history.study());
    if (const auto known = history.find_box(rung, start.box)) return *known;
    execute("INSERT INTO crescendo_box (study_id, box, rung, sides, reason) VALUES ($1, $2, $3, $4, $5)",
            {study, std::int64_t{history.boxes()}, std::int64_t{rung},
             to_line(box_to_json(history.study().space, start.box)), start.box.reason});
    return history.boxes();
  }

  // The point, which from now on belongs to the trial with this number.
  Point take_queued(std::int64_t study, const History& history, int queued, std::int64_t trial) {
    const auto found = std::find_if(history.queue().begin(), history.queue().end(),
                                    [&](const Queued& q) { return q.number == queued; });
    check(found != history.queue().end(), "a queued point is taken once");
    execute("UPDATE crescendo_queue SET trial = $1 WHERE study_id = $2 AND number = $3",
            {trial, study, std::int64_t{queued}});
    return found->point;
  }

  void write_queue(const Study& study, std::int64_t id, std::span<const Point> points) {
    for (const Point& point : points) {
      execute(
          "INSERT INTO crescendo_queue (study_id, number, point) SELECT $1, COALESCE(MAX(number), -1) + 1, $2 FROM "
          "crescendo_queue WHERE study_id = $3",
          {id, to_line(point_to_json(study.space, point)), id});
    }
  }

  void write_point(const Study& study, std::int64_t trial, const Point& point) {
    for (std::size_t i = 0; i < study.space.size(); ++i) {
      if (std::isnan(point.values[i])) continue;
      execute("INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES ($1, $2, $3, $4)",
              {trial, study.space[i].name, point.values[i], distribution_json(study.space[i])});
    }
  }

  void write_metrics(std::int64_t trial, int step, const std::map<std::string, double>& values) {
    for (const auto& [key, value] : values) {
      execute(
          "INSERT INTO crescendo_trial_metric (trial_id, step, \"key\", value) VALUES ($1, $2, $3, $4) ON CONFLICT "
          "(trial_id, step, \"key\") DO UPDATE SET value = EXCLUDED.value",
          {trial, std::int64_t{step}, key, finite_or_null(value)});
    }
  }

  std::map<std::string, double> read_metrics(std::int64_t trial, int step) {
    std::map<std::string, double> values;
    query("SELECT \"key\", value FROM crescendo_trial_metric WHERE trial_id = $1 AND step = $2",
          {trial, std::int64_t{step}},
          [&](const SqlRow& row) { values[row.text(0)] = row.null(1) ? NAN : row.number(1); });
    return values;
  }

  // Whether another trial of that rung was given this very point after `seen_revision`.
  bool placed_since(const Study& study, std::int64_t trial, const Proposal& placed, std::uint64_t seen_revision) {
    std::map<std::int64_t, Point> others;
    query(
        "SELECT c.trial_id, p.param_name, p.param_value FROM crescendo_trial c LEFT JOIN trial_params p ON p.trial_id "
        "= "
        "c.trial_id WHERE c.study_id = $1 AND c.placed_revision > $2 AND c.trial_id <> $3 AND c.rung = $4",
        {id_of(study.name), static_cast<std::int64_t>(seen_revision), trial, std::int64_t{*placed.rung}},
        [&](const SqlRow& row) {
          Point& other = others.try_emplace(row.integer(0), Point{std::vector<double>(study.space.size(), kInactive)})
                             .first->second;
          if (row.null(1)) return;
          if (const auto i = study.space.find(row.text(1))) other.values[*i] = row.number(2);
        });
    return std::any_of(others.begin(), others.end(), [&](const auto& other) { return other.second == placed.point; });
  }

  void refresh_locked(History& history) {
    const std::int64_t study = id_of(history.study().name);
    if (!bring_up_to_date(*connection_, study, history)) return;
    history.set_budget(read_study(history.study().name).budget);
  }

  std::mutex mutex_;
  std::unique_ptr<SqlConnection> connection_;
  std::map<std::string, std::int64_t, std::less<>> ids_;
};

}  // namespace

std::unique_ptr<Store> make_sql_store(std::unique_ptr<SqlConnection> connection, bool must_exist) {
  return std::make_unique<SqlStore>(std::move(connection), must_exist);
}

}  // namespace crescendo
