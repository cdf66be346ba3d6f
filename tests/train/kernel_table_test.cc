#include "train/kernel_table.h"

#include <gtest/gtest.h>

#include <set>

#include "crescendo/error.h"
#include "train/kernels/dispatch.h"

namespace crescendo {
namespace {

Stage stage_of(int size, int pooled, int channels) {
  Stage stage{};
  stage.size = size;
  stage.pooled = pooled;
  stage.channels = channels;
  return stage;
}

std::string message_for(const std::string& text) {
  try {
    parse_kernel_table(text, "the file");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(KernelTable, ComesBackFromItsText) {
  KernelTable table("avx2");
  table.set({5, 3, true}, ForwardMethod::kDirect);
  table.set({7, 10, false}, ForwardMethod::kDirect);
  table.set({3, 9, false}, ForwardMethod::kWinograd2);
  EXPECT_EQ(parse_kernel_table(to_text(table), ""), table);
  EXPECT_NE(table, KernelTable("avx2"));
}

TEST(KernelTable, HasOneKindForEveryStageThatHasAChoice) {
  std::set<StageKind> met;
  for (const int size : {3, 5, 7}) {
    for (int pooled = 1; pooled <= 64; ++pooled) {
      for (const int channels : {1, 16, 17, 200}) met.insert(kind_of(stage_of(size, pooled, channels)));
    }
  }
  const auto kinds = stage_kinds();
  EXPECT_EQ(std::vector<StageKind>(met.begin(), met.end()).size(), kinds.size());
  for (const StageKind& kind : kinds) EXPECT_TRUE(met.contains(kind));
}

TEST(KernelTable, LeavesFirstStagesAndSingleTapsTheDirectWay) {
  const KernelTable table("avx512");
  Stage first = stage_of(5, 8, 3);
  first.first = true;
  EXPECT_EQ(table.forward(first), ForwardMethod::kDirect);
  EXPECT_EQ(table.forward(stage_of(1, 8, 64)), ForwardMethod::kDirect);
  EXPECT_NE(table.forward(stage_of(3, 8, 64)), ForwardMethod::kDirect);
}

TEST(KernelTable, RefusesTextThatIsNone) {
  const std::string good = to_text(KernelTable("portable"));
  EXPECT_EQ(message_for(good), "no error");
  std::string seven_with_large_tiles = good;
  seven_with_large_tiles.back() = '4';
  for (const std::string& bad : {std::string(), std::string("avx9 ") + good.substr(9), good.substr(0, good.size() - 1),
                                 good + " more", good + "2", seven_with_large_tiles, std::string("portable")}) {
    EXPECT_TRUE(message_for(bad).starts_with("the file is no table of kernels; one is a line such as '")) << bad;
  }
}

TEST(KernelTable, ChangesOnlyWhereAnotherMethodIsMoreThanFivePercentFaster) {
  const KernelTable shipped("avx2");
  for (const auto& [time, changes] : {std::pair{0.96, false}, std::pair{0.94, true}}) {
    const StageKind quick{5, 4, true};
    const KernelTable table =
        faster_kernel_table(shipped, [&, other = time](const StageKind& kind, ForwardMethod method, double) {
          return method == shipped.at(kind) ? 1.0 : kind == quick && method == ForwardMethod::kDirect ? other : 1.2;
        });
    EXPECT_EQ(table.at(quick) == ForwardMethod::kDirect, changes);
    KernelTable wanted = shipped;
    if (changes) wanted.set(quick, ForwardMethod::kDirect);
    EXPECT_EQ(table, wanted);
  }
}

TEST(KernelTable, TakesTheFastestOfSeveralThatAreFaster) {
  const KernelTable shipped("avx2");
  const KernelTable table = faster_kernel_table(shipped, [&](const StageKind&, ForwardMethod method, double) {
    return method == ForwardMethod::kWinograd2 ? 0.5 : method == ForwardMethod::kDirect ? 0.7 : 1.0;
  });
  for (const StageKind& kind : stage_kinds()) EXPECT_EQ(table.at(kind), ForwardMethod::kWinograd2);
}

TEST(KernelTable, IsMeasuredForTheInstructionSetAndKeepsToItsMethods) {
  const KernelSet& kernels = choose_kernels();
  double last = 0;
  int ticks = 0;
  const KernelTable table = timed_kernel_table(kernels, [&](double done) {
    EXPECT_GT(done, last);
    last = done;
    ++ticks;
  });
  EXPECT_EQ(last, 1);
  EXPECT_EQ(ticks, static_cast<int>(stage_kinds().size()));
  EXPECT_EQ(table.isa(), kernels.name);
  EXPECT_TRUE(runs_here(table));
  EXPECT_EQ(parse_kernel_table(to_text(table), ""), table);  // which refuses a method that a size lacks
}

}  // namespace
}  // namespace crescendo
