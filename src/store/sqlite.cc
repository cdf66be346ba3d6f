#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include "base/files.h"
#include "crescendo/error.h"
#include "store/sql.h"
#include "store/stores.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScheme = "sqlite:///";
constexpr std::chrono::seconds kLongestWait(120);  // for other writers, whose transactions take milliseconds

class SqliteRow : public SqlRow {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  double number(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string text(int column) const override {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : "";
  }

 private:
  sqlite3_stmt* statement_;
};

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

// A reader who may not write has to take the file as it is: SQLite's log would need a file beside it.
std::string uri_of(const fs::path& file, bool writable) {
  std::string uri = "file:";
  for (const char c : file.string()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      uri += c;
    }
  }
  return writable ? uri : uri + "?immutable=1";
}

// WAL needs shared memory between the processes, which network file systems do not give.
void refuse_network_file_system(const fs::path& file) {
  constexpr long kNfs = 0x6969, kCifs = 0xff534d42, kSmb2 = 0xfe534d42, kSmb = 0x517b, kLustre = 0x0bd00bd0,
                 kCeph = 0x00c36400, kAfs = 0x5346414f, k9p = 0x01021997;
  struct statfs info {};
  if (statfs(folder_of(file).c_str(), &info) != 0) return;
  const long type = static_cast<long>(info.f_type);
  for (const long network : {kNfs, kCifs, kSmb2, kSmb, kLustre, kCeph, kAfs, k9p}) {
    if (type == network) {
      bad_input(
          fmt::format("{} lies on a network file system, where SQLite cannot be shared safely; use a local disk, "
                      "or PostgreSQL for several machines",
                      file.string()));
    }
  }
}

class SqliteConnection : public SqlConnection {
 public:
  SqliteConnection(const fs::path& file, bool must_exist) : file_(file.string()) {
    const bool writable =
        !must_exist || (access(file.c_str(), W_OK) == 0 && access(folder_of(file).c_str(), W_OK) == 0);
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI |
                      (!writable ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                      (must_exist ? 0 : SQLITE_OPEN_CREATE);
    if (sqlite3_open_v2(uri_of(file, writable).c_str(), &database_, flags, nullptr) != SQLITE_OK) {
      const std::string reason = sqlite3_errmsg(database_);
      sqlite3_close(database_);
      bad_input(fmt::format("cannot open the database {}: {}", file_, reason));
    }
    sqlite3_extended_result_codes(database_, 1);
    try {
      if (must_exist) return;  // the journal's mode is kept in the file, and a reader may not be allowed to write
      retry([&] { return sqlite3_exec(database_, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr); });
      retry([&] { return sqlite3_exec(database_, "PRAGMA synchronous = NORMAL", nullptr, nullptr, nullptr); });
    } catch (...) {
      sqlite3_close(database_);
      throw;
    }
  }

  ~SqliteConnection() override {
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(database_);
  }

  void begin(bool writes) override {
    // IMMEDIATE: a transaction that reads first and writes later fails when another wrote between.
    const char* sql = writes ? "BEGIN IMMEDIATE" : "BEGIN";
    retry([&] { return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr); });
  }

  void commit() override {
    retry([&] { return sqlite3_exec(database_, "COMMIT", nullptr, nullptr, nullptr); });
  }

