// Every backend, instruction set and kernel that may be chosen, against plain loops in double precision, and those
// against finite differences.

#include "tests/conformance/backend_suite.h"
#include "train/kernel_table.h"

namespace crescendo {
namespace {

/// How far the chosen values are from the true maxima of their windows at most, in units of the map's rms.
double worst_choice(const NetworkShape& shape, std::size_t layer, const std::vector<double>& maps,
                    const std::vector<std::uint8_t>& choices) {
  const int side = layer == 0 ? shape.side_px : pooled_side(shape, layer - 1);
  const int pooled = side / 2;
  double squares = 0, worst = 0;
  for (const double value : maps) squares += value * value;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const std::size_t plane = i / (pooled * pooled);
    const int row = static_cast<int>(i / pooled % pooled), column = static_cast<int>(i % pooled);
    const double* const window = &maps[(plane * side + 2 * row) * side + 2 * column];
    const double values[4] = {window[0], window[1], window[side], window[side + 1]};
    const double best = std::max(0.0, *std::max_element(values, values + 4));
    worst = std::max(worst, best - (choices[i] == 255 ? 0 : values[choices[i]]));
  }
  return worst / std::sqrt(squares / static_cast<double>(maps.size()));
}

/// Loss, gradients layer by layer at the network's own pooling choices, these choices, and logits.
void expect_agreement(Network& network, int pictures, bool placed) {
  const NetworkShape& shape = network.shape();
  SCOPED_TRACE("side " + std::to_string(shape.side_px) + ", channels " + std::to_string(shape.channels) +
               (shape.batch_norm ? ", normalised" : "") + (placed ? ", placed" : "") + ", dense side " +
               std::to_string(shape.dense_side));
  const ImageSet images = noise_pictures(shape, pictures, 1);
  BatchOf batch(images, 0, pictures);
  if (placed) place_and_weigh(batch, shape);
  const std::vector<float> parameters = random_parameters(shape, 2);
  network.set_parameters(parameters);
  const Gradients found = network.gradients(batch, 77);

  const std::vector<double> plain(parameters.begin(), parameters.end());
  const std::vector<double> inputs = normalised_pictures<double>(shape, batch);
  const auto wanted =
      reference_pass<double>(shape, plain, inputs, batch.labels(),
                             {.pooling = &found.pooling, .class_weights = batch.class_weights, .noise = 77});

  EXPECT_NEAR(found.loss, wanted.loss, 1e-4 * wanted.loss);
  expect_tensors_near(shape, found.parameters, wanted.gradients, 1e-4);
  for (std::size_t i = 0; i < shape.conv.size(); ++i) {
    EXPECT_LT(worst_choice(shape, i, wanted.maps[i], found.pooling[i]), 1e-4) << "convolution " << i;
  }
  const auto evaluated = reference_pass<double>(shape, plain, inputs, batch.labels(), {.training = false});
  std::vector<float> logits(evaluated.logits.size());
  network.forward(batch, logits.data());
  EXPECT_LT(relative_distance(logits.data(), evaluated.logits.data(), logits.size()), 1e-4);
}

TEST_P(Backend, AgreesWithTheReferenceLayerByLayerAtItsOwnPoolingChoices) {
  for (const auto& [shape, pictures, slow] : cases()) {
    if (slow && kSanitized) continue;
    for (const bool placed : {false, true}) expect_agreement(*make(shape, pictures), pictures, placed);
  }
}

/// The table that takes `method` wherever there is a choice.
KernelTable only(std::string_view isa, ForwardMethod method) {
  KernelTable table{std::string(isa)};
  for (const StageKind& kind : stage_kinds()) {
    if (has_method(kind.size, method)) table.set(kind, method);
  }
  return table;
}

TEST(NativeBackend, AgreesWithTheReferenceWhicheverKernelATableChooses) {
  for (const KernelSet& set : kernel_sets()) {
    if (!set.runs_here()) continue;
    for (const ForwardMethod method : {ForwardMethod::kDirect, ForwardMethod::kWinograd2, ForwardMethod::kWinograd4}) {
      SCOPED_TRACE(std::string(set.name) + ", method " + std::to_string(static_cast<int>(method)));
      const KernelTable table = only(set.name, method);
      for (const auto& [shape, pictures, slow] : cases()) {
        if (slow && kSanitized) continue;
        Arena arena;
        expect_agreement(*make_native(shape, {.max_batch = pictures, .kernels = &table}, arena, set), pictures, false);
      }
    }
  }
}

TEST(Reference, GradientsEqualFiniteDifferences) {
  const NetworkShape plain = shape(3, 11, {{4, 3}, {5, 5}}, {6}, 3);
  for (const NetworkShape& network_shape :
       {plain, with_features(plain, true, 0), with_features(plain, false, 0.4), with_features(plain),
        with_averages(shape(1, 14, {{4, 3}}, {6}, 3), 3),  // of 7
        with_averages(with_features(shape(3, 12, {{3, 3}}, {}, 3), true, 0), 2)}) {
    SCOPED_TRACE(std::string(network_shape.batch_norm ? "normalised" : "") +
                 (network_shape.dropout > 0 ? "dropped" : "") + ", dense side " +
                 std::to_string(network_shape.dense_side));
    const int pictures = 3;
    const ImageSet images = noise_pictures(network_shape, pictures, 20);
    BatchOf batch(images, 0, pictures);
    place_and_weigh(batch, network_shape);
    const std::vector<float> start = random_parameters(network_shape, 21);
    std::vector<double> parameters(start.begin(), start.end());
    const std::vector<double> inputs = normalised_pictures<double>(network_shape, batch);
    ReferenceMode mode{.class_weights = batch.class_weights, .noise = 5};
    const auto pass = reference_pass<double>(network_shape, parameters, inputs, batch.labels(), mode);
    mode.pooling = &pass.pooling;
    std::vector<double> differences;
    for (double& parameter : parameters) {
      const double kept = parameter, step = 1e-6;
      parameter = kept + step;
      const double above = reference_pass<double>(network_shape, parameters, inputs, batch.labels(), mode).loss;
      parameter = kept - step;
      const double below = reference_pass<double>(network_shape, parameters, inputs, batch.labels(), mode).loss;
      parameter = kept;
      differences.push_back((above - below) / (2 * step));
    }
    EXPECT_LT(relative_distance(differences.data(), pass.gradients.data(), differences.size()), 1e-7);
  }
}

}  // namespace
}  // namespace crescendo
