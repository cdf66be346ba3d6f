#include "objective/cnn.h"

#include <fmt/format.h>

#include <chrono>

#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "base/names.h"
#include "crescendo/error.h"
#include "objective/cnn_space.h"
#include "objective/cnn_start.h"
#include "objective/mistakes.h"
#include "objective/objectives.h"
#include "objective/training_share.h"
#include "train/arena.h"
#include "train/backends.h"
#include "train/checkpoint_file.h"
#include "train/judge.h"
#include "train/weights_file.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr Option<CnnOptions> kOptions[] = {
    {"data", &CnnOptions::data, 0, 0, "the folder of pictures"},
    {"fingerprint", &CnnOptions::fingerprint, 0, 0, "of the data set when the study was made"},
    {"share", &CnnOptions::share, 0, 1, "of the pictures that are not test"},
    {"classes", &CnnOptions::classes, 0, 1'000'000, "those with most training pictures; 0: all"},
    {"fold", &CnnOptions::fold, 0, kMostFolds, "of the data set (stl10): the one that is trained on, from 0"},
    {"frames", &CnnOptions::frames, 0, kMostFrames, "of each sequence (ckplus), the last so many; 0: 3"},
    {"memory_mib", &CnnOptions::memory_mib, 1, 10'000'000, "for one trial's weights, momenta and activations"},
    {"backend", &CnnOptions::backend, 0, 0, "native or reference"},
    // From here on those that a point's file carries.
    {"channels", &CnnOptions::channels, 1, 3, "1 grey, 3 colour"},
    {"fit", &CnnOptions::fit, 0, 0, "how pictures become square: crop or pad"},
    {"patience", &CnnOptions::patience, 0, 10'000, "epochs without a better validation error; 0: no limit"},
    {"momentum", &CnnOptions::momentum, 0, 0.9999, "of the optimiser, where the space has none; so with all below"},
    {"optimiser", &CnnOptions::optimiser, 0, 0, "sgd or adam"},
    {"dropout", &CnnOptions::dropout, 0, 0.95, "share of the hidden units that a step leaves out"},
    {"batch_norm", &CnnOptions::batch_norm, 0, 0, "normalise each convolution's pooled maps"},
    {"mirror", &CnnOptions::mirror, 0, 0, "show every second training picture mirrored"},
    {"shift", &CnnOptions::shift, 0, 0.5, "move training pictures by up to this share of the side"},
    {"schedule", &CnnOptions::schedule, 0, 0, "of the learning rate: constant, cosine or step"},
    {"warmup_epochs", &CnnOptions::warmup_epochs, 0, 1000, "epochs over which the learning rate grows"},
    {"class_weights", &CnnOptions::class_weights, 0, 0, "none or balanced"},
    {"clip_norm", &CnnOptions::clip_norm, 0, 1e6, "a step's gradient is scaled to at most this L2 norm; 0: no limit"},
    {"initial_scale", &CnnOptions::initial_scale, 0.001, 1000, "factor of the initial weights' standard deviation"},
    {"zero_last", &CnnOptions::zero_last, 0, 0, "the last layer's weights start at zero"},
    {"dense_side", &CnnOptions::dense_side, 0, 32, "the last map is averaged down to this side; 0: it is not"},
    {"kernels", &CnnOptions::kernels, 0, 0,
     "which kernels compute, as 'crescendo kernels' prints it; else the shipped"},
};
constexpr std::span<const Option<CnnOptions>> kCarried = std::span(kOptions).subspan(8);
static_assert(kCarried.front().name == "channels", "what a point's file carries begins there");

int side_of(const Rung& rung) { return static_cast<int>(rung.fidelity.at("image_side")); }

double data_share_of(const Rung& rung) {
  const auto share = rung.fidelity.find("data_share");
  return share == rung.fidelity.end() ? 1 : share->second;
}

// Class names belong to the matrix: without them a reader could not tell its rows.
std::string confusion_json(const std::vector<std::string>& classes, const std::vector<int>& confusion) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto row = confusion.begin() + static_cast<std::ptrdiff_t>(i * classes.size());
    rows.push_back(std::vector<int>(row, row + static_cast<std::ptrdiff_t>(classes.size())));
  }
  return to_line({{"classes", classes}, {"confusion", rows}}) + "\n";
}

class CnnObjective : public Objective {
 public:
  CnnObjective(CnnOptions options, std::shared_ptr<const CnnPictures> pictures)
      : options_(std::move(options)), pictures_(std::move(pictures)), backend_(find_backend(options_.backend)) {}

