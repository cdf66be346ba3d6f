#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "tests/end_to_end/program.h"

namespace crescendo::end_to_end {
namespace {

namespace fs = std::filesystem;

// Wide pictures whose class shows at the two ends alone: their centre squares are noise.
class Fitted : public testing::Test {
 protected:
  Fitted() {
    Rng rng(7);
    for (const std::string side : {"left", "right"}) {
      for (int i = 0; i < 60; ++i) {
        const Picture picture = picture_maker::picture_of(36, 12, 1, [&](int x, int, int) {
          const bool bright = side == "left" ? x < 12 : x >= 24;
          return (bright ? 150 : 0) + static_cast<int>(rng.below(100));
        });
        folder_.write("wide/" + side + "/" + std::to_string(i) + ".png", picture_maker::png_bytes(picture));
      }
    }
  }

  Ended crescendo(const std::string& arguments) const { return end_to_end::crescendo(arguments, folder_.path()); }
  Json json(const std::string& arguments) const {
    const Ended run = crescendo(arguments);
    EXPECT_EQ(run.status, 0) << run.err;
    return parse_json(run.out, arguments);
  }
  fs::path path(const std::string& name) const { return folder_.path() / name; }
  bool holds(const std::string& file, const std::string& text) const {
    return read_file(path(file)).find(text) != std::string::npos;
  }

  picture_maker::TemporaryFolder folder_;
};

const std::string kSearch = "tune --data wide --sizes 12 --epochs 8 --jobs 1 --seed 1 --trials 6 ";

TEST_F(Fitted, APaddedSearchSeesWhatCroppingCutsOffInTheTestPicturesToo) {
  const Json padded = json(kSearch + "--fit pad --out padded --json")["best"];
  EXPECT_LE(padded["loss"].get<double>(), 0.1);
  EXPECT_LE(padded["test_error"].get<double>(), 0.1);
  // 24 test pictures that show nothing: the chance to guess four in five of them is below 0.2 %.
  const Json cropped = json(kSearch + "--out cropped --json")["best"];
  EXPECT_GE(cropped["test_error"].get<double>(), 0.2);
}

TEST_F(Fitted, BestAndTrainKeepTheFitOfTheStudy) {
  ASSERT_EQ(crescendo(kSearch + "--fit pad --out out").status, 0);
  EXPECT_TRUE(holds("out/study.toml", "fit = \"pad\""));
  EXPECT_TRUE(holds("out/best.toml", "fit = \"pad\""));
  const Json trained = json("train --point out/best.toml --data wide --epochs 8 --save pad.bin --json");
  EXPECT_LE(trained["test_error"]["mean"].get<double>(), 0.1);
  EXPECT_TRUE(holds("pad.bin", "\"fit\":\"pad\""));
  const Json other = json("train --point out/best.toml --data wide --epochs 8 --fit crop --save crop.bin --json");
  EXPECT_GE(other["test_error"]["mean"].get<double>(), 0.2);
  EXPECT_TRUE(holds("crop.bin", "\"fit\":\"crop\""));
  bool weights_found = false;
  for (const auto& entry : fs::recursive_directory_iterator(path("out/trials"))) {
    if (entry.path().filename() != "weights.bin") continue;
    weights_found = true;
    EXPECT_TRUE(holds(fs::relative(entry.path(), folder_.path()).string(), "\"fit\":\"pad\"")) << entry.path();
  }
  EXPECT_TRUE(weights_found);
}

TEST_F(Fitted, AStudyGoesOnWithItsOwnFitOnly) {
  const Json first = json(kSearch + "--fit pad --out out --json");
  EXPECT_EQ(json(kSearch + "--fit pad --out out --json")["best"], first["best"]);
  for (const std::string fit : {"", "--fit crop "}) {
    const Ended refused = crescendo(kSearch + fit + "--out out");
    EXPECT_EQ(refused.status, 2);
    EXPECT_EQ(
        refused.err,
        "crescendo: out holds another search: its objective's fit is \"pad\", now \"crop\" is asked for; use the same "
        "options, or another --out\n");
  }
}

TEST_F(Fitted, AStudysFileHoldsTheFit) {
  ASSERT_EQ(crescendo(kSearch + "--fit pad --dry-run --out plan").status, 0);
  EXPECT_LE(json("tune --study-file plan/study.toml --out out --jobs 1 --json")["best"]["test_error"].get<double>(),
            0.1);
  EXPECT_TRUE(holds("out/best.toml", "fit = \"pad\""));
}

}  // namespace
}  // namespace crescendo::end_to_end
