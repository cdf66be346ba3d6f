#include "base/child_process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/files.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using Reading = ChildProcess::Reading;

// Long enough for the busiest machine; no test waits for it.
ChildProcess::Deadline patience() { return std::chrono::steady_clock::now() + std::chrono::seconds(60); }
ChildProcess::Deadline soon() { return std::chrono::steady_clock::now() + milliseconds(50); }

std::vector<std::string> shell(const std::string& script) { return {"sh", "-c", script}; }

std::string next_line(ChildProcess& child) {
  std::string line;
  const Reading reading = child.read_line(line, patience());
  EXPECT_EQ(reading, Reading::kLine) << line;
  return line;
}

Reading reading_of(ChildProcess& child) {
  std::string line;
  return child.read_line(line, patience());
}

// A zombie runs no more: whoever inherited it has only not looked yet.
bool runs(const std::string& process) {
  std::ifstream in("/proc/" + process + "/stat");
  std::string line;
  if (!std::getline(in, line)) return false;
  const char state = line.at(line.rfind(')') + 2);
  return state != 'Z' && state != 'X';
}

bool ends(const std::string& process) {
  for (int i = 0; i < 3000 && runs(process); ++i) std::this_thread::sleep_for(milliseconds(10));
  return !runs(process);
}

TEST(ChildProcess, TalksInLines) {
  ChildProcess child({"cat"});
  child.send("one\nt");
  EXPECT_EQ(next_line(child), "one");
  child.send("wo\n\nrest");
  EXPECT_EQ(next_line(child), "two");
  EXPECT_EQ(next_line(child), "");
  child.end_input();
  std::string line;
  EXPECT_EQ(child.read_line(line, patience()), Reading::kUnfinishedLine);
  EXPECT_EQ(line, "rest");
  EXPECT_EQ(child.read_line(line, patience()), Reading::kEnded);
  EXPECT_TRUE(child.wait(patience()));
  EXPECT_EQ(child.stop().status, 0);
}

TEST(ChildProcess, NothingYetAtTheDeadline) {
  ChildProcess child({"cat"});
  child.send("half");
  std::string line;
  EXPECT_EQ(child.read_line(line, soon()), Reading::kNothingYet);
  EXPECT_FALSE(child.wait(soon()));
}

TEST(ChildProcess, NeitherSideWaitsForTheOther) {
  // Each direction and the errors carry more than a pipe holds before anybody reads the other.
  ChildProcess child(
      shell("head -c 1000000 /dev/zero | tr '\\0' 'e' >&2; head -c 1000000 /dev/zero | tr '\\0' 'o'; "
            "echo; wc -c"));
  child.send(std::string(1'000'000, 'i'));
  child.end_input();
  EXPECT_EQ(next_line(child), std::string(1'000'000, 'o'));
  EXPECT_EQ(std::stoi(next_line(child)), 1'000'000);
  child.stop();
  EXPECT_EQ(child.last_words(), std::string(4096, 'e'));
}

TEST(ChildProcess, ItsLastWordsAreTheLastLines) {
  ChildProcess child(shell("seq 30 >&2; printf '1%%\\r2%%\\r3%%\\r\\n\\033[1mbold\\n\\n' >&2"));
  EXPECT_TRUE(child.wait(patience()));
  child.stop();
  std::string expected;
  for (int i = 13; i <= 30; ++i) expected += std::to_string(i) + "\n";
  EXPECT_EQ(child.last_words(), expected + "3%\n\\x1b[1mbold");
}

TEST(ChildProcess, WordsThatNobodyHadReadWhenItEndedAreNotLost) {
  ChildProcess child(shell("echo $$; echo late >&2"));
  EXPECT_TRUE(ends(next_line(child)));
  child.stop();
  EXPECT_EQ(child.last_words(), "late");
}

TEST(ChildProcess, ALineWithoutEndIsRefused) {
  ChildProcess child(shell("head -c 20000000 /dev/zero"));
  EXPECT_EQ(reading_of(child), Reading::kTooLong);
}

TEST(ChildProcess, HasTheAddedEnvironment) {
  setenv("CRESCENDO_TEST_REPLACED", "old", 1);
  setenv("CRESCENDO_TEST_KEPT", "kept", 1);
  ChildProcess child(shell("echo \"$CRESCENDO_TEST_REPLACED/$CRESCENDO_TEST_KEPT/$CRESCENDO_TEST\"; "
                           "env | grep -c CRESCENDO_TEST_REPLACED"),
                     {{"CRESCENDO_TEST_REPLACED", "new"}, {"CRESCENDO_TEST", "a b"}});
  EXPECT_EQ(next_line(child), "new/kept/a b");
  EXPECT_EQ(next_line(child), "1");
}

TEST(ChildProcess, SaysHowItEnded) {
  ChildProcess status(shell("exit 3")), signal(shell("kill -9 $$"));
  EXPECT_TRUE(status.wait(patience()));
  EXPECT_TRUE(signal.wait(patience()));
  EXPECT_EQ(status.stop().status, 3);
  EXPECT_EQ(status.stop().status, 3);
  EXPECT_EQ(signal.stop().signal, SIGKILL);
}

