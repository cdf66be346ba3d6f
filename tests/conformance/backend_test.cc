// Runs over every training backend, and for the native one over every instruction set that this machine has.

#include "tests/conformance/backend_suite.h"

namespace crescendo {
namespace {

double sign(double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; }

/// A network that follows the formulas of network.h in double precision.
struct PlainNetwork {
  PlainNetwork(const NetworkShape& network_shape, const std::vector<float>& start)
      : shape(network_shape), weights(start.begin(), start.end()), m(start.size()), v(start.size()) {}

  double step(const BatchOf& batch, const Update& u, const std::vector<std::vector<std::uint8_t>>& pooling) {
    const std::vector<double> inputs = normalised_pictures<double>(shape, batch);
    const auto pass =
        reference_pass<double>(shape, weights, inputs, batch.labels(),
                               {.pooling = &pooling, .class_weights = batch.class_weights, .noise = u.noise});
    double squares = 0;  // a running statistic has no gradient
    for (const double g : pass.gradients) squares += g * g;
    norm = std::sqrt(squares);
    const double factor = u.clip_norm > 0 ? std::min(1.0, u.clip_norm / norm) : 1;
    std::size_t at = 0, running = 0;
    for (const Tensor& tensor : tensors(shape)) {
      for (std::size_t i = 0; i < tensor.size; ++i, ++at) {
        if (tensor.trained) {
          move(at, factor * pass.gradients[at] + (tensor.decays ? u.l2 * weights[at] + u.l1 * sign(weights[at]) : 0),
               u);
        } else {
          const auto& statistic = running % 2 == 0 ? pass.means : pass.variances;
          weights[at] = 0.9 * weights[at] + 0.1 * statistic[running / 2][i];
        }
      }
      running += !tensor.trained;
    }
    return pass.loss;
  }

  void move(std::size_t i, double g, const Update& u) {
    if (u.optimiser == Optimiser::kSgd) {
      m[i] = u.momentum * m[i] + g;
      weights[i] -= u.learning_rate * m[i];
    } else {
      const double count = static_cast<double>(u.count);
      m[i] = u.momentum * m[i] + (1.0 - u.momentum) * g;
      v[i] = u.decay2 * v[i] + (1.0 - u.decay2) * g * g;
      const double mean = m[i] / (1 - std::pow(u.momentum, count));
      weights[i] -= u.learning_rate * mean / (std::sqrt(v[i] / (1 - std::pow(u.decay2, count))) + u.epsilon);
    }
  }

