// What cannot be done is refused with one sentence.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "tests/end_to_end/program.h"

namespace crescendo::end_to_end {
namespace {

namespace fs = std::filesystem;

struct BadCase {
  std::string name, arguments, sentence;
  friend std::ostream& operator<<(std::ostream& out, const BadCase& bad) { return out << bad.arguments; }
};

class BadInput : public testing::TestWithParam<BadCase> {
 protected:
  BadInput() { make_pictures(folder_, "photos", 40); }

  fs::path path(const std::string& name) const { return folder_.path() / name; }

  picture_maker::TemporaryFolder folder_;
};

TEST_P(BadInput, GetsItsOneSentenceAndStatus2) {
  fs::create_directories(path("empty_class/a"));
  fs::create_directories(path("empty_class/b"));
  fs::copy(path("photos/blob"), path("empty_class/a"), fs::copy_options::recursive);
  fs::create_directories(path("one_class"));
  fs::copy(path("photos/blob"), path("one_class/a"), fs::copy_options::recursive);
  fs::create_directories(path("nothing"));
  write_file(path("a_file"), "x");
  write_file(path("bad.toml"), "name = [\n");
  write_file(path("typo.toml"), "[point]\nlearning_rat = 0.1\n");
  const std::string whole = "[point]\nlearning_rate = 0.01\nfilters_1 = 8\n";
  write_file(path("even.toml"), whole + "batch_size = 8\nconv_layers = 1\nfilter_size_1 = 4\n");
  write_file(path("plain.toml"), whole + "batch_size = 8\nconv_layers = 1\nfilter_size_1 = 3\n");
  write_file(path("optimiser.toml"), whole + "optimiser = \"adagrad\"\n");
  write_file(path("negative.toml"), whole + "batch_size = -1\nconv_layers = 1\nfilter_size_1 = 3\n");
  const std::string sound = whole + "batch_size = 8\nconv_layers = 1\nfilter_size_1 = 3\n";
  write_file(path("whole.toml"), sound);
  write_file(path("stretched.toml"), sound + "[training]\nfit = \"stretch\"\n");
  write_file(path("incomplete.toml"), whole + "batch_size = 8\nconv_layers = 2\nfilter_size_1 = 3\n");
  fs::create_directories(path("a_search"));
  write_file(path("a_search/study.db"), "");
  fs::create_directories(path("foreign"));
  ASSERT_EQ(std::system(("sqlite3 '" + path("foreign/study.db").string() + "' 'CREATE TABLE theirs (x)'").c_str()), 0);
  const Ended run = crescendo(GetParam().arguments, folder_.path());
  EXPECT_EQ(run.status, 2) << run.out << run.err;
  EXPECT_NE(run.err.find(GetParam().sentence), std::string::npos) << run.err;
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  EXPECT_TRUE(run.err.starts_with("crescendo: ")) << run.err;
}

INSTANTIATE_TEST_SUITE_P(
    All, BadInput,
    testing::Values(
        BadCase{"MissingFolder", "tune --data nowhere --trials 3", "nowhere"},
        BadCase{"EmptyClass", "tune --data empty_class --trials 3", "b"},
        BadCase{"OneClass", "tune --data one_class --trials 3", "only the class 'a'"},
        BadCase{"NoClasses", "tune --data nothing --trials 3", "nothing"},
        BadCase{"AFile", "tune --data a_file --trials 3", "a_file"},
        BadCase{"SizesNotIncreasing", "tune --data photos --sizes 16,8 --trials 3",
                "the sizes must increase, but 8 px comes after 16 px"},
        BadCase{"SizeTooLarge", "tune --data photos --sizes 8,32 --trials 3",
                "a size of 32 px is above the pictures' median shorter side; give sizes up to 16 px"},
        BadCase{"SizesNoNumbers", "tune --data photos --sizes 8,x --trials 3", "--sizes must be sizes in pixels"},
        BadCase{"UnknownSampler", "tune --data photos --sampler tpee --trials 3",
                "no sampler called 'tpee'; there are: random grid quasi tpe smac genetic differential cmaes swarm "
                "reinforce gp"},
        BadCase{"UnknownSchedule", "tune --data photos --schedule steep --trials 3",
                "no schedule called 'steep'; there are: flat ramp"},
        BadCase{"LadderOfSomethingElse", "tune --data photos --ladder part=1,2",
                "the ladder's 'part' is nothing that a rung of pictures has; there are: image_side epochs data_share"},
        BadCase{"LadderAndSizes", "tune --data photos --ladder image_side=8,16 --sizes 8,16",
                "--sizes and the ladder's image_side both say the sizes; leave one out"},
        BadCase{"LadderAndEpochs", "tune --data photos --ladder epochs=1,3 --epochs 3",
                "--epochs and the ladder's epochs both say the epochs; leave one out"},
        BadCase{"LadderBesideSizes", "tune --data photos --ladder epochs=1,3 --sizes 8,16",
                "beside --ladder, --sizes is one size; give those of the rungs with --ladder image_side=32,64,64"},
        BadCase{"LadderOfHalfEpochs", "tune --data photos --ladder epochs=1,2.5",
                "rung 2: epochs must be a whole number in 1..1000000 for the CNN"},
        BadCase{"LadderTooLarge", "tune --data photos --ladder image_side=16,32",
                "a size of 32 px is above the pictures' median shorter side; give sizes up to 16 px"},
        BadCase{"UnknownFit", "tune --data photos --fit stretch --trials 3",
                "no fit called 'stretch'; there are: crop pad"},
        BadCase{"UnknownFitToTrain", "train --point whole.toml --data photos --fit stretch --size 8",
                "no fit called 'stretch'; there are: crop pad"},
        BadCase{"UnknownFitOfAPoint", "train --point stretched.toml --data photos --size 8",
                "no fit called 'stretch'; there are: crop pad"},
        BadCase{"FitBesideAStudysFile", "tune --study-file bad.toml --fit pad",
                "fit, epochs, share, classes, fold, frames, colour, augmentation and class weights stand in"},
        BadCase{"UnwritableOut", "tune --data photos --trials 3 --out /proc/no/out", "/proc/no/out"},
        BadCase{"OutIsAFile", "tune --data photos --trials 3 --out a_file", "a_file"},
        BadCase{"NoTrials", "tune --data photos --trials 0", "--trials"},
        BadCase{"BadTime", "tune --data photos --time soon", "--time must be a time such as"},
        BadCase{"NoData", "tune --trials 3", "give the folder of pictures with --data FOLDER"},
        BadCase{"BadToml", "tune --study-file bad.toml", "bad.toml, line"},
        BadCase{"UnknownParameter", "train --point typo.toml --data photos", "the CNN has no parameter 'learning_rat'"},
        BadCase{"NoStorage", "trials --storage sqlite:///none.db", "there is no database none.db"},
        BadCase{"BadStorage", "trials --storage none.db", "'none.db' names no storage"},
        BadCase{"UnknownOption", "tune --date photos", "--date"}, BadCase{"NoCommand", "", "subcommand"},
        BadCase{"UnknownCommand", "tuna",
                "no command called 'tuna'; there are: tune trials status best importance report snapshot plot train "
                "predict kernels ask tell "
                "enqueue replay "
                "experiment list"},
        BadCase{"EmptyOut", "tune --data photos --trials 3 --out ''", "--out"},
        BadCase{"EvenFilter", "train --point even.toml --data photos", "it takes 1, 3, 5 and 7"},
        BadCase{"NegativeBatch", "train --point negative.toml --data photos", "it takes 1 to 65536"},
        BadCase{"IncompletePoint", "train --point incomplete.toml --data photos", "the point lacks 'filters_2'"},
        BadCase{"UnknownOptimiser", "train --point optimiser.toml --data photos",
                "parameter 'optimiser' may be adagrad, which the CNN cannot use; it takes sgd, adam"},
        BadCase{"CheckpointOfSeveral", "train --point plain.toml --data photos --repeats 2 --checkpoint c",
                "--checkpoint keeps one training; leave out --repeats, or the checkpoint"},
        BadCase{"AugmentBesideAStudysFile", "tune --study-file bad.toml --augment", "stand in the file"},
        BadCase{"ForeignDatabase", "tune --data photos --trials 3 --out foreign", "belongs to another program"},
        BadCase{"DryRunOverASearch", "tune --data photos --trials 3 --out a_search --dry-run",
                "holds a search already"}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace crescendo::end_to_end
