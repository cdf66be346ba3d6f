#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "base/processes.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/other_kernels.h"
#include "cli/outputs.h"
#include "cli/summary_text.h"
#include "cli/words.h"
#include "crescendo/error.h"
#include "search/image_study.h"
#include "search/kernel_choice.h"
#include "search/retrain.h"
#include "train/onnx_file.h"
#include "train/weights_file.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

struct TrainOptions {
  std::string point, data, save, onnx, checkpoint, kernels;
  int size = 0, jobs = 0, classes = 0, fold = 0, frames = 0;
  std::optional<int> epochs;
  std::optional<std::string> fit;
  bool json = false, grey = false, colour = false, strict = false;
  double share = 1;
  RetrainOptions retrain;
};

struct Pictures {
  ImageSet images, test;
};

Pictures load(const TrainOptions& options, const PointFile& file, int side_px) {
  const auto data = open_data_set(options.data, {0, options.share, options.classes, options.fold, options.frames});
  check_sizes({side_px}, *data);
  const int said = options.grey ? 1 : options.colour ? 3 : file.channels;
  const int channels = said != 0 ? said : data->mostly_colour() ? 3 : 1;
  LoadOptions load_options;
  load_options.threads = processors();
  load_options.strict = options.strict;
  load_options.fit = options.fit ? find_fit(*options.fit) : file.fit;
  LoadReport report, test_report;
  const auto progress = [](std::size_t, std::size_t) { stop_if_interrupted(); };
  const std::array trained = {Part::kTraining, Part::kValidation};
  const std::array tested = {Part::kTest};
  const std::array side = {side_px};
  Pictures pictures;
  pictures.images = std::move(load_images(*data, trained, side, channels, load_options, report, progress).front());
  const auto is_test = [](const DataSet::Entry& entry) { return entry.part == Part::kTest; };
  if (std::any_of(data->entries().begin(), data->entries().end(), is_test)) {
    pictures.test = std::move(load_images(*data, tested, side, channels, load_options, test_report, progress).front());
  }
  fmt::print(stderr, "{}{}{}", remark_text(*data), report_text(report), report_text(test_report));
  return pictures;
}

// Without a test part there is no test error.
Json spread_json(const std::vector<double>& values) {
  if (values.empty()) return {{"mean", nullptr}, {"std", nullptr}};
  const Spread value = spread(values);
  return {{"mean", value.mean}, {"std", value.std}};
}

/// Errors of all repetitions; those of the test part are empty without one.
struct Errors {
  explicit Errors(const std::vector<Retrained>& results) {
    for (const Retrained& one : results) {
      validation.push_back(one.validation_error);
      validation_per_class.push_back(one.validation_per_class_error);
      if (one.test_error) test.push_back(*one.test_error);
      if (one.test_per_class_error) test_per_class.push_back(*one.test_per_class_error);
    }
  }
  std::vector<double> validation, validation_per_class, test, test_per_class;
};

void print_results(const TrainOptions& options, const Errors& errors, int side_px, double seconds) {
  if (options.json) {
    const Json json{
        {"validation_error", spread_json(errors.validation)},
        {"test_error", spread_json(errors.test)},
        {"per_class_error",
         {{"validation", spread_json(errors.validation_per_class)}, {"test", spread_json(errors.test_per_class)}}},
        {"seconds", seconds}};
    fmt::print("{}\n", pretty(json));
    return;
  }
  const std::size_t count = errors.validation.size();
  const auto line = [&](const char* name, const std::vector<double>& values) {
    if (values.empty()) return;
    const Spread value = spread(values);
    fmt::print("{:<17} {}{}\n", name, percent(value.mean), count > 1 ? fmt::format(" +- {}", percent(value.std)) : "");
  };
  fmt::print("{} training{} at {} px in {}\n", count, count == 1 ? "" : "s", side_px, duration_text(seconds));
  line("validation error", errors.validation);
  line("  mean of classes", errors.validation_per_class);
  line("test error", errors.test);
  line("  mean of classes", errors.test_per_class);
}

void prepare_checkpoint(TrainOptions& options) {
  if (options.checkpoint.empty()) return;
  if (options.retrain.repeats > 1) {
    bad_input("--checkpoint keeps one training; leave out --repeats, or the checkpoint");
  }
  options.retrain.checkpoint = options.checkpoint;
  options.retrain.on_continue = [](const fs::path& file, int epoch) {
    fmt::print(stderr, "goes on from {}, after epoch {}\n", file.string(), epoch);
  };
}

