#include "search/kernel_choice.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/processor.h"
#include "crescendo/error.h"
#include "tests/images/picture_maker.h"
#include "train/kernels/dispatch.h"

namespace crescendo {
namespace {

class KernelChoice : public testing::Test {
 protected:
  /// How often the clock was asked, and what came out.
  std::pair<int, KernelTable> choose() {
    int ticks = 0;
    const auto choice = kernels_of_this_processor(cache_, [&](double) { ++ticks; });
    EXPECT_EQ(choice.not_kept, "");
    return {ticks, choice.table};
  }

  picture_maker::TemporaryFolder folder_;
  std::filesystem::path cache_ = folder_.path() / "deep" / "cache";
};

TEST_F(KernelChoice, IsMeasuredOnceForAProcessor) {
  if (processor_name() == "unknown") GTEST_SKIP() << "nothing is kept for a processor without a name";
  const auto [measured, table] = choose();
  EXPECT_GT(measured, 0);
  EXPECT_EQ(choose(), std::pair(0, table));
}

TEST_F(KernelChoice, IsReadFromTheCacheEvenWhereItWouldNotBeMeasuredSo) {
  if (processor_name() == "unknown") GTEST_SKIP() << "nothing is kept for a processor without a name";
  const KernelTable table = choose().second;
  KernelTable other = table;
  other.set({7, 10, true}, ForwardMethod::kDirect);
  ASSERT_NE(other, table);
  std::string lines = read_file(cache_ / "kernels.txt");
  const std::size_t at = lines.rfind(to_text(table));
  ASSERT_NE(at, std::string::npos);
  write_file(cache_ / "kernels.txt", lines.replace(at, to_text(table).size(), to_text(other)));
  EXPECT_EQ(choose(), std::pair(0, other));
}

TEST_F(KernelChoice, IsMeasuredAgainWhereTheCacheWasSpoilt) {
  choose();
  std::string lines = read_file(cache_ / "kernels.txt");
  write_file(cache_ / "kernels.txt", lines.substr(0, lines.size() - 3) + "\n");
  EXPECT_GT(choose().first, 0);
}

TEST_F(KernelChoice, SaysWhyItCouldNotBeKept) {
  folder_.write("a_file", "");
  const auto choice = kernels_of_this_processor(folder_.path() / "a_file", {});
  EXPECT_NE(choice.not_kept, "");
  EXPECT_EQ(choice.table.isa(), choose_kernels().name);
  EXPECT_NE(kernels_of_this_processor({}, {}).not_kept, "");
}

TEST_F(KernelChoice, OfAFileMustRunHere) {
  folder_.write("good.txt", to_text(KernelTable("portable")));
  EXPECT_EQ(read_kernel_table(folder_.path() / "good.txt"), KernelTable("portable"));
  EXPECT_THROW(read_kernel_table(folder_.path() / "missing.txt"), Error);
}

}  // namespace
}  // namespace crescendo
