#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/files.h"
#include "base/json.h"
#include "images/rescale.h"
#include "tests/end_to_end/program.h"
#include "tests/train/pictures.h"
#include "train/arena.h"
#include "train/backends.h"
#include "train/onnx_file.h"

// What onnxruntime makes of our models, given the raw pixels and nothing but the models' own metadata.
namespace crescendo::end_to_end {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFashion = "/usr/share/datasets/fashion-mnist";

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

struct Answers {
  std::vector<std::string> classes;
  std::vector<std::vector<double>> probabilities;
  std::vector<std::vector<double>> plain;  // of the first pictures, by numpy from the plain weights
};

class Onnx : public testing::Test {
 protected:
  Ended crescendo(const std::string& arguments) const { return end_to_end::crescendo(arguments, folder_.path()); }
  Json json(const std::string& arguments) const {
    const Ended run = crescendo(arguments);
    EXPECT_EQ(run.status, 0) << run.err;
    return parse_json(run.out, arguments);
  }
  fs::path path(const std::string& name) const { return folder_.path() / name; }

  /// Throws Error (unavailable) with what Python said when it fails.
  Answers onnxruntime(const std::string& model, const std::vector<std::uint8_t>& pixels,
                      const std::string& more = "") const {
    if (!fs::exists(CRESCENDO_TEST_PYTHON)) {
      unavailable("there is no onnxruntime in build/test-venv; 'tools/setup test' installs it");
    }
    write_file(path("pixels"), bytes_of(pixels));
    const std::string script = CRESCENDO_SOURCE_DIR "/tests/end_to_end/run_onnx.py";
    const std::string command = "cd '" + folder_.path().string() + "' && '" CRESCENDO_TEST_PYTHON "' '" + script +
                                "' " + model + " pixels " + more + " > answers.json 2> errors";
    if (std::system(command.c_str()) != 0) unavailable("run_onnx.py failed: " + read_file(path("errors")));
    const Json json = parse_json(read_file(path("answers.json")), "its answer");
    Answers answers;
    json.at("classes").get_to(answers.classes);
    json.at("probabilities").get_to(answers.probabilities);
    if (json.contains("plain")) json.at("plain").get_to(answers.plain);
    return answers;
  }

