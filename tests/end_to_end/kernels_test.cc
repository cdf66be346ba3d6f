#include <gtest/gtest.h>

#include <set>

#include "base/files.h"
#include "tests/end_to_end/program.h"
#include "train/kernel_table.h"
#include "train/kernels/dispatch.h"

namespace crescendo::end_to_end {
namespace {

namespace fs = std::filesystem;

/// A table that nobody would measure: the direct way for everything.
std::string direct_table() {
  KernelTable table{std::string(choose_kernels().name)};
  for (const StageKind& kind : stage_kinds()) table.set(kind, ForwardMethod::kDirect);
  return to_text(table);
}

class Kernels : public testing::Test {
 protected:
  Kernels() {
    make_pictures(folder_, "photos", 20);
    folder_.write("direct.txt", direct_table() + "\n");
  }
  Ended run(const std::string& arguments) { return crescendo(arguments, folder_.path()); }
  std::string file(const std::string& name) { return read_file(folder_.path() / name); }

  picture_maker::TemporaryFolder folder_;
  const std::string tune_ = "tune --data photos --sizes 8,16 --epochs 2 --trials 6 --jobs 1 --seed 1 --quiet ";
};

TEST_F(Kernels, OfAFileStandInTheStudyAndGiveTheSameBitsAgain) {
  ASSERT_EQ(run(tune_ + "--kernels direct.txt --out a").status, 0);
  ASSERT_EQ(run(tune_ + "--kernels direct.txt --out b").status, 0);
  EXPECT_NE(file("a/study.toml").find(direct_table()), std::string::npos);
  EXPECT_NE(file("a/best.toml").find(direct_table()), std::string::npos);
  EXPECT_EQ(run("kernels --storage sqlite:///a/study.db").out, direct_table() + "\n");
  int compared = 0;
  for (const fs::directory_entry& trial : fs::directory_iterator(folder_.path() / "a/trials")) {
    const fs::path weights = trial.path() / "weights.bin";
    if (!fs::exists(weights)) continue;
    EXPECT_EQ(read_file(weights), file((fs::path("b/trials") / trial.path().filename() / "weights.bin").string()));
    ++compared;
  }
  EXPECT_GT(compared, 0);
}

TEST_F(Kernels, AreThoseThatAStudyBeganWith) {
  ASSERT_EQ(run(tune_ + "--kernels direct.txt --out a").status, 0);
  ASSERT_EQ(run("tune --data photos --sizes 8,16 --epochs 2 --trials 8 --jobs 1 --seed 1 --quiet --out a").status, 0);
  EXPECT_EQ(run("kernels --storage sqlite:///a/study.db").out, direct_table() + "\n");
  folder_.write("other.txt", run("kernels --shipped").out);
  const Ended other = run(tune_ + "--kernels other.txt --out a");
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.err.find("a holds another search: its objective's kernels is"), std::string::npos) << other.err;
}

TEST_F(Kernels, ThatAreNoneAreRefusedWithASentence) {
  folder_.write("bad.txt", "avx512 fast");
  const Ended bad = run(tune_ + "--kernels bad.txt --out a");
  EXPECT_EQ(bad.status, 2);
  EXPECT_TRUE(bad.err.starts_with("crescendo: bad.txt is no table of kernels; one is a line such as")) << bad.err;
  EXPECT_EQ(run(tune_ + "--kernels missing.txt --out a").status, 2);
}

}  // namespace
}  // namespace crescendo::end_to_end