  NetworkShape shape;
  std::vector<double> weights, m, v;
  double norm = 0;  // of the last gradient, before it was clipped
};

TEST_P(Backend, StepsAreThoseOfThePlainFormulas) {
  for (const Optimiser optimiser : {Optimiser::kSgd, Optimiser::kAdam}) {
    for (const bool features : {false, true}) {
      SCOPED_TRACE(std::string(optimiser == Optimiser::kSgd ? "SGD" : "Adam") + (features ? ", all features" : ""));
      NetworkShape network_shape = shape(3, 22, {{9, 3}, {20, 3}}, {11}, 4);
      if (features) network_shape = with_features(network_shape);
      const ImageSet images = noise_pictures(network_shape, 7, 3);
      BatchOf batch(images, 0, 7);
      if (features) place_and_weigh(batch, network_shape);
      Update update{.learning_rate = 0.02f, .momentum = 0.9f, .l1 = 1e-3f, .l2 = 1e-2f, .optimiser = optimiser};
      if (optimiser == Optimiser::kAdam) update.learning_rate = 1e-3f;
      // A gradient that is nearly zero is rounding alone, and Adam would magnify it.
      update.epsilon = 1e-4f;
      const auto network = make(network_shape, 7, 0, optimiser);
      std::vector<float> start = random_parameters(network_shape, 4);
      start[5] = 0;  // sign(0) is 0
      network->set_parameters(start);
      PlainNetwork plain(network_shape, start);
      for (int step = 1; step <= 5; ++step) {
        update.count = step;
        update.noise = 100 + static_cast<std::uint64_t>(step);
        const auto pooling = network->gradients(batch, update.noise).pooling;
        const double wanted = plain.step(batch, update, pooling);
        EXPECT_NEAR(network->step(batch, update), wanted, 1e-4 * wanted);
      }
      expect_tensors_near(network_shape, parameters_of(*network), plain.weights, 1e-4);
      std::vector<float> moments = moments_of(*network, optimiser);
      if (optimiser == Optimiser::kAdam) {
        const std::vector<float> second(moments.begin() + static_cast<std::ptrdiff_t>(start.size()), moments.end());
        expect_tensors_near(network_shape, second, plain.v, 1e-3);
      }
      moments.resize(start.size());
      expect_tensors_near(network_shape, moments, plain.m, 1e-3);
    }
  }
}

TEST_P(Backend, AClippedStepIsThatOfThePlainFormulas) {
  for (const Optimiser optimiser : {Optimiser::kSgd, Optimiser::kAdam}) {
    for (const bool features : {false, true}) {
      SCOPED_TRACE(std::string(optimiser == Optimiser::kSgd ? "SGD" : "Adam") + (features ? ", all features" : ""));
      NetworkShape network_shape = shape(3, 22, {{9, 3}, {20, 3}}, {11, 35}, 4);
      if (features) network_shape = with_features(network_shape);
      const ImageSet images = noise_pictures(network_shape, 7, 41);
      BatchOf batch(images, 0, 7);
      if (features) place_and_weigh(batch, network_shape);
      const auto network = make(network_shape, 7, 0, optimiser, true);
      const std::vector<float> start = random_parameters(network_shape, 42);
      network->set_parameters(start);
      PlainNetwork plain(network_shape, start);
      Update update{.learning_rate = 0.02f, .momentum = 0.9f, .l1 = 1e-3f, .l2 = 1e-2f, .optimiser = optimiser};
      if (optimiser == Optimiser::kAdam) update.learning_rate = 1e-3f;
      update.epsilon = 1e-4f;
      for (const float clip_norm : {0.2f, 0.5f, 100.0f, 0.1f}) {
        update.clip_norm = clip_norm;
        const double wanted = plain.step(batch, update, network->gradients(batch).pooling);
        EXPECT_NEAR(network->step(batch, update), wanted, 1e-4 * wanted);
        EXPECT_TRUE(clip_norm == 100 ? plain.norm < 50 : plain.norm > 1.5 * static_cast<double>(clip_norm))
            << plain.norm << " is clipped to " << clip_norm;
        ++update.count;
      }
      expect_tensors_near(network_shape, parameters_of(*network), plain.weights, 1e-4);
      std::vector<float> moments = moments_of(*network, optimiser);
      moments.resize(start.size());
      expect_tensors_near(network_shape, moments, plain.m, 1e-3);
    }
  }
}

TEST_P(Backend, AClippedStepHasTheNormsLengthInTheGradientsDirection) {
  const NetworkShape network_shape = shape(1, 20, {{12, 3}, {23, 5}}, {30, 18}, 5);
  const ImageSet images = noise_pictures(network_shape, 9, 43);
  const BatchOf batch(images, 0, 9);
  for (const std::size_t memory : {std::size_t{0}, least_memory(network_shape, 9, Optimiser::kSgd, true)}) {
    const auto network = make(network_shape, 9, memory, Optimiser::kSgd, true);
    const std::vector<float> start = random_parameters(network_shape, 44);
    network->set_parameters(start);
    const std::vector<float> gradient = network->gradients(batch).parameters;
    network->step(batch, {.learning_rate = 1, .clip_norm = 0.01f});
    const std::vector<float> end = parameters_of(*network);
    double moved = 0, along = 0, norm = 0;
    for (std::size_t i = 0; i < start.size(); ++i) {
      const double move = static_cast<double>(start[i]) - static_cast<double>(end[i]);
      moved += move * move;
      along += move * static_cast<double>(gradient[i]);
      norm += static_cast<double>(gradient[i]) * static_cast<double>(gradient[i]);
    }
    EXPECT_GT(std::sqrt(norm), 0.1);
    EXPECT_NEAR(std::sqrt(moved), 0.01, 1e-5);
    EXPECT_NEAR(along / std::sqrt(moved * norm), 1, 1e-5);
  }
}

TEST_P(Backend, ANormThatIsNotReachedChangesNoBit) {
  for (const bool features : {false, true}) {
    NetworkShape network_shape = shape(3, 22, {{9, 3}, {20, 3}}, {11, 35}, 4);
    if (features) network_shape = with_features(network_shape);
    const ImageSet images = noise_pictures(network_shape, 7, 45);
    const BatchOf batch(images, 0, 7);
    for (const Optimiser optimiser : {Optimiser::kSgd, Optimiser::kAdam}) {
      const auto after_three_steps = [&](bool clips) {
        const auto network = make(network_shape, 7, 0, optimiser, clips);
        network->set_parameters(random_parameters(network_shape, 46));
        Update update{.learning_rate = 1e-3f, .momentum = 0.9f, .l2 = 1e-3f, .optimiser = optimiser};
        if (clips) update.clip_norm = 1e4f;
        for (; update.count <= 3; ++update.count) network->step(batch, update);
        return parameters_of(*network);
      };
      EXPECT_EQ(after_three_steps(true), after_three_steps(false));
    }
  }
}

TEST_P(Backend, GoesOnFromItsParametersAndMomentsWithTheSameBits) {
  const NetworkShape network_shape = with_features(shape(1, 20, {{12, 3}, {23, 5}}, {30, 18}, 5));
  const ImageSet images = noise_pictures(network_shape, 9, 22);
  const BatchOf batch(images, 0, 9);
  for (const Optimiser optimiser : {Optimiser::kSgd, Optimiser::kAdam}) {
    const auto steps = [&](Network& network, int first, int last) {
      for (int step = first; step <= last; ++step) {
        network.step(batch, {.learning_rate = 0.01f,
                             .momentum = 0.9f,
                             .optimiser = optimiser,
                             .count = step,
                             .noise = static_cast<std::uint64_t>(step)});
      }
    };
    auto network = make(network_shape, 9, 0, optimiser);
    network->set_parameters(random_parameters(network_shape, 23));
    steps(*network, 1, 2);
    const std::vector<float> parameters = parameters_of(*network), moments = moments_of(*network, optimiser);
    steps(*network, 3, 5);
    const std::vector<float> wanted = parameters_of(*network), wanted_moments = moments_of(*network, optimiser);
    network = make(network_shape, 9, 0, optimiser);
    network->set_parameters(parameters);
    network->set_moments(moments);
    EXPECT_EQ(moments_of(*network, optimiser), moments);
    steps(*network, 3, 5);
    EXPECT_EQ(parameters_of(*network), wanted);
    EXPECT_EQ(moments_of(*network, optimiser), wanted_moments);
    network->set_parameters(parameters);  // which forgets them
    EXPECT_EQ(moments_of(*network, optimiser), std::vector<float>(moments.size()));
  }
}

/// The picture that a placement makes, for a mean of zero.
ImageSet moved_by_hand(const ImageSet& images, const std::vector<PicturePlacement>& places) {
  ImageSet moved = images;
  const int side = images.side_px;
  for (std::size_t n = 0; n < places.size(); ++n) {
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        for (int c = 0; c < images.channels; ++c) {
          const int row = y - places[n].down_px;
          int column = x - places[n].right_px;
          if (places[n].mirrored) column = side - 1 - column;
          const bool inside = row >= 0 && row < side && column >= 0 && column < side;
          moved.pixels[n * images.picture_bytes() + (y * side + x) * images.channels + c] =
              inside ? images.picture(static_cast<int>(n))[(row * side + column) * images.channels + c] : 0;
        }
      }
    }
  }
  return moved;
}

