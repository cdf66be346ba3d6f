#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "base/files.h"
#include "base/options.h"
#include "base/processes.h"
#include "crescendo/error.h"
#include "crescendo/rng.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

TEST(Rng, GivesTheSameNumbersOnEveryMachine) {
  Rng rng(42, {1, 2});
  EXPECT_EQ(rng.next(), 5769939639384579832u);
  EXPECT_EQ(rng.next(), 2482794104070974276u);
}

TEST(Rng, StreamsWithAnotherKeyDiffer) {
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (std::uint64_t a = 0; a < 20; ++a) {
      firsts.insert(Rng(seed, {a}).next());
      firsts.insert(Rng(seed, {a, 0}).next());
      firsts.insert(Rng(seed, {0, a, 1}).next());
    }
  }
  EXPECT_EQ(firsts.size(), 20u * 20u * 3u);
}

TEST(Rng, BelowIsUniform) {
  Rng rng(1);
  std::map<std::uint64_t, int> counts;
  for (int i = 0; i < 60'000; ++i) ++counts[rng.below(6)];
  // Standard deviation 91; five of them: false alarm once in three hundred thousand.
  for (std::uint64_t face = 0; face < 6; ++face) EXPECT_NEAR(counts[face], 10'000, 460);
}

TEST(Rng, NormalHasMeanZeroAndVarianceOne) {
  Rng rng(2);
  double sum = 0, squares = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = rng.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.016);
  EXPECT_NEAR(squares / kDraws, 1, 0.023);
}

struct Demo {
  int count = 3;
  double rate = 0.5;
  bool on = true;
  std::string text = "t";
};
constexpr Option<Demo> kDemo[] = {
    {"count", &Demo::count, 1, 10, "how many"},
    {"rate", &Demo::rate, 0, 1, "how fast"},
    {"on", &Demo::on, 0, 0, "whether"},
    {"text", &Demo::text, 0, 0, "what"},
};

std::string refusal(const Options& given) {
  try {
    read_options<Demo>(given, kDemo, "sampler demo");
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Options, FillTheStructAndKeepDefaults) {
  const auto demo = read_options<Demo>({{"count", 7.0}, {"on", false}}, kDemo, "demo");
  EXPECT_EQ(demo.count, 7);
  EXPECT_EQ(demo.rate, 0.5);
  EXPECT_FALSE(demo.on);
}

TEST(Options, RefuseWhatIsUnknownOrOutOfRange) {
  EXPECT_EQ(refusal({{"cuont", 1.0}}), "sampler demo has no option called 'cuont'; there are: count rate on text");
  EXPECT_EQ(refusal({{"count", 11.0}}), "sampler demo: count must be a whole number in 1..10");
  EXPECT_EQ(refusal({{"count", 1.5}}), "sampler demo: count must be a whole number in 1..10");
  EXPECT_EQ(refusal({{"rate", std::nan("")}}), "sampler demo: rate must be a number in 0..1");
  EXPECT_EQ(refusal({{"on", 1.0}}), "sampler demo: on must be true or false");
  EXPECT_EQ(refusal({{"text", 1.0}}), "sampler demo: text must be a text");
}

TEST(Files, AWriteReplacesTheWholeFileAndLeavesNothingBeside) {
  const fs::path folder = fs::path(testing::TempDir()) / "files_test";
  fs::remove_all(folder);
  make_writable_folder(folder);
  write_file(folder / "a", "long content");
  write_file(folder / "a", "short");
  EXPECT_EQ(read_file(folder / "a"), "short");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 1);
  fs::remove_all(folder);
}

TEST(Files, WhatCannotBeWrittenIsUnavailableWithTheReason) {
  try {
    write_file("/proc/no-such-folder/file", "x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
    EXPECT_NE(std::string(error.what()).find("/proc/no-such-folder/file"), std::string::npos);
  }
}

TEST(Files, AFolderThatIsAFileIsNamed) {
  const fs::path file = fs::path(testing::TempDir()) / "a_file";
  write_file(file, "x");
  EXPECT_THROW(make_writable_folder(file), Error);
  EXPECT_THROW(make_writable_folder(file / "below"), Error);
  fs::remove(file);
}

TEST(Processes, ThisOneIsAlive) { EXPECT_EQ(process_state(process_identity()), ProcessState::kAlive); }

TEST(Processes, AnEndedOneIsGoneEvenBeforeItsParentLooked) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string identity = process_identity();
    const auto written = write(pipe_ends[1], identity.data(), identity.size());
    _exit(written > 0 ? 0 : 1);
  }
  char buffer[512];
  const auto size = read(pipe_ends[0], buffer, sizeof buffer);
  ASSERT_GT(size, 0);
  const std::string identity(buffer, static_cast<std::size_t>(size));
  for (int i = 0; i < 1000 && process_state(identity) != ProcessState::kGone; ++i) usleep(1000);
  EXPECT_EQ(process_state(identity), ProcessState::kGone);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(process_state(identity), ProcessState::kGone);
}

TEST(Processes, OfAnotherHostNothingIsKnown) {
  EXPECT_EQ(process_state("some-other-host:1:1"), ProcessState::kUnknown);
  EXPECT_EQ(process_state("nonsense"), ProcessState::kUnknown);
}

TEST(Files, TheCacheFolderIsTheUsersAndARelativeOneIsIgnored) {
  const char* const variables[] = {"XDG_CACHE_HOME", "HOME"};
  std::map<std::string, std::optional<std::string>> before;
  for (const char* name : variables) before[name] = std::getenv(name) ? std::optional(std::getenv(name)) : std::nullopt;
  setenv("HOME", "/home/user", 1);
  setenv("XDG_CACHE_HOME", "/var/caches", 1);
  EXPECT_EQ(user_cache_folder(), "/var/caches/crescendo");
  setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_EQ(user_cache_folder(), "/home/user/.cache/crescendo");
  unsetenv("XDG_CACHE_HOME");
  unsetenv("HOME");
  EXPECT_EQ(user_cache_folder(), "");
  for (const auto& [name, value] : before) value ? setenv(name.c_str(), value->c_str(), 1) : unsetenv(name.c_str());
}

}  // namespace
}  // namespace crescendo
