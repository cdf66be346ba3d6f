#include "train/weights_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "crescendo/error.h"
#include "train/initial_weights.h"

namespace crescendo {
namespace {

class WeightsFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("crescendo-weights-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    file_ = folder_ / "best.crsw";
    network_.shape = {3, 16, {{5, 3}, {6, 5}}, {7}, 2};
    network_.classes = {"cat \"tabby\"", "Hündin"};
    network_.normalisation = {{120.25f, 0.1f, 3e-7f}, {0.0135f, 1.0f / 3, 2}};
    network_.fit = Fit::kPad;
    network_.weights = initial_weights(network_.shape, 1);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string content() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string message_for(const std::string& bytes) const {
    std::ofstream(file_, std::ios::binary) << bytes;
    try {
      load_weights(file_);
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kBadInput);
      return e.what();
    }
    return "no error";
  }

  std::filesystem::path folder_, file_;
  TrainedNetwork network_;
};

TEST_F(WeightsFile, ComesBackBitForBit) {
  save_weights(file_, network_);
  const TrainedNetwork back = load_weights(file_);
  EXPECT_EQ(back.shape.channels, 3);
  EXPECT_EQ(back.shape.side_px, 16);
  ASSERT_EQ(back.shape.conv.size(), 2u);
  EXPECT_EQ(back.shape.conv[1].filters, 6);
  EXPECT_EQ(back.shape.conv[1].size, 5);
  EXPECT_EQ(back.shape.dense, network_.shape.dense);
  EXPECT_EQ(back.classes, network_.classes);
  EXPECT_EQ(back.normalisation.mean, network_.normalisation.mean);
  EXPECT_EQ(back.normalisation.scale, network_.normalisation.scale);
  EXPECT_EQ(back.fit, Fit::kPad);
  EXPECT_EQ(back.weights, network_.weights);
}

TEST_F(WeightsFile, WithoutAFitIsOfCroppedPictures) {
  save_weights(file_, network_);
  std::string whole = content();
  const std::string field = "\"fit\":\"pad\"", other = "\"fat\":\"pad\"", unknown = "\"fit\":\"bad\"";
  const std::size_t at = whole.find(field);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(message_for(whole.replace(at, field.size(), other)), "no error");
  EXPECT_EQ(load_weights(file_).fit, Fit::kCrop);
  EXPECT_NE(message_for(whole.replace(at, field.size(), unknown)).find("no fit called 'bad'"), std::string::npos);
}

TEST_F(WeightsFile, ANetworkWithNormalisationAndDropoutComesBack) {
  network_.shape.batch_norm = true;
  network_.shape.dropout = 0.25;
  network_.shape.dense_side = 2;
  network_.weights = initial_weights(network_.shape, 1);
  save_weights(file_, network_);
  const TrainedNetwork back = load_weights(file_);
  EXPECT_TRUE(back.shape.batch_norm);
  EXPECT_EQ(back.shape.dropout, 0.25);
  EXPECT_EQ(back.shape.dense_side, 2);
  EXPECT_EQ(back.weights, network_.weights);
}

TEST_F(WeightsFile, AFileOfBeforeNormalisationDropoutAndAveragesIsRead) {
  save_weights(file_, network_);
  std::string whole = content();
  const std::string later = ",\"batch_norm\":false,\"dropout\":0.0,\"dense_side\":0";
  const std::size_t at = whole.find(later);
  ASSERT_NE(at, std::string::npos);
  whole.erase(at, later.size());
  whole[8] = static_cast<char>(whole[8] - later.size());  // the header's length; its lowest byte is large enough
  ASSERT_EQ(message_for(whole), "no error");
  EXPECT_EQ(load_weights(file_).weights, network_.weights);
}

TEST_F(WeightsFile, LeavesNoTemporaryFileBehind) {
  save_weights(file_, network_);
  save_weights(file_, network_);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(WeightsFile, TruncatedAnywhereIsAnErrorNamingFileAndOffset) {
  save_weights(file_, network_);
  const std::string whole = content();
  for (std::size_t length = 0; length < whole.size(); length += length < 300 ? 11 : 509) {
    const std::string message = message_for(whole.substr(0, length));
    EXPECT_NE(message.find(file_.string()), std::string::npos) << message;
    EXPECT_NE(message.find("at byte "), std::string::npos) << message;
  }
  EXPECT_NE(message_for(whole.substr(0, whole.size() - 1)).find("ends within the weights"), std::string::npos);
}

TEST_F(WeightsFile, ForeignFilesAreErrors) {
  save_weights(file_, network_);
  std::string whole = content();
  EXPECT_NE(message_for("PNG" + whole).find("does not begin with CRSW"), std::string::npos);
  EXPECT_NE(message_for(whole + "x").find("1 bytes behind the weights"), std::string::npos);
  std::string later = whole;
  later[4] = 2;
  EXPECT_NE(message_for(later).find("version 2"), std::string::npos);
  std::string long_header = whole;
  long_header[11] = 0x7f;
  EXPECT_NE(message_for(long_header).find("claims a header"), std::string::npos);
  std::string broken = whole;
  broken[12] = '[';
  EXPECT_NE(message_for(broken).find("broken header"), std::string::npos);
  std::string impossible = whole;
  impossible.replace(impossible.find("\"size\":5"), 8, "\"size\":4");
  EXPECT_NE(message_for(impossible).find("impossible network"), std::string::npos);
}

TEST_F(WeightsFile, AMissingFileIsNotFound) {
  try {
    load_weights(folder_ / "none");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kNotFound);
  }
}

}  // namespace
}  // namespace crescendo