TEST_P(Backend, APlacedPictureIsThePictureMoved) {
  for (const int channels : {1, 3}) {
    for (const int side : {9, 37}) {
      const NetworkShape network_shape = shape(channels, side, {{4, 5}}, {}, 3);
      ImageSet images = noise_pictures(network_shape, 10, 24);
      images.normalisation.mean = {0, 0, 0};
      BatchOf placed(images, 0, 10);
      placed.placements = {{},
                           {true, 0, 0},
                           {false, 3, 0},
                           {false, -3, 0},
                           {true, 2, -4},
                           {true, -2, 4},
                           {false, 0, side},
                           {true, -side, 1},
                           {false, 1 - side, side - 1},
                           {true, side - 1, 1 - side}};
      const ImageSet moved = moved_by_hand(images, placed.placements);
      const auto network = make(network_shape, 10);
      network->set_parameters(random_parameters(network_shape, 25));
      const Gradients found = network->gradients(placed), wanted = network->gradients(BatchOf(moved, 0, 10));
      EXPECT_EQ(found.loss, wanted.loss);
      EXPECT_EQ(found.parameters, wanted.parameters);
    }
  }
}

TEST_P(Backend, AClassOfWeightZeroCountsAsIfItWereNotThere) {
  const NetworkShape network_shape = shape(1, 14, {{8, 3}}, {12}, 3);
  ImageSet images = noise_pictures(network_shape, 9, 26);
  for (int n = 0; n < 9; ++n) images.labels[n] = n < 6 ? n % 2 : 2;
  BatchOf all(images, 0, 9), some(images, 0, 6);
  all.class_weights = {2, 2, 0};
  const auto network = make(network_shape, 9);
  network->set_parameters(random_parameters(network_shape, 27));
  const Gradients found = network->gradients(all);
  Gradients wanted = network->gradients(some);
  for (float& value : wanted.parameters) value *= 2.0f * 6 / 9;
  EXPECT_NEAR(found.loss, wanted.loss * 2 * 6 / 9, 1e-5);
  expect_tensors_near(network_shape, found.parameters, wanted.parameters, 1e-5);
}

