#pragma once

#include <functional>
#include <map>
#include <memory>

#include "base/json.h"
#include "base/options.h"
#include "crescendo/objective.h"
#include "train/trainer.h"

namespace crescendo {

/// The options of the objective "cnn", as they stand in a study's file.
struct CnnOptions {
  std::string data;         // the folder of pictures
  std::string fingerprint;  // of the data set when the study was made
  int channels = 1;
  std::string fit = "crop";  // how pictures become square: crop or pad
  double share = 1;          // of the pictures that are not test
  int classes = 0;           // only so many, those with most training pictures; 0: all
  int fold = 0;              // the one that is trained on, where the data set has folds
  int frames = 0;            // so many of the last of each sequence, where it has sequences; 0: as usual
  int memory_mib = 384;      // for each trial's weights, momenta and activations
  std::string backend = "native";

  // How every point is trained whose space does not say it. The three that are marked make small sizes better judges of
  // large ones (docs/benchmarks.md, "Do sizes agree?"); the paper's networks have 0, false and 0 there.
  int patience = 5;
  double momentum = 0.9;
  std::string optimiser = "sgd";  // or adam
  double dropout = 0;
  bool batch_norm = false;
  bool mirror = false;
  double shift = 0;                    // share of the side
  std::string schedule = "constant";   // or cosine, step
  double warmup_epochs = 1;            // marked
  std::string class_weights = "none";  // or balanced
  double clip_norm = 0;                // of a step's gradient; 0: no limit
  double initial_scale = 1;            // of the initial weights' standard deviation
  bool zero_last = true;               // marked
  int dense_side = 4;                  // of the maps that the dense layers read, at most; 0: no limit; marked
  std::string kernels;                 // a table as train/kernel_table.h writes it; empty: the shipped one
};

/// Throws Error (bad input) for an unknown option or a value out of range.
CnnOptions read_cnn_options(const Options& given);
Options to_options(const CnnOptions& options);

/// The table [training] of a point's file: those of the options that a point is trained with and that `point` (as in
/// [point]) does not hold itself.
Json training_table(const CnnOptions& options, const Json& point);
/// The options of such a table; the others are as usual. `what` is what messages call the table.
CnnOptions read_training_table(const Json& table, const std::string& what);

/// What all workers of a search share.
struct CnnPictures {
  std::map<int, std::shared_ptr<const ImageSet>> by_side;  // training and validation parts
  std::shared_ptr<const DataSet> data;                     // what they came from; null: not known
  /// Reads the test part at a side; called only once the best point is fixed.
  std::function<ImageSet(int side_px)> test;
  std::shared_ptr<LoadReport> test_report = std::make_shared<LoadReport>();  // of the last reading
};

/// The name of the file in a trial's folder that holds the weights of its best epoch (src/train/weights_file.h).
inline constexpr std::string_view kWeightsFile = "weights.bin";

/// Trains the CNN that a point describes, natively; loss is the validation error, the tie-break its cross-entropy.
///
/// Fidelity: image_side, epochs, data_share (of the training pictures, 1 where it is not there). Below the top rung
/// weights are kept where the assignment says so: as a checkpoint where the rung above goes on, else the best ones.
/// Beside weights lie pictures that their network got wrong (objective/mistakes.h). A network that does not fit the
/// memory or the side, or that diverges, is a failed outcome.
///
/// A trial that goes on comes to the bits of one training from the first epoch to its own; one whose parent ran out of
/// patience ends at once, with its result. Without a checkpoint that fits it is trained from the first epoch, to the
/// same result; the metric `from_epoch` says which epoch it went on from, 0 in that case. One that starts from weights
/// throws Error (not found) if they are not there. A perturbed one goes on from its parent's checkpoint with its own
/// point, where that names the same network; its loss is the best of its own epochs.
std::unique_ptr<Objective> make_cnn(const CnnOptions& options, std::shared_ptr<const CnnPictures> pictures);

/// The table of kernels that the options name; none if they name none, or one for which this processor lacks the
/// instructions: then it computes with its own, and the numbers differ in their last digits.
std::optional<KernelTable> kernels_here(const CnnOptions& options);

/// The plan of a point at a rung's fidelity, for pictures such as these.
TrainingPlan training_plan(const CnnOptions& options, const Space& space, const Point& point, const ImageSet& images,
                           int epochs, std::uint64_t seed);

}  // namespace crescendo
