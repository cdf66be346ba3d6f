#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/files.h"
#include "crescendo/error.h"
#include "crescendo/objective.h"
#include "objective/objectives.h"
#include "space/parse.h"

namespace crescendo {

// An objective that is a shell script, in a study of two rungs (epochs 3 and 10) over `rate`, `units`, `word`, and
// `extra`, which is active from 32 units on.
class ProgramTest : public testing::Test {
 protected:
  explicit ProgramTest(std::string objective) {
    study_.name = "programs";
    study_.objective = {std::move(objective)};
    study_.ladder = {Rung{{{"epochs", 3}}}, Rung{{{"epochs", 10}, {"share_of_data", 0.5}}}};
    study_.space = parse_space(parse_json(R"([
        {"name": "rate", "type": "float", "low": 0, "high": 1},
        {"name": "units", "type": "int", "low": 1, "high": 64},
        {"name": "word", "type": "categorical", "choices": ["plain", "a 'b\" {rate} \\ $HOME\n*", null, true]},
        {"name": "extra", "type": "float", "low": 0, "high": 1, "active_when": "units >= 32"}])",
                                          "space"));
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("programs ") + testing::UnitTest::GetInstance()->current_test_info()->test_suite_name() +
               " " + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~ProgramTest() override { std::filesystem::remove_all(folder_); }

  // A script that is run as `sh script words`; it finds FOLDER in its environment.
  std::string script(const std::string& text, const std::string& words = "") {
    write_file(folder_ / "script", "FOLDER='" + folder_.string() + "'\n" + text);
    return "sh '" + (folder_ / "script").string() + "' " + words;
  }

  std::unique_ptr<Objective> objective(const std::string& run, Options options = {}) {
    study_.objective.options = std::move(options);
    study_.objective.options["run"] = run;
    return find_entry(kObjectives, study_.objective.name, "objective").make(study_)();
  }

  std::optional<Outcome> evaluate(Objective& of, const char* point = kPlain, int rung = 0) {
    const Point read = parse_point(study_.space, parse_json(point, "point"));
    Hooks hooks;
    hooks.after_epoch = [&](const EpochReport& report) {
      reports_.push_back(report);
      return report.epoch >= end_epoch_ ? end_ : Going::kOn;
    };
    hooks.ask = [&] {
      ++asked_;
      return std::filesystem::exists(folder_ / "end") ? end_ : Going::kOn;
    };
    Assignment assignment{study_, 7, rung, read, std::uint64_t{5} << 33, folder_};
    assignment.line = parent_;
    if (!parent_.empty()) assignment.from = folder_ / std::to_string(parent_.back().number);
    return of.evaluate(assignment, hooks);
  }

  Outcome outcome_of(const std::string& run, Options options = {}) {
    const auto of = objective(run, std::move(options));
    const auto outcome = evaluate(*of);
    EXPECT_TRUE(outcome.has_value());
    return outcome.value_or(Outcome{});
  }

  void expect_bad_input(const std::string& run, const std::string& part, Options options = {}) {
    try {
      objective(run, std::move(options));
      ADD_FAILURE() << "no Error with: " << part;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }

  std::string left(const std::string& file) { return read_file(folder_ / file); }

  // Whether the process whose number stands in `file` has ended, or soon does.
  bool has_ended(const std::string& file) {
    const std::filesystem::path process = "/proc/" + std::to_string(std::stoi(left(file)));
    for (int i = 0; i < 3000; ++i) {
      std::ifstream in(process / "stat");
      std::string line;
      if (!std::getline(in, line) || line.at(line.rfind(')') + 2) == 'Z') return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  std::vector<int> epochs() const {
    std::vector<int> result;
    for (const EpochReport& report : reports_) result.push_back(report.epoch);
    return result;
  }

  static constexpr const char* kPlain = R"({"rate": 0.1, "units": 8, "word": "plain"})";
  static constexpr const char* kOdd =
      R"({"rate": 1e-7, "units": 32, "word": "a 'b\" {rate} \\ $HOME\n*", "extra": 0.30000000000000004})";

  Study study_;
  std::filesystem::path folder_;
  std::vector<Trial> parent_;  // the trial that it goes on from, if it does
  std::vector<EpochReport> reports_;
  int end_epoch_ = 1'000'000, asked_ = 0;
  Going end_ = Going::kStop;  // after end_epoch_, or when there is a file called "end"
};

}  // namespace crescendo