TEST_P(Backend, EvaluatesEachPictureByItself) {
  const NetworkShape network_shape = with_features(shape(3, 18, {{9, 3}, {12, 3}}, {20}, 4), true, 0.5);
  const ImageSet images = noise_pictures(network_shape, 8, 28);
  const BatchOf batch(images, 0, 8);
  const auto network = make(network_shape, 8);
  network->set_parameters(initial_weights(network_shape, 29));
  for (int step = 1; step <= 3; ++step) {
    network->step(batch, {.learning_rate = 0.01f, .count = step, .noise = static_cast<std::uint64_t>(step)});
  }
  const std::vector<float> before = parameters_of(*network);
  std::vector<float> together(8 * 4), alone(8 * 4);
  network->forward(batch, together.data());
  for (int n = 0; n < 8; ++n) network->forward(BatchOf(images, n, 1), &alone[n * 4]);
  EXPECT_LT(relative_distance(alone.data(), together.data(), alone.size()), 1e-5);
  EXPECT_EQ(parameters_of(*network), before);
}

TEST_P(Backend, AMicroBatchHasItsOwnStatisticsAndItsPicturesMasks) {
  const NetworkShape network_shape = with_features(shape(1, 20, {{12, 3}, {23, 3}}, {30}, 5));
  const int pictures = 6;
  const ImageSet images = noise_pictures(network_shape, pictures, 30);
  const std::vector<float> start = random_parameters(network_shape, 31);
  const std::size_t least = least_memory(network_shape, pictures);
  const auto network = make(network_shape, pictures, least);  // one picture at a time
  network->set_parameters(start);
  const Gradients found = network->gradients(BatchOf(images, 0, pictures), 32);
  const std::vector<double> plain(start.begin(), start.end());
  std::vector<double> wanted(start.size());
  double loss = 0;
  for (int n = 0; n < pictures; ++n) {
    const BatchOf one(images, n, 1);
    std::vector<std::vector<std::uint8_t>> pooling;
    for (const auto& of_layer : found.pooling) {
      const auto size = static_cast<std::ptrdiff_t>(of_layer.size() / pictures);
      pooling.emplace_back(of_layer.begin() + n * size, of_layer.begin() + (n + 1) * size);
    }
    const auto pass =
        reference_pass<double>(network_shape, plain, normalised_pictures<double>(network_shape, one), one.labels(),
                               {.pooling = &pooling, .noise = 32, .first_picture = std::size_t(n)});
    loss += pass.loss / pictures;
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] += pass.gradients[i] / pictures;
  }
  EXPECT_NEAR(found.loss, loss, 1e-5 * loss);
  expect_tensors_near(network_shape, found.parameters, wanted, 1e-4);
}

