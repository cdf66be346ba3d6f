// `crescendo status`: beside a search that runs, after it, on a terminal and off it.
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "base/json.h"
#include "tests/end_to_end/program.h"

namespace crescendo::end_to_end {
namespace {

const std::string kStatus = "status --storage sqlite:///out/study.db ";

/// What the program writes to a terminal of 80 x 24 until it ends; `key` is typed once it has shown something.
Ended on_terminal(const std::string& arguments, const std::filesystem::path& folder, const std::string& variables,
                  const std::string& key = "") {
  winsize size{24, 80, 0, 0};
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) {
    const std::string command = "cd '" + folder.string() + "' && exec env -u NO_COLOR LC_ALL=C.UTF-8 TERM=xterm " +
                                variables + " '" CRESCENDO_PROGRAM "' " + arguments;
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  Ended run;
  bool typed = key.empty();
  std::array<char, 4096> buffer;
  for (ssize_t n; (n = read(terminal, buffer.data(), buffer.size())) > 0;) {
    run.out.append(buffer.data(), static_cast<std::size_t>(n));
    if (typed) continue;
    typed = write(terminal, key.data(), key.size()) == static_cast<ssize_t>(key.size());
  }
  int status = 0;
  waitpid(child, &status, 0);
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  close(terminal);
  return run;
}

class StatusCommand : public testing::Test {
 protected:
  StatusCommand() {
    folder_.write("space.toml", "[[parameter]]\nname = \"rate\"\ntype = \"float\"\nlow = 0.0\nhigh = 1.0\n");
    folder_.write("slow.sh", "sleep 0.2; echo \"{\\\"loss\\\": $1}\"\n");
  }
  ~StatusCommand() override {
    if (search_.joinable()) search_.join();
  }

  Ended crescendo(const std::string& arguments) const { return end_to_end::crescendo(arguments, folder_.path()); }

  static std::string tune(int trials) {
    return "tune --command 'sh slow.sh {rate}' --space space.toml --jobs 2 --out out --quiet --trials " +
           std::to_string(trials);
  }

  /// Returns when it has begun a trial.
  void search_in_background(int trials) {
    search_ = std::thread([this, trials] { crescendo(tune(trials)); });
    for (int tries = 0; tries < 200; ++tries) {
      const Ended status = end_to_end::crescendo(kStatus + "--json", folder_.path());
      if (status.status == 0 && parse_json(status.out, "status")["state"] == "running") return;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    ADD_FAILURE() << "the search did not begin";
  }

  picture_maker::TemporaryFolder folder_;
  std::thread search_;
};

TEST_F(StatusCommand, AfterASearchSaysThatItIsFinishedAndTheBest) {
  ASSERT_EQ(crescendo(tune(6)).status, 0);
  const Ended shown = crescendo(kStatus);
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_EQ(shown.out.rfind("out: finished\n6 of 6 trials, ", 0), 0u) << shown.out;
  EXPECT_EQ(shown.out.find('\033'), std::string::npos);
  const Json json = parse_json(crescendo(kStatus + "--json").out, "status");
  const Json best = parse_json(crescendo("best --json --storage sqlite:///out/study.db").out, "best");
  EXPECT_EQ(json["state"], "finished");
  EXPECT_EQ(json["best"], best["best"]);
  EXPECT_EQ(json["trials"], 6);
  EXPECT_EQ(json["running"], Json::array());
  EXPECT_NE(shown.out.find("best: loss "), std::string::npos) << shown.out;
  // A watch of it shows it once and ends.
  const Ended watched = crescendo(kStatus + "--watch");
  EXPECT_EQ(watched.status, 0);
  EXPECT_EQ(std::count(watched.out.begin(), watched.out.end(), '\n'), 1) << watched.out;
}

TEST_F(StatusCommand, WatchesASearchInLinesUntilItEnds) {
  search_in_background(12);
  const Ended watched = crescendo(kStatus + "--watch --every 0.1");
  EXPECT_EQ(watched.status, 0) << watched.err;
  std::istringstream in(watched.out);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line.substr(line.find("  ") + 2));
  ASSERT_GE(lines.size(), 3u) << watched.out;
  EXPECT_EQ(lines.front().rfind("running: ", 0), 0u) << watched.out;
  EXPECT_EQ(lines.back().rfind("finished: 12 of 12 trials, best: loss ", 0), 0u) << watched.out;
  for (std::size_t i = 1; i < lines.size(); ++i) EXPECT_NE(lines[i], lines[i - 1]) << "only changes are told";
}

TEST_F(StatusCommand, OnATerminalItRedrawsAndLeavesTheLastPage) {
  search_in_background(12);
  const Ended watched = on_terminal(kStatus + "--watch --every 0.1", folder_.path(), "");
  EXPECT_EQ(watched.status, 0) << watched.out;
  const std::size_t leaves = watched.out.find("\033[?1049l");
  ASSERT_NE(leaves, std::string::npos);
  EXPECT_EQ(watched.out.rfind("\033[?1049h", 0), 0u) << "it has a screen of its own meanwhile";
  EXPECT_NE(watched.out.substr(0, leaves).find("running"), std::string::npos);
  EXPECT_NE(watched.out.find("out: finished", leaves), std::string::npos);
  EXPECT_EQ(watched.out.find("\033[2J", 20), std::string::npos) << "it is never cleared again: that would flicker";
}

TEST_F(StatusCommand, CtrlCEndsAWatchAndGivesTheScreenBack) {
  search_in_background(40);
  const Ended watched = on_terminal(kStatus + "--watch --every 30", folder_.path(), "NO_COLOR=1", "\x03");
  EXPECT_EQ(watched.status, 130);
  EXPECT_NE(watched.out.find("\033[?25h\033[?1049l"), std::string::npos);
  EXPECT_EQ(watched.out.find("\033[1m"), std::string::npos) << "NO_COLOR";
  EXPECT_EQ(crescendo(kStatus + "--json").status, 0);
}

TEST_F(StatusCommand, BadInputIsASentence) {
  const Ended nowhere = crescendo("status --storage sqlite:///none.db");
  EXPECT_EQ(nowhere.status, 2);
  EXPECT_EQ(nowhere.err, "crescendo: there is no database none.db\n");
  ASSERT_EQ(crescendo(tune(2)).status, 0);
  EXPECT_EQ(crescendo(kStatus + "--watch --every 0").err,
            "crescendo: --every must be a time such as 90s, 30m or 1h30m, not '0'\n");
  EXPECT_EQ(crescendo(kStatus + "--watch --every 0.01").err,
            "crescendo: --every must be at least 0.1 seconds, not '0.01'\n");
  for (const char* bad : {"--every 1", "--watch --json", "--study other", "--watch --every soon"}) {
    const Ended refused = crescendo(kStatus + bad);
    EXPECT_EQ(refused.status, 2) << bad;
    EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1) << refused.err;
  }
}

}  // namespace
}  // namespace crescendo::end_to_end
