#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "crescendo/images.h"
#include "crescendo/space.h"
#include "objective/cnn.h"
#include "train/trainer.h"

namespace crescendo {

/// A point to be trained outside a search, as best.toml holds it.
struct PointFile {
  int channels = 0;    // 0: as most of the pictures are
  int image_side = 0;  // 0: not said
  Fit fit = Fit::kCrop;
  int epochs = 30;
  double data_share = 1;  // of the training pictures that it is trained on
  CnnOptions training;  // of what [training] may hold
  Space space;          // of this point alone
  Point point;
};

/// Throws Error (bad input) for TOML or parameters that the CNN does not know.
PointFile parse_point_file(std::string_view toml, std::string_view what);

struct RetrainOptions {
  int repeats = 1;  // with different seeds
  int jobs = 1;
  bool final = false;  // then train once more, on training and validation pictures, for the epochs found
  std::uint64_t seed = 0;
  std::function<bool()> interrupted = [] { return false; };
  // Written after each epoch, and continued from where it is there; only for one repetition. The training that `final`
  // adds has its own, with ".final" behind the name. Empty: none.
  std::filesystem::path checkpoint = {};
  std::function<void(const std::filesystem::path&, int epoch)> on_continue = [](const auto&, int) {};
};

/// One repetition. Errors are fractions.
struct Retrained {
  double validation_error = 1, validation_per_class_error = 1;
  std::optional<double> test_error, test_per_class_error;  // none without test pictures
  TrainingPlan plan;
  std::vector<float> weights;  // that the test error belongs to
};

/// Trains the point `repeats` times on `images` and judges each network on `test`, which may be empty. Empty if it was
/// interrupted. Throws Error (unavailable) with the reason when a training diverges or does not fit the
/// memory, and (bad input) when the checkpoint is of another training or no checkpoint.
std::vector<Retrained> retrain(const PointFile& file, const ImageSet& images, const ImageSet& test,
                               const RetrainOptions& options);

struct Spread {
  double mean = 0, std = 0;  // std: of the sample (n - 1); 0 for one value
};
Spread spread(const std::vector<double>& values);

}  // namespace crescendo