TEST_P(Backend, MicroBatchesTakeTheStepOfTheWholeBatch) {
  NetworkShape network_shape = with_features(shape(1, 20, {{12, 3}, {23, 3}}, {30}, 5), false, 0.3);
  network_shape.dense_side = 3;
  const int pictures = 13;
  const ImageSet images = noise_pictures(network_shape, pictures, 5);
  BatchOf batch(images, 0, pictures);
  place_and_weigh(batch, network_shape);
  const std::vector<float> start = random_parameters(network_shape, 6);
  for (const auto& [optimiser, clip_norm] : {std::pair{Optimiser::kSgd, 0.0f}, std::pair{Optimiser::kAdam, 0.0f},
                                             std::pair{Optimiser::kSgd, 0.2f}, std::pair{Optimiser::kAdam, 0.2f}}) {
    Update update{.learning_rate = 0.05f, .momentum = 0.9f, .l1 = 1e-4f, .l2 = 1e-3f, .clip_norm = clip_norm};
    update.optimiser = optimiser;
    if (optimiser == Optimiser::kAdam) update.learning_rate = 1e-3f;
    update.epsilon = 1e-4f;
    const bool clips = clip_norm > 0;
    const auto after_two_steps = [&, optimiser = optimiser](std::size_t memory_bytes) {
      const auto network = make(network_shape, pictures, memory_bytes, optimiser, clips);
      network->set_parameters(start);
      for (update.count = 1; update.count <= 2; ++update.count) {
        update.noise = static_cast<std::uint64_t>(update.count);
        network->step(batch, update);
      }
      return parameters_of(*network);
    };
    const std::vector<float> whole = after_two_steps(0);
    const std::size_t least = least_memory(network_shape, pictures, optimiser, clips);
    for (const std::size_t memory : {least, least + least / 3}) {
      expect_tensors_near(network_shape, after_two_steps(memory), whole, 1e-5);
      EXPECT_EQ(after_two_steps(memory), after_two_steps(memory));
    }
  }
}

TEST_P(Backend, ASmallerBatchAfterALargerOneLeavesNoTrace) {
  for (const auto& [shape, pictures, slow] : cases()) {
    if (slow || pictures < 5) continue;
    const ImageSet images = noise_pictures(shape, pictures, 7);
    const BatchOf large(images, 0, pictures), small(images, pictures - 3, 3);
    const std::vector<float> start = random_parameters(shape, 8);
    auto network = make(shape, pictures);
    network->set_parameters(start);
    network->gradients(large);
    const Gradients after = network->gradients(small);
    network = make(shape, pictures);
    network->set_parameters(start);
    const Gradients fresh = network->gradients(small);
    EXPECT_EQ(after.loss, fresh.loss);
    EXPECT_EQ(after.parameters, fresh.parameters);
  }
}

TEST_P(Backend, GradientsChangeNothing) {
  const NetworkShape network_shape = with_features(shape(3, 12, {{9, 3}}, {11}, 4));
  const ImageSet images = noise_pictures(network_shape, 6, 9);
  const BatchOf batch(images, 0, 6);
  const Update update{.learning_rate = 0.05f, .momentum = 0.9f};
  const auto after_two_steps = [&](bool look) {
    const auto network = make(network_shape, 6);
    network->set_parameters(random_parameters(network_shape, 10));
    network->step(batch, update);
    if (look) network->gradients(batch);
    network->step(batch, update);
    return parameters_of(*network);
  };
  EXPECT_EQ(after_two_steps(true), after_two_steps(false));
}

TEST_P(Backend, ParametersRoundTrip) {
  for (const auto& [shape, pictures, slow] : cases()) {
    const auto network = make(shape, 1);
    const std::vector<float> start = random_parameters(shape, 11);
    network->set_parameters(start);
    EXPECT_EQ(parameters_of(*network), start);
  }
}

TEST_P(Backend, OverfitsSixtyFourPictures) {
  const NetworkShape network_shape = shape(1, 12, {{16, 3}, {16, 3}}, {32}, 4);
  const ImageSet images = noise_pictures(network_shape, 64, 12);
  const auto network = make(network_shape, 64);
  network->set_parameters(initial_weights(network_shape, 13));
  for (int epoch = 0; epoch < 60; ++epoch) {
    for (int first = 0; first < 64; first += 16) {
      network->step(BatchOf(images, first, 16), {.learning_rate = 0.02f, .momentum = 0.9f});
    }
  }
  std::vector<float> logits(64 * 4);
  network->forward(BatchOf(images, 0, 64), logits.data());
  int wrong = 0;
  for (int n = 0; n < 64; ++n) {
    wrong += std::max_element(&logits[n * 4], &logits[n * 4] + 4) - &logits[n * 4] != images.labels[n];
  }
  EXPECT_EQ(wrong, 0);
}