  picture_maker::TemporaryFolder folder_;
};

double largest_difference(const std::vector<std::vector<double>>& a, const std::vector<std::vector<double>>& b,
                          std::size_t count) {
  double largest = 0;
  for (std::size_t n = 0; n < count; ++n) {
    for (std::size_t c = 0; c < a[n].size(); ++c) largest = std::max(largest, std::abs(a[n][c] - b[n][c]));
  }
  return largest;
}

// Of the class whose probability differs most from picture to picture.
double widest_range(const std::vector<std::vector<double>>& probabilities) {
  double widest = 0;
  for (std::size_t c = 0; c < probabilities[0].size(); ++c) {
    double least = 1, most = 0;
    for (const auto& row : probabilities) {
      least = std::min(least, row[c]);
      most = std::max(most, row[c]);
    }
    widest = std::max(widest, most - least);
  }
  return widest;
}

double equal_share(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  EXPECT_EQ(a.size(), b.size());
  std::size_t equal = 0;
  for (std::size_t n = 0; n < a.size(); ++n) equal += a[n] == b[n];
  return static_cast<double>(equal) / static_cast<double>(a.size());
}

// What `predict --json` says, in the form of the other side's answers.
Answers answers_of(const Json& predictions) {
  Answers answers;
  for (const Json& one : predictions) {
    answers.classes.push_back(one["class"]);
    std::vector<double>& row = answers.probabilities.emplace_back();
    for (const auto& [name, probability] : one["probabilities"].items()) row.push_back(probability);
  }
  return answers;
}

void expect_the_same(const Answers& theirs, const Answers& ours) {
  ASSERT_GE(ours.classes.size(), 1000u);
  EXPECT_GE(equal_share(theirs.classes, ours.classes), 0.999);
  EXPECT_LT(largest_difference(theirs.probabilities, ours.probabilities, ours.classes.size()), 1e-4);
  EXPECT_GT(widest_range(ours.probabilities), 0.1) << "the pictures are too alike to tell two networks apart";
}

TEST_F(Onnx, FashionMnistsTestPicturesHaveTheSameClassInOnnxruntime) {
  ASSERT_TRUE(fs::exists(kFashion)) << "there is no " << kFashion << "; 'tools/setup test' installs it";
  write_file(path("point.toml"),
             "[point]\nlearning_rate = 0.02\nbatch_size = 32\nconv_layers = 2\nfilters_1 = 16\nfilter_size_1 = 5\n"
             "filters_2 = 23\nfilter_size_2 = 3\nfc_layers = 1\nunits_1 = 50\nuse_l1 = false\nuse_l2 = false\n");
  const Json trained = json("train --point point.toml --data " + std::string(kFashion) +
                            " --size 28 --share 0.1 --epochs 3 --onnx model.onnx --save weights.bin --json");

  const auto data = open_data_set(kFashion, {});
  const std::array part = {Part::kTest};
  const std::array side = {28};
  LoadReport report;
  const ImageSet test = std::move(load_images(*data, part, side, 1, {}, report).front());
  for (std::size_t n = 0; n < test.size(); ++n) {
    const Picture picture{28, 28, 1, {test.picture(n), test.picture(n) + test.picture_bytes()}};
    folder_.write("pictures/" + std::to_string(100'000 + n) + ".png", picture_maker::png_bytes(picture));
  }
  const Answers ours = answers_of(json("predict model.onnx pictures --json"));
  expect_the_same(onnxruntime("model.onnx", test.pixels), ours);
  EXPECT_EQ(answers_of(json("predict weights.bin pictures --json")).probabilities, ours.probabilities);

  // And it is the network that was judged.
  std::vector<std::string> truth;
  for (const int label : test.labels) truth.push_back(test.classes[label]);
  EXPECT_NEAR(1 - equal_share(truth, ours.classes), trained["test_error"]["mean"].get<double>(), 1e-12);
}

// Three kinds of stripes, each in any colour, 40 x 30 pixels.
Picture colour_picture(int kind, Rng& rng) {
  const int phase = static_cast<int>(rng.below(8));
  const int tint[3] = {static_cast<int>(rng.below(100)), static_cast<int>(rng.below(100)),
                       static_cast<int>(rng.below(100))};
  return picture_maker::picture_of(40, 30, 3, [&](int x, int y, int c) {
    const int along = kind == 0 ? x : kind == 1 ? y : x + y;
    return ((along + phase) / 4 % 2 == 0 ? 80 : 0) + tint[c] + static_cast<int>(rng.below(70));
  });
}

TEST_F(Onnx, ColourPicturesThatWereCutAndScaledHaveTheSameClassInOnnxruntime) {
  constexpr int kSide = 25, kPictures = 1000;
  const char* const kinds[] = {"down", "across", "aslant"};
  Rng rng(1);
  for (int i = 0; i < 150; ++i) {
    folder_.write("photos/" + std::string(kinds[i % 3]) + "/" + std::to_string(i) + ".png",
                  picture_maker::png_bytes(colour_picture(i % 3, rng)));
  }
  write_file(path("point.toml"),
             "[point]\nlearning_rate = 0.01\nbatch_size = 8\nconv_layers = 2\nfilters_1 = 9\nfilter_size_1 = 7\n"
             "filters_2 = 10\nfilter_size_2 = 5\nfc_layers = 0\nuse_l1 = false\nuse_l2 = false\n");
  const Ended trained = crescendo("train --point point.toml --data photos --size 25 --epochs 4 --onnx model.onnx");
  ASSERT_EQ(trained.status, 0) << trained.err;

  std::vector<std::uint8_t> pixels;
  for (int n = 0; n < kPictures; ++n) {
    const Picture picture = colour_picture(n % 3, rng);
    folder_.write("pictures/" + std::to_string(10'000 + n) + ".png", picture_maker::png_bytes(picture));
    std::vector<std::uint8_t> scaled(kSide * kSide * 3);
    rescale(picture, kSide, Fit::kCrop, 3, scaled);
    pixels.insert(pixels.end(), scaled.begin(), scaled.end());
  }
  expect_the_same(onnxruntime("model.onnx", pixels), answers_of(json("predict model.onnx pictures --json")));
}

// Weights that nobody trained, with every vector of batch normalisation away from what it begins with. In the plain
// order, from network.h.
std::vector<float> any_weights(const NetworkShape& shape, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> weights;
  const auto normal = [&](std::size_t count, double mean, double spread) {
    for (; count > 0; --count) weights.push_back(static_cast<float>(mean + spread * rng.normal()));
  };
  std::size_t inputs = shape.channels;
  for (const ConvLayer& layer : shape.conv) {
    const auto filters = static_cast<std::size_t>(layer.filters);
    const std::size_t taps = inputs * layer.size * layer.size;
    normal(filters * taps, 0, std::sqrt(2.0 / static_cast<double>(taps)));
    normal(filters, 0, 0.1);
    if (shape.batch_norm) {
      normal(filters, 1, 0.2);
      normal(filters, 0, 0.2);
      normal(filters, 0.5, 0.2);
      for (std::size_t i = 0; i < filters; ++i) weights.push_back(static_cast<float>(0.2 + rng.uniform()));
    }
    inputs = filters;
  }
  const auto side = static_cast<std::size_t>(dense_input_side(shape));
  inputs *= side * side;
  const auto linear = [&](int outputs) {
    normal(outputs * inputs, 0, std::sqrt(2.0 / static_cast<double>(inputs)));
    normal(outputs, 0, 0.1);
    inputs = static_cast<std::size_t>(outputs);
  };
  for (const int units : shape.dense) linear(units);
  linear(shape.classes);
  return weights;
}

std::string shape_json(const NetworkShape& shape) {
  Json conv = Json::array();
  for (const ConvLayer& layer : shape.conv) conv.push_back({{"filters", layer.filters}, {"size", layer.size}});
  return to_line({{"conv", conv},
                  {"dense", shape.dense},
                  {"classes", shape.classes},
                  {"batch_norm", shape.batch_norm},
                  {"dense_side", shape.dense_side}});
}

// Noise whose quadrants differ in brightness from picture to picture: averages level plain noise out.
ImageSet uneven_pictures(const NetworkShape& shape, int count, std::uint64_t seed) {
  ImageSet images = noise_pictures(shape, count, seed);
  Rng rng(seed + 1);
  for (int n = 0; n < count; ++n) {
    double brightness[4];
    for (double& of_quadrant : brightness) of_quadrant = rng.uniform();
    std::uint8_t* const picture = images.pixels.data() + n * images.picture_bytes();
    for (std::size_t i = 0; i < images.picture_bytes(); ++i) {
      const int pixel = static_cast<int>(i) / shape.channels;
      const int row = pixel / shape.side_px, column = pixel % shape.side_px;
      const int quadrant = (2 * row < shape.side_px ? 0 : 2) + (2 * column < shape.side_px ? 0 : 1);
      picture[i] = static_cast<std::uint8_t>(picture[i] * brightness[quadrant]);
    }
  }
  return images;
}

Answers our_answers(const TrainedNetwork& network, const ImageSet& images) {
  Arena arena;
  const auto ready = native_backend().make(network.shape, {64, 0}, arena);
  ready->set_parameters(network.weights);
  const std::size_t classes = network.shape.classes;
  std::vector<float> logits(images.size() * classes);
  ready->forward(BatchOf(images, 0, static_cast<int>(images.size())), logits.data());
  Answers answers;
  for (std::size_t n = 0; n < images.size(); ++n) {
    std::vector<double>& row = answers.probabilities.emplace_back();
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) row.push_back(std::exp(static_cast<double>(logits[n * classes + c])));
    for (const double power : row) sum += power;
    for (double& power : row) power /= sum;
    answers.classes.push_back(images.classes[std::max_element(row.begin(), row.end()) - row.begin()]);
  }
  return answers;
}

struct Case {
  const char* name;
  NetworkShape shape;
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

const Case kCases[] = {
    {"grey28Kernels3And5", {1, 28, {{8, 3}, {9, 5}}, {16}, 10}},
    {"colour50Kernels7And1And3", {3, 50, {{6, 7}, {5, 1}, {4, 3}}, {}, 3}},
    {"colour75Kernels5And7", {3, 75, {{5, 5}, {6, 7}}, {12, 7}, 4}},
    {"grey28BatchNorm", {1, 28, {{8, 3}, {9, 5}}, {16}, 10, true}},
    {"colour50BatchNorm", {3, 50, {{6, 7}, {5, 1}, {4, 3}}, {}, 3, true}},
    {"grey32EqualAverages", {1, 32, {{8, 3}, {9, 5}}, {16}, 10, false, 0, 4}},
    {"grey28OverlappingAverages", {1, 28, {{8, 3}, {9, 5}}, {16}, 10, true, 0, 3}},
    {"colour50OneAverage", {3, 50, {{6, 7}, {5, 1}}, {}, 3, false, 0, 1}},
    {"colour43UnevenAverages", {3, 43, {{6, 7}, {5, 1}}, {}, 3, false, 0, 4}},
};

class OnnxShape : public Onnx, public testing::WithParamInterface<Case> {};

TEST_P(OnnxShape, GivesTheProbabilitiesOfTheBackendAndOfNumpy) {
  const NetworkShape& shape = GetParam().shape;
  const ImageSet images = uneven_pictures(shape, 1000, 1);
  const TrainedNetwork network{shape, images.classes, images.normalisation, any_weights(shape, 2)};
  save_onnx(path("model.onnx"), network);
  write_file(path("weights"), bytes_of(network.weights));
  const Answers theirs = onnxruntime("model.onnx", images.pixels, "weights '" + shape_json(shape) + "'");
  ASSERT_EQ(theirs.plain.size(), 8u);
  EXPECT_LT(largest_difference(theirs.plain, theirs.probabilities, theirs.plain.size()), 1e-5);
  // No backend knows batch normalisation yet: there numpy alone is the judge.
  expect_the_same(theirs, our_answers(network, images));
}

INSTANTIATE_TEST_SUITE_P(Shapes, OnnxShape, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace crescendo::end_to_end