  std::optional<Outcome> evaluate(const Assignment& assignment, const Hooks& hooks) override {
    const Study& study = assignment.study;
    const Rung& rung = study.ladder[static_cast<std::size_t>(assignment.rung)];
    const ImageSet& images = *pictures_->by_side.at(side_of(rung));
    const double began_cpu = thread_cpu_seconds();
    Outcome outcome;
    TrainingPlan plan = training_plan(options_, study.space, assignment.point, images,
                                      static_cast<int>(rung.fidelity.at("epochs")), assignment.seed);
    if (study.continues) plan.schedule.epochs = schedule_epochs(study, assignment.rung);
    Going going = Going::kOn;
    TrainingHooks training_hooks;
    training_hooks.after_epoch = [&](const EpochResult& epoch) {
      going = hooks.after_epoch({epoch.epoch, epoch.validation_error, epoch_metrics(epoch)});
      return going == Going::kOn;
    };
    training_hooks.cancelled = [&] {
      if (going == Going::kOn) going = hooks.ask();
      return going != Going::kOn;
    };
    if (assignment.keep && !assignment.folder.empty() && continues_above(assignment)) {
      training_hooks.ended = [&](const Checkpoint& checkpoint) {
        save_checkpoint(assignment.folder / kCheckpointFile, checkpoint);
      };
    }
    const auto began = std::chrono::steady_clock::now();
    TrainingResult result = train_point(assignment, plan, images, training_hooks);
    if (going == Going::kCancel) return {};
    outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    outcome.cpu_seconds = thread_cpu_seconds() - began_cpu;
    describe_end(result, outcome);
    if (goes_on(assignment)) outcome.metrics["from_epoch"] = from_epoch_;
    if (!outcome.failed && !assignment.folder.empty()) leave_files(assignment, plan, images, result);
    return outcome;
  }

  std::optional<double> test(const Study& study, int rung, const fs::path& folder) override {
    const fs::path weights = folder / kWeightsFile;
    if (!fs::exists(weights)) return {};
    const ImageSet images = pictures_->test(side_of(study.ladder[static_cast<std::size_t>(rung)]));
    if (images.size() == 0) return {};
    return test_error(weights, images);
  }

 private:
  static bool continues_above(const Assignment& assignment) {
    return assignment.rung < assignment.study.top() && assignment.study.goes_on(assignment.rung, assignment.rung + 1);
  }

  TrainingResult train_point(const Assignment& assignment, const TrainingPlan& plan, const ImageSet& images,
                             TrainingHooks hooks) {
    from_epoch_ = 0;
    int side_px = plan.shape.side_px;
    for (std::size_t layer = 0; layer < plan.shape.conv.size(); ++layer) side_px /= 2;
    if (side_px >= 1) {
      const CnnStart start = read_start(assignment, plan);
      const Rung& rung = assignment.study.ladder[static_cast<std::size_t>(assignment.rung)];
      const auto training = training_share(images, data_share_of(rung));
      const auto validation = images.indices(Part::kValidation);
      const auto train_from = [&](const Checkpoint* from) {
        return train(backend_, arena_, plan, images, training, validation, hooks, from, start.weights);
      };
      if (!start.checkpoint) return train_from(nullptr);
      hooks.continues = [&](int epoch) { from_epoch_ = epoch; };
      try {
        return train_from(&*start.checkpoint);
      } catch (const Error&) {
        if (from_epoch_ > 0) throw;  // it fits, so something else is wrong
      }
      require_beginning(assignment);
      return train_from(nullptr);
    }
    TrainingResult impossible;
    impossible.end = TrainingEnd::kDiverged;
    impossible.reason = fmt::format("{} conv layers, each halving the side, leave nothing of {} px",
                                    plan.shape.conv.size(), plan.shape.side_px);
    return impossible;
  }

  static std::map<std::string, double> epoch_metrics(const EpochResult& epoch) {
    return {{"training_loss", epoch.training_loss},
            {"validation_loss", epoch.validation_loss},
            {"learning_rate", epoch.learning_rate},
            {"seconds", epoch.seconds},
            {"images_per_second", epoch.images_per_second}};
  }

  static void describe_end(const TrainingResult& result, Outcome& outcome) {
    const bool broken = result.end == TrainingEnd::kDiverged || result.end == TrainingEnd::kOutOfMemory;
    outcome.failed = broken || result.best_epoch == 0;
    outcome.reason = result.reason;
    if (outcome.failed && outcome.reason.empty()) outcome.reason = "it was stopped before its first epoch ended";
    outcome.loss = result.validation_error;
    outcome.tie = result.validation_loss;
    outcome.stopped_early = result.end == TrainingEnd::kStopped || result.end == TrainingEnd::kCancelled;
    outcome.metrics = {{"best_epoch", result.best_epoch},
                       {"epochs", static_cast<double>(result.curve.size())},
                       {"per_class_error", result.per_class_error}};
  }

  // Takes the weights out of the result.
  void leave_files(const Assignment& assignment, const TrainingPlan& plan, const ImageSet& images,
                   TrainingResult& result) const {
    write_file(assignment.folder / "confusion.json", confusion_json(images.classes, result.confusion));
    const bool is_top = assignment.rung == assignment.study.top();
    if (!is_top && (!assignment.keep || continues_above(assignment))) return;  // a checkpoint holds the weights too
    save_weights(assignment.folder / kWeightsFile,
                 {plan.shape, images.classes, images.normalisation, result.weights, images.fit});
    // It may have gone on from a checkpoint of before mistakes were kept, and not become better since.
    const bool unknown = result.mistakes.empty() && result.validation_error > 0;
    if (unknown) return;
    write_file(assignment.folder / kMistakesFile, mistakes_json(result.mistakes, images, pictures_->data.get()));
  }

