#include <fmt/format.h>

#include <array>

#include "crescendo/error.h"
#include "store/sql.h"

namespace crescendo {
namespace {

constexpr int kOurSchemaVersion = 2;
constexpr std::string_view kOptunaRevision = "v3.2.0.a";

// {pk} primary key, {f} float, {t} time, and the enumerations. The tables without our prefix are Optuna's, column for
// column, so that its dashboard, plots and workers open a study of ours.
constexpr std::array kTables = {
    "CREATE TABLE studies (study_id {pk}, study_name VARCHAR(512) NOT NULL)",
    "CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name)",
    "CREATE TABLE study_directions (study_direction_id {pk}, direction {direction} NOT NULL, "
    "study_id INTEGER NOT NULL REFERENCES studies (study_id), objective INTEGER NOT NULL, UNIQUE (study_id, "
    "objective))",
    "CREATE TABLE study_user_attributes (study_user_attribute_id {pk}, study_id INTEGER REFERENCES studies (study_id), "
    "\"key\" VARCHAR(512), value_json TEXT, UNIQUE (study_id, \"key\"))",
    "CREATE TABLE study_system_attributes (study_system_attribute_id {pk}, study_id INTEGER REFERENCES studies "
    "(study_id), \"key\" VARCHAR(512), value_json TEXT, UNIQUE (study_id, \"key\"))",
    "CREATE TABLE trials (trial_id {pk}, number INTEGER, study_id INTEGER REFERENCES studies (study_id), "
    "state {state} NOT NULL, datetime_start {t}, datetime_complete {t})",
    "CREATE INDEX ix_trials_study_id ON trials (study_id)",
    "CREATE TABLE trial_user_attributes (trial_user_attribute_id {pk}, trial_id INTEGER REFERENCES trials (trial_id), "
    "\"key\" VARCHAR(512), value_json TEXT, UNIQUE (trial_id, \"key\"))",
    "CREATE TABLE trial_system_attributes (trial_system_attribute_id {pk}, trial_id INTEGER REFERENCES trials "
    "(trial_id), \"key\" VARCHAR(512), value_json TEXT, UNIQUE (trial_id, \"key\"))",
    "CREATE TABLE trial_params (param_id {pk}, trial_id INTEGER REFERENCES trials (trial_id), param_name VARCHAR(512), "
    "param_value {f}, distribution_json TEXT, UNIQUE (trial_id, param_name))",
    "CREATE TABLE trial_values (trial_value_id {pk}, trial_id INTEGER NOT NULL REFERENCES trials (trial_id), "
    "objective INTEGER NOT NULL, value {f}, value_type {value} NOT NULL, UNIQUE (trial_id, objective))",
    "CREATE TABLE trial_intermediate_values (trial_intermediate_value_id {pk}, trial_id INTEGER NOT NULL REFERENCES "
    "trials (trial_id), step INTEGER NOT NULL, intermediate_value {f}, intermediate_value_type {intermediate} NOT "
    "NULL, "
    "UNIQUE (trial_id, step))",
    "CREATE TABLE trial_heartbeats (trial_heartbeat_id {pk}, trial_id INTEGER NOT NULL REFERENCES trials (trial_id), "
    "heartbeat {t} NOT NULL, UNIQUE (trial_id))",
    "CREATE TABLE version_info (version_info_id {pk} CHECK (version_info_id = 1), schema_version INTEGER, "
    "library_version VARCHAR(256))",
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY "
    "(version_num))",
};

constexpr std::array kSideTables = {
    "CREATE TABLE crescendo_schema (version INTEGER NOT NULL)",
    "CREATE TABLE crescendo_study (study_id INTEGER NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, "
    "definition TEXT NOT NULL)",
    "CREATE TABLE crescendo_box (study_id INTEGER NOT NULL, box INTEGER NOT NULL, rung INTEGER NOT NULL, "
    "sides TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (study_id, box))",
    "CREATE TABLE crescendo_trial (trial_id INTEGER NOT NULL PRIMARY KEY, study_id INTEGER NOT NULL, "
    "revision INTEGER NOT NULL, rung INTEGER NOT NULL, parent INTEGER, tag TEXT NOT NULL, attempt INTEGER NOT NULL, "
    "owner VARCHAR(512) NOT NULL, lease_until {f} NOT NULL, claimed_revision INTEGER NOT NULL, "
    "placed_revision INTEGER, seen_revision INTEGER NOT NULL, proposal INTEGER NOT NULL, ended_revision INTEGER, "
    "elapsed_seconds {f} NOT NULL, loss {f}, tie {f}, stopped_early INTEGER NOT NULL, reason TEXT NOT NULL, "
    "seconds {f} NOT NULL, cpu_seconds {f} NOT NULL, box INTEGER, last_epoch INTEGER)",
    "CREATE INDEX crescendo_trial_revision ON crescendo_trial (study_id, revision)",
    "CREATE TABLE crescendo_trial_metric (trial_id INTEGER NOT NULL, step INTEGER NOT NULL, \"key\" VARCHAR(128) "
    "NOT NULL, value {f}, PRIMARY KEY (trial_id, step, \"key\"))",
    "CREATE TABLE crescendo_session (session_id {pk}, study_id INTEGER NOT NULL, owner VARCHAR(512) NOT NULL, "
    "begun {f} NOT NULL, seen {f} NOT NULL, cpu_seconds {f} NOT NULL)",
    "CREATE TABLE crescendo_artifact (trial_id INTEGER NOT NULL, path VARCHAR(512) NOT NULL, size_bytes BIGINT NOT "
    "NULL, PRIMARY KEY (trial_id, path))",
};

// Added by version 2. Such tables only come; those that are there do not change.
constexpr std::array kTablesOfVersion2 = {
    "CREATE TABLE crescendo_queue (study_id INTEGER NOT NULL, number INTEGER NOT NULL, point TEXT NOT NULL, "
    "trial INTEGER, PRIMARY KEY (study_id, number))",
    "CREATE TABLE crescendo_lessons (study_id INTEGER NOT NULL PRIMARY KEY, lessons TEXT NOT NULL)",
    "CREATE TRIGGER crescendo_queue_deleted AFTER DELETE ON studies BEGIN "
    "DELETE FROM crescendo_queue WHERE study_id = OLD.study_id; "
    "DELETE FROM crescendo_lessons WHERE study_id = OLD.study_id; END",
};

void make_tables(SqlConnection& connection, auto& tables) {
  for (const char* statement : tables) {
    connection.execute(fmt::format(fmt::runtime(statement), fmt::arg("pk", connection.primary_key_type()),
                                   fmt::arg("f", connection.float_type()), fmt::arg("t", connection.time_type()),
                                   fmt::arg("direction", connection.enum_type("studydirection")),
                                   fmt::arg("state", connection.enum_type("trialstate")),
                                   fmt::arg("value", connection.enum_type("trialvaluetype")),
                                   fmt::arg("intermediate", connection.enum_type("trialintermediatevaluetype"))));
  }
}

void check_versions(SqlConnection& connection) {
  connection.query("SELECT version_num FROM alembic_version", {}, [](const SqlRow& row) {
    if (row.text(0) != kOptunaRevision) {
      bad_input(fmt::format("the database has Optuna's schema {}; {} is wanted (run 'optuna storage upgrade')",
                            row.text(0), kOptunaRevision));
    }
  });
  connection.query("SELECT version FROM crescendo_schema", {}, [](const SqlRow& row) {
    if (row.integer(0) != kOurSchemaVersion) {
      bad_input(fmt::format("the database was made by another version of Crescendo (schema {}, wanted {})",
                            row.integer(0), kOurSchemaVersion));
    }
  });
}

int our_version(SqlConnection& connection) {
  std::int64_t version = 0;
  connection.query("SELECT version FROM crescendo_schema", {}, [&](const SqlRow& row) { version = row.integer(0); });
  return static_cast<int>(version);
}

// A database of version 1 is given what it lacks; the versions before had studies of the same kind.
void bring_up_to_date(SqlConnection& connection) {
  if (our_version(connection) != 1) return;
  make_tables(connection, kTablesOfVersion2);
  connection.execute("UPDATE crescendo_schema SET version = 2");
}

void in_transaction(SqlConnection& connection, auto&& what) {
  connection.begin(true);
  try {
    what();
    connection.commit();
  } catch (...) {
    connection.rollback();
    throw;
  }
}

}  // namespace

void check_schema(SqlConnection& connection) {
  if (!connection.table_exists("crescendo_schema")) not_found("the database holds no study of Crescendo");
  if (our_version(connection) < kOurSchemaVersion) in_transaction(connection, [&] { bring_up_to_date(connection); });
  check_versions(connection);
}

void prepare_schema(SqlConnection& connection) {
  in_transaction(connection, [&] {
    if (!connection.table_exists("studies")) {
      if (connection.has_tables())
        bad_input("the database belongs to another program; choose another --out or --storage");
      make_tables(connection, kTables);
      connection.execute("INSERT INTO version_info VALUES (1, 12, 'crescendo')");  // 12 for ever
      connection.execute(fmt::format("INSERT INTO alembic_version VALUES ('{}')", kOptunaRevision));
    }
    if (!connection.table_exists("crescendo_schema")) {
      make_tables(connection, kSideTables);
      make_tables(connection, kTablesOfVersion2);
      connection.execute(fmt::format("INSERT INTO crescendo_schema VALUES ({})", kOurSchemaVersion));
      // Optuna deletes studies row by row and knows nothing of the side tables.
      connection.execute(
          "CREATE TRIGGER crescendo_trial_deleted AFTER DELETE ON trials BEGIN "
          "DELETE FROM crescendo_trial WHERE trial_id = OLD.trial_id; "
          "DELETE FROM crescendo_trial_metric WHERE trial_id = OLD.trial_id; "
          "DELETE FROM crescendo_artifact WHERE trial_id = OLD.trial_id; END");
      connection.execute(
          "CREATE TRIGGER crescendo_study_deleted AFTER DELETE ON studies BEGIN "
          "DELETE FROM crescendo_study WHERE study_id = OLD.study_id; "
          "DELETE FROM crescendo_box WHERE study_id = OLD.study_id; "
          "DELETE FROM crescendo_session WHERE study_id = OLD.study_id; END");
    }
    bring_up_to_date(connection);
    check_versions(connection);
  });
}

}  // namespace crescendo
