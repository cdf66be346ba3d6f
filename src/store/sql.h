#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "crescendo/store.h"

namespace crescendo {

using SqlValue = std::variant<std::nullptr_t, std::int64_t, double, std::string>;

/// One row of a result. Columns count from 0.
class SqlRow {
 public:
  virtual ~SqlRow() = default;
  virtual bool null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double number(int column) const = 0;
  virtual std::string text(int column) const = 0;
};

/// A connection to a database that speaks SQL with $1, $2, ... as parameters, which must stand in the order of their
/// numbers when they first appear. Not thread-safe. Throws Error (unavailable) with the database's own reason.
class SqlConnection {
 public:
  virtual ~SqlConnection() = default;

  /// A transaction that writes takes the write lock at once, so that what it reads cannot change before its commit; one
  /// that only reads sees one state of the database.
  virtual void begin(bool writes) = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;

  /// Number of rows changed.
  virtual int execute(std::string_view sql, const std::vector<SqlValue>& values = {}) = 0;
  virtual void query(std::string_view sql, const std::vector<SqlValue>& values,
                     const std::function<void(const SqlRow&)>& row) = 0;

  /// The types of docs/formats.md in this database's words.
  virtual std::string primary_key_type() const = 0;
  virtual std::string float_type() const = 0;
  virtual std::string time_type() const = 0;
  /// The column type for one of the schema's enumerations, as in "trialstate".
  virtual std::string enum_type(std::string_view name) const = 0;
  virtual bool table_exists(std::string_view name) = 0;
  virtual bool has_tables() = 0;
};

/// The store on any such database: Optuna's tables, our side tables (docs/formats.md), one set of statements.
/// `must_exist`: a database without these tables is refused instead of being given them.
std::unique_ptr<Store> make_sql_store(std::unique_ptr<SqlConnection> connection, bool must_exist);

/// Makes the tables where they are missing; throws Error (bad input) for a schema of another version.
void prepare_schema(SqlConnection& connection);

/// Writes nothing; throws Error (not found) where the tables are missing, (bad input) for another version.
void check_schema(SqlConnection& connection);

}  // namespace crescendo