  double test_error(const fs::path& weights, const ImageSet& images) {
    const TrainedNetwork trained = load_weights(weights);
    return judge_weights(backend_, arena_, trained.shape, trained.weights, trained.normalisation, images, Part::kTest,
                         kernels_here(options_))
        .error;
  }

  CnnOptions options_;
  std::shared_ptr<const CnnPictures> pictures_;
  BackendEntry backend_;
  Arena arena_;
  int from_epoch_ = 0;  // that the last training went on from; 0: it began
};

CnnOptions read_checked(const Options& given, std::span<const Option<CnnOptions>> declared, const std::string& owner) {
  CnnOptions options = read_options<CnnOptions>(given, declared, owner);
  if (options.channels == 2) bad_input(fmt::format("{}: channels must be 1 (grey) or 3 (colour)", owner));
  from_name<Optimiser>(kOptimiserNames, options.optimiser, "optimiser", owner);
  from_name<Decay>(kDecayNames, options.schedule, "schedule", owner);
  from_name<ClassWeighting>(kClassWeightingNames, options.class_weights, "class_weights", owner);
  find_backend(options.backend);
  find_fit(options.fit);
  if (!options.kernels.empty()) parse_kernel_table(options.kernels, owner + ": kernels");
  return options;
}

}  // namespace

CnnOptions read_cnn_options(const Options& given) { return read_checked(given, kOptions, "objective cnn"); }

Json training_table(const CnnOptions& options, const Json& point) {
  Json table = Json::object();
  for (const auto& option : kCarried) {
    if (point.contains(option.name)) continue;
    std::visit([&](auto field) { table[std::string(option.name)] = options.*field; }, option.field);
  }
  return table;
}

CnnOptions read_training_table(const Json& table, const std::string& what) {
  Options given;
  if (!table.is_object()) bad_input(fmt::format("{} must be a table", what));
  for (const auto& [name, value] : table.items()) {
    if (value.is_boolean()) {
      given[name] = value.get<bool>();
    } else if (value.is_number()) {
      given[name] = value.get<double>();
    } else if (value.is_string()) {
      given[name] = value.get<std::string>();
    } else {
      bad_input(fmt::format("{}: {} must be a number, a text, true or false", what, name));
    }
  }
  return read_checked(given, kCarried, what);
}

Options to_options(const CnnOptions& options) {
  Options result;
  for (const auto& option : kOptions) {
    std::visit(
        [&](auto field) {
          using Field = std::remove_cvref_t<decltype(options.*field)>;
          if constexpr (std::is_same_v<Field, int>) {
            result[std::string(option.name)] = static_cast<double>(options.*field);
          } else {
            result[std::string(option.name)] = options.*field;
          }
        },
        option.field);
  }
  return result;
}

std::optional<KernelTable> kernels_here(const CnnOptions& options) {
  if (options.kernels.empty()) return {};
  const KernelTable table = parse_kernel_table(options.kernels, "kernels");
  if (!runs_here(table)) return {};
  return table;
}

TrainingPlan training_plan(const CnnOptions& options, const Space& space, const Point& point, const ImageSet& images,
                           int epochs, std::uint64_t seed) {
  TrainingPlan plan;
  plan.shape.channels = images.channels;
  plan.shape.side_px = images.side_px;
  plan.shape.classes = static_cast<int>(images.classes.size());
  plan.shape.batch_norm = options.batch_norm;
  plan.shape.dropout = options.dropout;
  plan.shape.dense_side = options.dense_side;
  plan.optimiser = from_name<Optimiser>(kOptimiserNames, options.optimiser, "optimiser", "objective cnn");
  plan.momentum = options.momentum;
  plan.schedule.decay = from_name<Decay>(kDecayNames, options.schedule, "schedule", "objective cnn");
  plan.schedule.warmup_epochs = options.warmup_epochs;
  plan.augmentation = {.mirror = options.mirror, .shift = options.shift};
  plan.class_weights =
      from_name<ClassWeighting>(kClassWeightingNames, options.class_weights, "class_weights", "objective cnn");
  plan.clip_norm = options.clip_norm;
  plan.initial = {.scale = options.initial_scale, .zero_last = options.zero_last};
  plan.max_epochs = epochs;
  plan.patience = options.patience;
  plan.seed = seed;
  plan.memory_bytes = static_cast<std::size_t>(options.memory_mib) << 20;
  plan.kernels = kernels_here(options);
  apply_point(space, point, plan);
  return plan;
}

std::unique_ptr<Objective> make_cnn(const CnnOptions& options, std::shared_ptr<const CnnPictures> pictures) {
  return std::make_unique<CnnObjective>(options, std::move(pictures));
}

ObjectiveEntry cnn_objective() {
  return {"cnn", "the validation error of a CNN on a folder of pictures", describe<CnnOptions>(kOptions), nullptr};
}

}  // namespace crescendo
