// What other programs see of a study of ours: Optuna's tables, through SQLite alone.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>

#include "crescendo/error.h"
#include "crescendo/store.h"
#include "store/optuna.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

class SqliteStore : public testing::Test {
 protected:
  void SetUp() override {
    file_ = fs::path(testing::TempDir()) / ("sqlite_store_test_" + std::to_string(getpid()) + ".db");
    fs::remove(file_);
    study_ = small_study(60, 2);
    store_ = open_store("sqlite:///" + file_.string());
    store_->create(study_);
    session_ = store_->open_session("small", "me", 1000);
  }
  void TearDown() override {
    store_.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(file_.string() + suffix);
  }

  // Claims, places and ends a trial.
  int run_trial(const Step& step, const Point& point, Outcome outcome) {
    History history(std::make_shared<const Study>(study_));
    const Lease lease = std::get<Lease>(store_->claim(
        history, {"me", session_, 1'700'000'000.25, 60}, [](const std::string&) { return OwnerState::kUnknown; },
        [&](const History&) { return step; }));
    if (std::holds_alternative<Start>(step)) store_->place(study_, lease, {point}, history.revision(), 0, false);
    store_->report(study_, lease, {1, outcome.loss, {}}, 2'000'000'000);
    store_->finish(study_, lease, outcome, 1'700'000'001.5);
    return lease.trial;
  }

  // All rows of a query, columns joined by '|'.
  std::string sql(const std::string& query) {
    sqlite3* database = nullptr;
    sqlite3_open(file_.c_str(), &database);
    std::string rows;
    char* failure = nullptr;
    sqlite3_exec(
        database, query.c_str(),
        [](void* to, int columns, char** values, char**) {
          std::string& out = *static_cast<std::string*>(to);
          for (int i = 0; i < columns; ++i) out += (i > 0 ? "|" : "") + std::string(values[i] ? values[i] : "NULL");
          out += "\n";
          return 0;
        },
        &rows, &failure);
    if (failure) rows += failure;
    sqlite3_free(failure);
    sqlite3_close(database);
    return rows;
  }

  Start start(int rung) const { return {rung, study_.rung_box(rung), {}}; }

  fs::path file_;
  Study study_;
  std::unique_ptr<Store> store_;
  int session_ = 0;
};

const Point kPoint{{0.015625, 2, 32, 0, 2, 0.25, -0.5}};

TEST_F(SqliteStore, ShowsTheUsersOwnValueWhereTheStudyMaximizes) {
  study_.name = "up";
  study_.maximize = true;
  store_->create(study_);
  session_ = store_->open_session("up", "me", 1000);
  Outcome outcome;
  outcome.loss = -0.75;
  run_trial(Start{1, study_.rung_box(1), Tag{}}, kPoint, outcome);
  EXPECT_EQ(sql("SELECT direction FROM study_directions ORDER BY study_id"), "MINIMIZE\nMAXIMIZE\n");
  EXPECT_EQ(sql("SELECT value FROM trial_values"), "0.75\n");
  EXPECT_EQ(sql("SELECT intermediate_value FROM trial_intermediate_values"), "0.75\n0.75\n");
  EXPECT_EQ(sql("SELECT loss FROM crescendo_trial"), "-0.75\n");
  History history(std::make_shared<const Study>(study_));
  store_->refresh(history);
  EXPECT_EQ(history.trial(0).loss, -0.75);
  EXPECT_EQ(history.trial(0).curve.front(), -0.75);
  EXPECT_EQ(store_->curve("up", 0).front().loss, -0.75);
}

TEST_F(SqliteStore, BringsADatabaseOfVersion1UpToDate) {
  store_.reset();
  sql("DROP TRIGGER crescendo_queue_deleted");
  sql("DROP TABLE crescendo_queue");
  sql("DROP TABLE crescendo_lessons");
  sql("UPDATE crescendo_schema SET version = 1");
  store_ = open_existing_store("sqlite:///" + file_.string());
  History history(std::make_shared<const Study>(study_));
  store_->enqueue(study_, std::vector<Point>{kPoint});
  store_->refresh(history);
  EXPECT_EQ(history.queue().size(), 1u);
  EXPECT_EQ(sql("SELECT version FROM crescendo_schema"), "2\n");
}

TEST_F(SqliteStore, ATrialWhoseRungIsOpenHasItsFidelityWhenItIsPlaced) {
  History history(std::make_shared<const Study>(study_));
  const std::string fidelity = "SELECT value_json FROM trial_user_attributes WHERE \"key\" = 'crescendo:fidelity'";
  const Lease lease = std::get<Lease>(store_->claim(
      history, {"me", session_, 1000, 60}, [](const std::string&) { return OwnerState::kUnknown; },
      [&](const History&) -> Step {
        return Start{std::nullopt, study_.rung_box(1), {}};
      }));
  EXPECT_EQ(sql(fidelity), "");
  store_->place(study_, lease, {kPoint, 0}, history.revision(), 0, false);
  EXPECT_EQ(sql(fidelity), "{\"epochs\":1.0}\n");
  EXPECT_EQ(sql("SELECT rung, tag FROM crescendo_trial"), "0|{\"open\":1}\n");
  Outcome outcome;
  outcome.loss = 0.25;
  store_->finish(study_, lease, outcome, 1001);
  EXPECT_EQ(sql("SELECT state FROM trials"), "PRUNED\n") << "below the top";
}

TEST_F(SqliteStore, BelowTheTopRungATrialIsPrunedAndAtTheTopComplete) {
  Outcome outcome;
  outcome.loss = 0.25;
  run_trial(start(0), kPoint, outcome);
  Tag tag;
  run_trial(Promote{0, 1, tag}, kPoint, outcome);
  outcome.failed = true;
  outcome.reason = "it diverged";
  run_trial(start(1), kPoint, outcome);
  EXPECT_EQ(sql("SELECT number, state, datetime_start, datetime_complete FROM trials ORDER BY number"),
            "0|PRUNED|2023-11-14 22:13:20.250000|2023-11-14 22:13:21.500000\n"
            "1|COMPLETE|2023-11-14 22:13:20.250000|2023-11-14 22:13:21.500000\n"
            "2|FAIL|2023-11-14 22:13:20.250000|2023-11-14 22:13:21.500000\n");
  EXPECT_EQ(sql("SELECT trial_id, objective, value, value_type FROM trial_values"),
            "1|0|0.25|FINITE\n2|0|0.25|FINITE\n");
  EXPECT_EQ(sql("SELECT value_json FROM trial_user_attributes WHERE \"key\" = 'crescendo:parent'"), "0\n");
  EXPECT_EQ(sql("SELECT value_json FROM trial_user_attributes WHERE \"key\" = 'crescendo:reason'"),
            "\"it diverged\"\n");
}

TEST_F(SqliteStore, ParametersStandInOptunasInternalForm) {
  run_trial(start(0), kPoint, {});
  EXPECT_EQ(sql("SELECT param_name, param_value FROM trial_params ORDER BY param_id"),
            "rate|0.015625\nlayers|2.0\nunits|32.0\nkind|0.0\nsize|2.0\ndrop|0.25\ndeep|-0.5\n");
  EXPECT_EQ(sql("SELECT distribution_json FROM trial_params ORDER BY param_id LIMIT 4"),
            "{\"name\":\"FloatDistribution\",\"attributes\":{\"log\":true,\"step\":null,\"low\":0.0001,\"high\":0.1}}\n"
            "{\"name\":\"IntDistribution\",\"attributes\":{\"log\":false,\"step\":1,\"low\":1,\"high\":3}}\n"
            "{\"name\":\"IntDistribution\",\"attributes\":{\"log\":true,\"step\":1,\"low\":16,\"high\":256}}\n"
            "{\"name\":\"CategoricalDistribution\",\"attributes\":{\"choices\":[\"sgd\",\"adam\",null,true,1.5]}}\n");
}

TEST_F(SqliteStore, TheLastIntermediateValueOfAFinishedTrialIsItsLoss) {
  Outcome outcome;
  outcome.loss = 0.25;
  run_trial(start(0), kPoint, outcome);
  EXPECT_EQ(sql("SELECT step, intermediate_value FROM trial_intermediate_values"), "1|0.25\n2|0.25\n");
  History history(std::make_shared<const Study>(study_));
  store_->refresh(history);
  EXPECT_EQ(history.trial(0).curve.size(), 1u);
}

TEST_F(SqliteStore, ReadingLeavesADatabaseOfAnotherProgramAlone) {
  const fs::path file = fs::path(testing::TempDir()) / "other_program.db";
  fs::remove(file);
  sqlite3* database = nullptr;
  sqlite3_open(file.c_str(), &database);
  sqlite3_exec(database, "CREATE TABLE theirs (x)", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  const auto before = fs::file_size(file);
  EXPECT_THROW(open_existing_store("sqlite:///" + file.string()), Error);
  EXPECT_EQ(fs::file_size(file), before);
  fs::remove(file);
}

TEST_F(SqliteStore, HasOptunasVersionRows) {
  EXPECT_EQ(sql("SELECT version_info_id, schema_version FROM version_info"), "1|12\n");
  EXPECT_EQ(sql("SELECT version_num FROM alembic_version"), "v3.2.0.a\n");
  EXPECT_EQ(sql("SELECT direction, objective FROM study_directions"), "MINIMIZE|0\n");
}

TEST_F(SqliteStore, DeletingATrialAsOptunaDoesTakesItsSideRowsAlong) {
  Outcome outcome;
  outcome.metrics["x"] = 1;
  outcome.artifacts = {{"trials/0/curve.json", 1}};
  run_trial(start(0), kPoint, outcome);
  sql("DELETE FROM trials; DELETE FROM studies");
  for (const char* table : {"crescendo_trial", "crescendo_trial_metric", "crescendo_artifact", "crescendo_study",
                            "crescendo_box", "crescendo_session"}) {
    EXPECT_EQ(sql(std::string("SELECT COUNT(*) FROM ") + table), "0\n") << table;
  }
}

TEST_F(SqliteStore, AnotherSchemaVersionIsRefused) {
  store_.reset();
  sql("UPDATE alembic_version SET version_num = 'v3.0.0.d'");
  EXPECT_THROW(open_store("sqlite:///" + file_.string()), Error);
}

TEST_F(SqliteStore, AFileThatIsNoDatabaseIsRefusedByName) {
  const fs::path file = fs::path(testing::TempDir()) / "no_database.db";
  FILE* out = fopen(file.c_str(), "w");
  for (int i = 0; i < 1000; ++i) fputs("this is text, not a database\n", out);
  fclose(out);
  try {
    open_store("sqlite:///" + file.string());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    EXPECT_NE(std::string(error.what()).find("no_database.db is not an SQLite database"), std::string::npos);
  }
  fs::remove(file);
}

TEST_F(SqliteStore, TrialsOfAnotherProgramAreNotTakenForOurs) {
  run_trial(start(0), kPoint, {});
  sql("INSERT INTO trials (number, study_id, state) VALUES (1, 1, 'RUNNING')");
  History history(std::make_shared<const Study>(study_));
  EXPECT_THROW(store_->refresh(history), Error);
}

}  // namespace
}  // namespace crescendo