int run(TrainOptions options) {
  PointFile file = parse_point_file(read_file(options.point), options.point);
  if (options.epochs) file.epochs = *options.epochs;
  if (!options.kernels.empty()) file.training.kernels = to_text(read_kernel_table(options.kernels));
  warn_of_other_kernels(file.training);
  prepare_checkpoint(options);
  check_outputs({{"--checkpoint", options.checkpoint}, {"--save", options.save}, {"--onnx", options.onnx}},
                {{"--point", options.point}, {"--kernels", options.kernels}});
  const int side_px = options.size > 0 ? options.size : file.image_side;
  if (side_px == 0) bad_input(fmt::format("{} names no image_side; give --size PX", options.point));
  const Pictures pictures = load(options, file, side_px);
  options.retrain.jobs = options.jobs > 0 ? options.jobs : processors();
  options.retrain.interrupted = interrupted;
  const SystemClock clock;
  const double began = clock.now();
  const auto results = retrain(file, pictures.images, pictures.test, options.retrain);
  if (results.empty()) {
    if (options.checkpoint.empty() || !fs::exists(options.checkpoint)) throw Interrupted{};
    fmt::print(stderr, "crescendo: stopped; {} holds what was trained. Run the same command to go on.\n",
               options.checkpoint);
    return kExitInterrupted;
  }
  const double seconds = clock.now() - began;
  print_results(options, Errors(results), side_px, seconds);
  if (!options.save.empty() || !options.onnx.empty()) {
    const TrainedNetwork first{results.front().plan.shape, pictures.images.classes, pictures.images.normalisation,
                               results.front().weights, pictures.images.fit};
    if (!options.save.empty()) save_weights(options.save, first);
    if (!options.onnx.empty()) save_onnx(options.onnx, first);
  }
  return kExitSucceeded;
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<TrainOptions>();
  command.add_option("--point", options->point, "a point's TOML, as 'tune' and 'best' write it").required();
  command.add_option("--data", options->data, "folder of pictures").required();
  command.add_option("--size", options->size, "image side in px; default: the point's").check(in_range(4, 4096));
  command.add_option("--epochs", options->epochs, "at most; default: the point's").check(in_range(1, 1'000'000));
  command.add_option("--repeats", options->retrain.repeats, "trainings with different seeds")
      .check(in_range(1, 10'000))
      .shows_default();
  command.add_flag("--final", options->retrain.final,
                   "then train on training and validation pictures together, for the number of epochs found");
  command.add_option("--seed", options->retrain.seed, "of weights and order")
      .check(in_range(std::uint64_t{0}, std::uint64_t{INT64_MAX}))
      .shows_default();
  command.add_option("--share", options->share, "share of the training and validation pictures")
      .check(in_range(1e-6, 1.0))
      .shows_default();
  command.add_option("--classes", options->classes, "only the largest classes, so many; default: all")
      .check(in_range(2, 1'000'000));
  command.add_option("--fold", options->fold, "train on this fold of the data set (STL-10), from 0; default 0")
      .check(in_range(0, kMostFolds));
  command.add_option("--frames", options->frames, "so many of the last pictures of each sequence (CK+); default 3")
      .check(in_range(1, kMostFrames));
  command.add_option("--jobs", options->jobs, "trainings at a time; default: all cores").check(in_range(1, 4096));
  command.add_option("--save", options->save, "write the weights of the first training to this file")
      .check(not_empty());
  command.add_option("--onnx", options->onnx, "write the network of the first training to this file, as an ONNX model")
      .check(not_empty());
  command
      .add_option("--checkpoint", options->checkpoint,
                  "write this file after each epoch, and go on from it if it is there")
      .check(not_empty());
  const auto grey = command.add_flag("--grey,--gray", options->grey, "use grey pictures");
  command.add_flag("--colour,--color", options->colour, "use colour pictures").excludes(grey);
  command.add_option("--kernels", options->kernels,
                     "compute with the kernels in this file, as 'crescendo kernels' prints them; default: the point's");
  command.add_option("--fit", options->fit, "how pictures become square, crop or pad; default: as the point says");
  command.add_flag("--strict", options->strict, "a broken picture is an error instead of being skipped");
  command.add_flag("--json", options->json, "print one JSON object (docs/formats.md)");
  return [options] { return run(*options); };
}

}  // namespace

Command train_command() { return {"train", "train a point and measure its validation and test error", declare}; }

}  // namespace crescendo
