#include "train/onnx_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/files.h"
#include "base/protobuf.h"
#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "train/network_file.h"

namespace crescendo {
namespace {

TrainedNetwork network_of(NetworkShape shape) {
  TrainedNetwork network;
  network.shape = std::move(shape);
  for (int c = 0; c < network.shape.classes; ++c) network.classes.push_back("class \"" + std::to_string(c) + "\" ü");
  network.normalisation.mean = {120.25f, 0.1f, 3e-7f};
  network.normalisation.scale = {0.0135f, 1.0f / 3, 2};
  for (int c = network.shape.channels; c < 3; ++c) {
    network.normalisation.mean[c] = Normalisation{}.mean[c];
    network.normalisation.scale[c] = Normalisation{}.scale[c];
  }
  Rng rng(1);
  network.weights.resize(parameter_count(network.shape));
  for (float& weight : network.weights) weight = static_cast<float>(rng.normal());
  return network;
}

TrainedNetwork colour_network() { return network_of({3, 16, {{5, 3}, {6, 5}}, {7}, 2}); }

std::string message_for(const std::string& bytes) {
  try {
    parse_onnx(bytes, "model.onnx");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    const std::string message = error.what(), start = "model.onnx is not an ONNX model that this program wrote: ";
    EXPECT_EQ(message.substr(0, start.size()), start);
    return message.substr(start.size());
  }
  return "no error";
}

// The model's bytes with one text in place of another, at every occurrence; both are of one length.
std::string with(std::string bytes, std::string_view before, std::string_view after) {
  EXPECT_EQ(before.size(), after.size());
  EXPECT_NE(bytes.find(before), std::string::npos) << before;
  for (std::size_t at = 0; (at = bytes.find(before, at)) != std::string::npos;) bytes.replace(at, after.size(), after);
  return bytes;
}

TEST(OnnxFile, ComesBackBitForBit) {
  const NetworkShape shapes[] = {{3, 16, {{5, 3}, {6, 5}}, {7}, 2},
                                 {1, 9, {{2, 1}}, {}, 3},
                                 {1, 75, {{2, 7}, {3, 1}, {1, 5}}, {4, 300}, 12},
                                 {3, 8, {{3, 3}, {2, 3}}, {5}, 2, true},
                                 {3, 28, {{3, 3}, {2, 3}}, {5}, 2, true, 0, 3},
                                 {1, 16, {{2, 1}}, {}, 3, false, 0, 4},
                                 {1, 16, {{2, 1}}, {7, 4}, 3, false, 0, 1}};
  for (const NetworkShape& shape : shapes) {
    const TrainedNetwork network = network_of(shape);
    const TrainedNetwork back = parse_onnx(to_onnx(network), "it");
    EXPECT_EQ(back.shape.channels, shape.channels);
    EXPECT_EQ(back.shape.side_px, shape.side_px);
    ASSERT_EQ(back.shape.conv.size(), shape.conv.size());
    for (std::size_t i = 0; i < shape.conv.size(); ++i) {
      EXPECT_EQ(back.shape.conv[i].filters, shape.conv[i].filters);
      EXPECT_EQ(back.shape.conv[i].size, shape.conv[i].size);
    }
    EXPECT_EQ(back.shape.dense, shape.dense);
    EXPECT_EQ(back.shape.classes, shape.classes);
    EXPECT_EQ(back.shape.batch_norm, shape.batch_norm);
    EXPECT_EQ(back.shape.dense_side, shape.dense_side);
    EXPECT_EQ(back.classes, network.classes);
    EXPECT_EQ(back.normalisation.mean, network.normalisation.mean);
    EXPECT_EQ(back.normalisation.scale, network.normalisation.scale);
    EXPECT_EQ(back.weights, network.weights);
  }
}

TEST(OnnxFile, EveryNormalisationComesBackBitForBitFromTheFieldsConvention) {
  Rng rng(2);
  TrainedNetwork network = colour_network();
  for (int i = 0; i < 2000; ++i) {
    for (int c = 0; c < 3; ++c) {
      network.normalisation.mean[c] = static_cast<float>(255 * rng.uniform());
      network.normalisation.scale[c] = static_cast<float>(1 / (1e-3 + 128 * rng.uniform()));
    }
    const Normalisation back = parse_onnx(to_onnx(network), "it").normalisation;
    ASSERT_EQ(back.mean, network.normalisation.mean);
    ASSERT_EQ(back.scale, network.normalisation.scale);
  }
}

TEST(OnnxFile, DropoutLeavesNoTrace) {
  TrainedNetwork network = colour_network();
  const std::string plain = to_onnx(network);
  network.shape.dropout = 0.5;
  EXPECT_EQ(to_onnx(network), plain);
}

TEST(OnnxFile, ADenseSideThatAveragesNothingLeavesNoTrace) {
  TrainedNetwork network = colour_network();
  const std::string plain = to_onnx(network);
  network.shape.dense_side = 4;
  EXPECT_EQ(to_onnx(network), plain);
}

TEST(OnnxFile, OtherSharesOfTheAveragesAreAnotherGraph) {
  const std::string whole = to_onnx(network_of({1, 14, {{2, 1}}, {}, 3, false, 0, 2}));  // 7: shares of 1/4
  const float quarter = 0.25f, half = 0.5f;
  const auto bytes = [](const float& value) { return std::string_view(reinterpret_cast<const char*>(&value), 4); };
  EXPECT_EQ(message_for(whole), "no error");
  EXPECT_EQ(message_for(with(whole, bytes(quarter), bytes(half))), "its graph is another");
}

TEST(OnnxFile, AClassNamedInAnotherEncodingIsWrittenAllTheSame) {
  TrainedNetwork network = colour_network();
  network.classes[0] =
      "Stra\xdf"
      "e";
  EXPECT_EQ(parse_onnx(to_onnx(network), "it").classes[0], "Stra\uFFFDe");
}

TEST(OnnxFile, TruncatedAnywhereIsAnError) {
  const std::string whole = to_onnx(colour_network());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    ASSERT_NE(message_for(whole.substr(0, length)), "no error") << length;
  }
}

TEST(OnnxFile, AnotherGraphIsNotReadAsASimilarOne) {
  const std::string whole = to_onnx(colour_network());
  EXPECT_EQ(message_for(whole), "no error");
  EXPECT_EQ(message_for(with(whole, "Relu", "Tanh")), "its graph is another");
  EXPECT_EQ(message_for(with(whole, "MaxPool", "MinPool")), "its graph is another");
  EXPECT_EQ(message_for(with(whole, "transB", "transA")), "its graph is another");
  EXPECT_EQ(message_for(with(whole, "dense1.relu", "dense1.gelu")), "its graph is another");
  EXPECT_EQ(message_for(with(whole, "crescendo", "pytorch 1")), "its producer is 'pytorch 1'");
  const std::string function = ProtobufWriter().bytes(25, "function").message();
  EXPECT_EQ(message_for(whole + function), "it holds an unknown field 25");
  EXPECT_EQ(message_for(whole + ProtobufWriter().bytes(8, "").message()), "it needs two operator sets");
}

TEST(OnnxFile, WhatAPersonMayAddIsNoReasonToRefuse) {
  const std::string entry = ProtobufWriter().bytes(1, "author").bytes(2, "me").message();
  const std::string added = ProtobufWriter().bytes(6, "a description").bytes(14, entry).message();
  EXPECT_EQ(message_for(to_onnx(colour_network()) + added), "no error");
}

TEST(OnnxFile, MetadataThatDoNotBelongToTheGraphAreErrors) {
  const std::string whole = to_onnx(colour_network());
  const auto changed = [&](std::string_view key, std::string_view value) {
    return message_for(whole + ProtobufWriter()
                                   .bytes(14, ProtobufWriter().bytes(1, key).bytes(2, value).message())
                                   .message());  // the later entry counts
  };
  EXPECT_EQ(changed("image_side", "16"), "no error");
  EXPECT_EQ(changed("image_side", "17"), "its graph is another");
  EXPECT_EQ(changed("image_side", "16px"), "its metadata have a 'image_side' that is no whole number");
  EXPECT_EQ(changed("image_side", "100000"), "a network cannot have a picture side of 100000; accepted are 4 to 8192");
  EXPECT_EQ(changed("channels", "1"), "its 'channels' are not those of its graph");
  EXPECT_EQ(changed("classes", R"(["a"])"), "its metadata have 1 values of 'classes' where the graph wants 2");
  EXPECT_EQ(changed("classes", "[1,2]"), "its metadata have a 'classes' that is no list of what belongs there");
  EXPECT_EQ(changed("classes", "["), "its 'classes' is not JSON: it breaks at byte 2");
  EXPECT_EQ(changed("std", "[1,1,0]"), "its metadata have a 'mean' or 'std' that no pictures have");
  EXPECT_EQ(changed("mean", "[1,1,1e300]"), "its metadata have a 'mean' or 'std' that no pictures have");
  EXPECT_EQ(changed("fit", "stretch"), "no fit called 'stretch'; there are: crop pad");
  EXPECT_EQ(changed("format_version", "2"), "its format_version is '2', this program reads 1");
  EXPECT_EQ(message_for(with(whole, "image_side", "image_size")), "its metadata have no 'image_side'");
}

class NetworkFile : public testing::Test {
 protected:
  NetworkFile() : file_(std::filesystem::temp_directory_path() / ("crescendo-network-" + std::to_string(getpid()))) {}
  ~NetworkFile() override { std::filesystem::remove(file_); }

  std::filesystem::path file_;
};

TEST_F(NetworkFile, IsToldByItsFirstBytes) {
  const TrainedNetwork network = colour_network();
  save_onnx(file_, network);
  EXPECT_EQ(load_network(file_).weights, network.weights);
  save_weights(file_, network);
  EXPECT_EQ(load_network(file_).weights, network.weights);
}

TEST_F(NetworkFile, OfAnotherKindIsAnErrorThatSaysWhatIsRead) {
  write_file(file_, "\x89PNG");
  try {
    load_network(file_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    EXPECT_EQ(error.what(),
              file_.string() + " is no trained network; weights.bin and the ONNX models of 'train --onnx' are read");
  }
}

}  // namespace
}  // namespace crescendo