TEST(ChildProcess, CountsItsProcessorTime) {
  ChildProcess child(shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; cat"));
  EXPECT_EQ(next_line(child), "done");
  const double so_far = child.cpu_seconds();
  EXPECT_GT(so_far, 0);
  child.end_input();
  EXPECT_TRUE(child.wait(patience()));
  EXPECT_GE(child.stop().cpu_seconds, so_far * 0.9);  // the two are counted with different steps
  EXPECT_EQ(child.cpu_seconds(), 0);
}

TEST(ChildProcess, IsAskedToEndBeforeItIsMadeTo) {
  ChildProcess polite(shell("trap 'echo bye >&2; exit 7' TERM; sleep 100 & echo ready; wait"));
  EXPECT_EQ(next_line(polite), "ready");
  EXPECT_EQ(polite.stop(milliseconds(60'000)).status, 7);
  EXPECT_EQ(polite.last_words(), "bye");
  ChildProcess deaf(shell("trap '' TERM; echo ready; sleep 100"));
  EXPECT_EQ(next_line(deaf), "ready");
  EXPECT_EQ(deaf.stop(milliseconds(50)).signal, SIGKILL);
}

TEST(ChildProcess, WhatItStartedEndsWithIt) {
  std::string own, grandchild;
  {
    ChildProcess child(shell("trap '' TERM; sleep 100 & echo $!; echo $$; exec cat"));
    grandchild = next_line(child);
    own = next_line(child);
    EXPECT_TRUE(runs(own));
    EXPECT_TRUE(runs(grandchild));
    child.stop(milliseconds(0));
  }
  EXPECT_FALSE(runs(own));
  EXPECT_TRUE(ends(grandchild));
}

TEST(ChildProcess, ItsOutputEndsWithItThoughOthersHoldItOpen) {
  ChildProcess child(shell("sleep 1000 & echo $!"));
  const std::string grandchild = next_line(child);
  EXPECT_EQ(reading_of(child), Reading::kEnded);
  EXPECT_EQ(child.stop().status, 0);
  EXPECT_TRUE(ends(grandchild));
}

TEST(ChildProcess, AClosedOutputIsAnEndOfLinesOnly) {
  ChildProcess child(shell("echo last; exec >&-; exec sleep 1000"));
  EXPECT_EQ(next_line(child), "last");
  EXPECT_EQ(reading_of(child), Reading::kEnded);
  EXPECT_FALSE(child.wait(soon()));
}

TEST(ChildProcess, AllEndWithAProcessThatIsKilled) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t victim = fork();
  if (victim == 0) {
    ChildProcess child(shell("sleep 1000 & echo $$ $!; exec cat"));
    std::string line;
    child.read_line(line, patience());
    line += "\n";
    if (write(pipe_ends[1], line.data(), line.size()) < 0) _exit(1);
    kill(getpid(), SIGKILL);
  }
  close(pipe_ends[1]);
  char text[100] = {};
  ASSERT_GT(read(pipe_ends[0], text, sizeof text - 1), 0);
  close(pipe_ends[0]);
  ASSERT_EQ(waitpid(victim, nullptr, 0), victim);
  std::istringstream processes(text);
  std::string own, grandchild;
  processes >> own >> grandchild;
  ASSERT_FALSE(grandchild.empty());
  EXPECT_TRUE(ends(own));
  EXPECT_TRUE(ends(grandchild));
}

TEST(ChildProcess, WritingToOneThatReadsNoMoreIsNoSignal) {
  signal(SIGPIPE, SIG_DFL);  // it may be ignored where tests run
  ChildProcess child(shell("exec <&-; echo closed; exec sleep 1000"));
  EXPECT_EQ(next_line(child), "closed");
  // For an instant its guardian still holds the other end.
  for (int i = 0; i < 3; ++i) {
    child.send(std::string(100'000, 'x'));
    std::string line;
    EXPECT_EQ(child.read_line(line, soon()), Reading::kNothingYet);
  }
  sigset_t waiting;
  sigpending(&waiting);
  EXPECT_EQ(sigismember(&waiting, SIGPIPE), 0);
}

TEST(ChildProcess, NoOtherProgramHoldsItsPipes) {
  ChildProcess first({"cat"}), second({"cat"});
  first.end_input();
  EXPECT_EQ(reading_of(first), Reading::kEnded);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([] {
      for (int i = 0; i < 10; ++i) {
        ChildProcess child({"cat"});
        child.send("here\n");
        EXPECT_EQ(next_line(child), "here");
        child.end_input();
        EXPECT_EQ(reading_of(child), Reading::kEnded);
        EXPECT_EQ(child.stop().status, 0);
      }
    });
  }
}

TEST(ChildProcess, IgnoresNoSignalThatThisProcessIgnores) {
  signal(SIGPIPE, SIG_IGN);
  ChildProcess child(shell("grep SigIgn /proc/self/status"));
  signal(SIGPIPE, SIG_DFL);
  const std::string line = next_line(child);
  const unsigned long ignored = std::stoul(line.substr(line.find(':') + 1), nullptr, 16);
  EXPECT_EQ(ignored >> (SIGPIPE - 1) & 1, 0u) << line;
}

void expect_refused(const std::string& program, const std::string& part) {
  try {
    ChildProcess child({program});
    ADD_FAILURE() << program << " was started";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    EXPECT_NE(std::string(error.what()).find(program), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(ChildProcess, WhatCannotBeStartedIsAnErrorThatNamesIt) {
  const fs::path folder = fs::path(testing::TempDir()) / "child_process_test";
  fs::create_directories(folder);
  write_file(folder / "plain", "echo hello\n");
  write_file(folder / "lost", "#!/no/such/interpreter\n");
  fs::permissions(folder / "lost", fs::perms::owner_all);
  expect_refused("no-such-program-anywhere", "in the folders of PATH");
  expect_refused("./no/such/program", "there is no program");
  expect_refused((folder / "plain").string(), "may be executed");
  expect_refused(folder.string(), "may be executed");
  expect_refused((folder / "lost").string(), "No such file or directory");
  fs::permissions(folder / "plain", fs::perms::owner_all);
  expect_refused((folder / "plain").string(), "#!/bin/sh");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace crescendo