  void rollback() noexcept override { sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr); }

  int execute(std::string_view sql, const std::vector<SqlValue>& values) override {
    query(sql, values, [](const SqlRow&) {});
    return sqlite3_changes(database_);
  }

  void query(std::string_view sql, const std::vector<SqlValue>& values,
             const std::function<void(const SqlRow&)>& row) override {
    sqlite3_stmt* statement = prepare(sql);
    bind(statement, values);
    const Reset reset{statement};
    int result = SQLITE_ROW;
    while (result == SQLITE_ROW) {
      retry([&] { return result = sqlite3_step(statement); });
      if (result == SQLITE_ROW) row(SqliteRow(statement));
    }
  }

  std::string primary_key_type() const override { return "INTEGER NOT NULL PRIMARY KEY"; }
  std::string float_type() const override { return "FLOAT"; }
  std::string time_type() const override { return "DATETIME"; }
  std::string enum_type(std::string_view) const override { return "VARCHAR(8)"; }

  bool table_exists(std::string_view name) override {
    bool exists = false;
    query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1", {std::string(name)},
          [&](const SqlRow&) { exists = true; });
    return exists;
  }

  bool has_tables() override {
    bool any = false;
    query("SELECT 1 FROM sqlite_master WHERE type = 'table' LIMIT 1", {}, [&](const SqlRow&) { any = true; });
    return any;
  }

 private:
  struct Reset {
    sqlite3_stmt* statement;
    ~Reset() { sqlite3_reset(statement); }
  };

  [[noreturn]] void fail() {
    const int code = sqlite3_errcode(database_);
    const std::string reason = sqlite3_errmsg(database_);
    if (code == SQLITE_NOTADB) bad_input(fmt::format("{} is not an SQLite database", file_));
    unavailable(fmt::format("the database {} refuses: {}", file_, reason));
  }

  // Random back-off of our own: measured a third faster with eight writers than SQLite's busy timeout.
  template <class Call>
  void retry(Call call) {
    const auto begun = std::chrono::steady_clock::now();
    double longest_ms = 0.2;
    for (;;) {
      const int result = call();
      if (result == SQLITE_OK || result == SQLITE_ROW || result == SQLITE_DONE) return;
      const bool busy = (result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_LOCKED;
      if (!busy || std::chrono::steady_clock::now() - begun > kLongestWait) fail();
      const double wait_ms = std::uniform_real_distribution<double>(0, longest_ms)(jitter_);
      std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(wait_ms));
      longest_ms = std::min(20.0, longest_ms * 1.5);
    }
  }

  sqlite3_stmt* prepare(std::string_view sql) {
    const auto known = statements_.find(sql);
    if (known != statements_.end()) return known->second;
    sqlite3_stmt* statement = nullptr;
    retry([&] { return sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr); });
    statements_.emplace(std::string(sql), statement);
    return statement;
  }

  void bind(sqlite3_stmt* statement, const std::vector<SqlValue>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const int position = static_cast<int>(i) + 1;
      if (const auto* integer = std::get_if<std::int64_t>(&values[i])) {
        sqlite3_bind_int64(statement, position, *integer);
      } else if (const auto* number = std::get_if<double>(&values[i])) {
        sqlite3_bind_double(statement, position, *number);
      } else if (const auto* text = std::get_if<std::string>(&values[i])) {
        sqlite3_bind_text(statement, position, text->data(), static_cast<int>(text->size()), SQLITE_TRANSIENT);
      } else {
        sqlite3_bind_null(statement, position);
      }
    }
  }

  std::string file_;
  sqlite3* database_ = nullptr;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
  std::minstd_rand jitter_{std::random_device{}()};
};

std::unique_ptr<Store> open(const std::string& url, bool must_exist) {
  const fs::path file = url.substr(kScheme.size());
  if (file.empty()) bad_input("the storage names no file; write sqlite:///folder/study.db");
  std::error_code ignored;
  if (must_exist && !fs::exists(file, ignored)) not_found(fmt::format("there is no database {}", file.string()));
  if (fs::is_directory(file, ignored))
    bad_input(fmt::format("{} is a folder; a database file is wanted", file.string()));
  if (!must_exist && file.has_parent_path()) make_writable_folder(file.parent_path());
  refuse_network_file_system(file);
  return make_sql_store(std::make_unique<SqliteConnection>(file, must_exist), must_exist);
}

}  // namespace

StoreEntry sqlite_store() { return {kScheme, "sqlite:///folder/study.db", open}; }

}  // namespace crescendo