TEST_P(Backend, TheSameStepsGiveTheSameBitsWhateverRanInTheArenaBefore) {
  const NetworkShape network_shape = shape(3, 20, {{12, 5}, {23, 3}}, {30}, 5);
  const ImageSet images = noise_pictures(network_shape, 13, 14);
  const BatchOf batch(images, 0, 13);
  const auto run = [&] {
    const auto network = make(network_shape, 13);
    network->set_parameters(random_parameters(network_shape, 15));
    for (int step = 0; step < 3; ++step) network->step(batch, {.learning_rate = 0.01f, .momentum = 0.9f});
    return parameters_of(*network);
  };
  const std::vector<float> first = run();
  const NetworkShape other = shape(1, 33, {{23, 5}}, {7}, 2);
  const ImageSet other_images = noise_pictures(other, 5, 16);
  const auto network = make(other, 5);
  network->set_parameters(random_parameters(other, 17));
  network->step(BatchOf(other_images, 0, 5), {.learning_rate = 0.01f});
  EXPECT_EQ(run(), first);
}

TEST_P(Backend, ALossThatIsNotFiniteIsReturned) {
  for (const bool features : {false, true}) {
    NetworkShape network_shape = shape(1, 12, {{5, 3}, {6, 3}}, {7}, 3);
    if (features) network_shape = with_features(network_shape);
    const ImageSet images = noise_pictures(network_shape, 4, 18);
    const auto network = make(network_shape, 4);
    std::vector<float> parameters = random_parameters(network_shape, 19);
    parameters[0] = std::numeric_limits<float>::infinity();
    network->set_parameters(parameters);
    EXPECT_FALSE(std::isfinite(network->step(BatchOf(images, 0, 4), {.learning_rate = 0.1f})));
  }
}

TEST_P(Backend, SaysHowMuchMemoryOnePictureNeeds) {
  const NetworkShape network_shape = shape(1, 28, {{16, 3}, {20, 3}}, {64}, 10);
  const std::size_t least = least_memory(network_shape, 8);
  EXPECT_GT(least, 3 * parameter_count(network_shape) * sizeof(float));  // weights, momenta, the trainer's copy
  EXPECT_NO_THROW(make(network_shape, 8, least));
  EXPECT_THROW(make(network_shape, 8, least - 1), OutOfMemory);
  EXPECT_GE(least_memory(network_shape, 8, Optimiser::kAdam),
            least + (moment_count(network_shape, Optimiser::kAdam) - moment_count(network_shape, Optimiser::kSgd)) *
                        sizeof(float));
}

TEST_P(Backend, ADenseSideThatAveragesNothingChangesNoBit) {
  const NetworkShape network_shape = shape(1, 20, {{12, 3}, {23, 3}}, {30}, 5);
  const ImageSet images = noise_pictures(network_shape, 9, 47);
  const BatchOf batch(images, 0, 9);
  const auto after_a_step = [&](int dense_side) {
    const auto network = make(with_averages(network_shape, dense_side), 9);
    network->set_parameters(random_parameters(network_shape, 48));
    network->step(batch, {.learning_rate = 0.01f});
    return parameters_of(*network);
  };
  EXPECT_EQ(after_a_step(5), after_a_step(0));
  EXPECT_EQ(after_a_step(6), after_a_step(0));
}

TEST_P(Backend, RefusesShapesThatCannotBe) {
  const NetworkShape good = shape(1, 8, {{4, 3}, {4, 3}}, {5}, 3);
  EXPECT_NO_THROW(make(good, 1));
  const auto refuses = [&](auto change) {
    NetworkShape bad = good;
    change(bad);
    EXPECT_THROW(make(bad, 1), Error);
  };
  refuses([](NetworkShape& s) { s.side_px = 3; });
  refuses([](NetworkShape& s) { s.conv[0].size = 4; });
  refuses([](NetworkShape& s) { s.conv[0].size = 9; });
  refuses([](NetworkShape& s) { s.conv[1].filters = 0; });
  refuses([](NetworkShape& s) { s.conv.clear(); });
  refuses([](NetworkShape& s) { s.dense[0] = 0; });
  refuses([](NetworkShape& s) { s.classes = 1; });
  refuses([](NetworkShape& s) { s.channels = 2; });
  refuses([](NetworkShape& s) { s.dropout = 1; });
  refuses([](NetworkShape& s) { s.dropout = -0.1; });
  refuses([](NetworkShape& s) { s.dense_side = -1; });
  refuses([](NetworkShape& s) { s.dense_side = 33; });
}

std::string name_of(const testing::TestParamInfo<Variant>& variant) {
  std::string name = variant.param.name;
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Backend, testing::ValuesIn(variants()), name_of);

TEST(Backends, AnUnknownNameIsAnErrorThatListsTheNames) {
  try {
    find_backend("nativ");
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "no training backend called 'nativ'; there are: native reference");
  }
}

}  // namespace
}  // namespace crescendo
