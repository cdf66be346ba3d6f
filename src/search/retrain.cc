#include "search/retrain.h"

#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "base/toml.h"
#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "objective/cnn.h"
#include "objective/cnn_space.h"
#include "objective/training_share.h"
#include "space/parse.h"
#include "train/arena.h"
#include "train/backends.h"
#include "train/checkpoint_file.h"
#include "train/judge.h"
#include "train/kernels/dispatch.h"

namespace crescendo {
namespace {

struct Stopped {};  // by `interrupted`

/// One training of a repetition, with its checkpoint.
TrainingResult train_or_fail(const BackendEntry& backend, Arena& arena, const TrainingPlan& plan,
                             const ImageSet& images, std::span<const int> training, std::span<const int> validation,
                             const RetrainOptions& options, const std::filesystem::path& file) {
  TrainingHooks hooks;
  hooks.cancelled = options.interrupted;
  std::optional<Checkpoint> from;
  if (!file.empty()) {
    hooks.checkpoint = [&](const Checkpoint& checkpoint) { save_checkpoint(file, checkpoint); };
    if (std::filesystem::exists(file)) from = load_checkpoint(file);
    hooks.continues = [&](int epoch) { options.on_continue(file, epoch); };
  }
  TrainingResult result = train(backend, arena, plan, images, training, validation, hooks, from ? &*from : nullptr);
  if (result.end == TrainingEnd::kCancelled) throw Stopped{};
  if (result.end != TrainingEnd::kFinished) unavailable(fmt::format("the training failed: {}", result.reason));
  return result;
}

std::filesystem::path final_checkpoint(std::filesystem::path file) {
  if (!file.empty()) file += ".final";
  return file;
}

Retrained retrain_once(const PointFile& file, const ImageSet& images, const ImageSet& test,
                       const RetrainOptions& options, int repeat) {
  const BackendEntry backend = find_backend(CnnOptions{}.backend);
  Arena arena;
  const std::uint64_t seed = Rng(options.seed, {static_cast<std::uint64_t>(repeat)}).next();
  Retrained one;
  one.plan = training_plan(file.training, file.space, file.point, images, file.epochs, seed);
  one.plan.memory_bytes = 0;  // a single training may take what it needs
  // Named in any case, so that a checkpoint goes on with the kernels that it began with, or not at all.
  if (!one.plan.kernels) one.plan.kernels = shipped_kernel_table(choose_kernels().name);
  const auto training = training_share(images, file.data_share), validation = images.indices(Part::kValidation);
  TrainingResult result =
      train_or_fail(backend, arena, one.plan, images, training, validation, options, options.checkpoint);
  one.validation_error = result.validation_error;
  one.validation_per_class_error = result.per_class_error;
  if (options.final) {
    one.plan.schedule.epochs = one.plan.max_epochs;  // the rate goes as it went while the number of epochs was found
    one.plan.max_epochs = result.best_epoch;
    std::vector<int> both = training;
    both.insert(both.end(), validation.begin(), validation.end());
    result = train_or_fail(backend, arena, one.plan, images, both, {}, options, final_checkpoint(options.checkpoint));
  }
  one.weights = std::move(result.weights);
  if (test.size() == 0) return one;
  const Judgement judgement = judge_weights(backend, arena, one.plan.shape, one.weights, images.normalisation, test,
                                            Part::kTest, one.plan.kernels);
  one.test_error = judgement.error;
  one.test_per_class_error = judgement.per_class_error;
  return one;
}

}  // namespace

PointFile parse_point_file(std::string_view toml, std::string_view what) {
  const Json json = parse_toml(toml, what);
  FieldReader in(json, std::string(what));
  PointFile file;
  const Json& point = in.require("point");
  file.space = space_of_point(point);
  check_cnn_space(file.space);
  file.point = parse_point(file.space, point);
  require_whole_point(file.space, file.point);
  if (const Json* fidelity = in.take("fidelity")) {
    FieldReader fields(*fidelity, fmt::format("{}: fidelity", what));
    fields.read("image_side", file.image_side);
    fields.read("epochs", file.epochs);
    fields.read("data_share", file.data_share);
    fields.finish();
  }
  if (const Json* training = in.take("training")) {
    file.training = read_training_table(*training, fmt::format("{}: training", what));
    if (training->contains("channels")) file.channels = file.training.channels;
    file.fit = find_fit(file.training.fit);
  }
  in.finish();
  if (file.epochs < 1) bad_input(fmt::format("{}: epochs must be at least 1", what));
  if (!(file.data_share > 0 && file.data_share <= 1)) {
    bad_input(fmt::format("{}: data_share must be above 0 and at most 1", what));
  }
  return file;
}

std::vector<Retrained> retrain(const PointFile& file, const ImageSet& images, const ImageSet& test,
                               const RetrainOptions& options) {
  check(options.checkpoint.empty() || options.repeats == 1, "a checkpoint is of one training");
  std::vector<Retrained> results(static_cast<std::size_t>(options.repeats));
  std::atomic<int> next = 0;
  std::atomic<bool> stopped = false;
  std::mutex failure_mutex;
  std::exception_ptr failure;
  {
    std::vector<std::jthread> threads;
    for (int job = 0; job < std::min(options.jobs, options.repeats); ++job) {
      threads.emplace_back([&] {
        try {
          for (int repeat = next++; repeat < options.repeats; repeat = next++) {
            results[static_cast<std::size_t>(repeat)] = retrain_once(file, images, test, options, repeat);
          }
        } catch (const Stopped&) {
          stopped = true;
        } catch (...) {
          const std::lock_guard lock(failure_mutex);
          if (!failure) failure = std::current_exception();
          next = options.repeats;
        }
      });
    }
  }
  if (failure) std::rethrow_exception(failure);
  if (stopped) results.clear();
  return results;
}

Spread spread(const std::vector<double>& values) {
  Spread result;
  for (const double value : values) result.mean += value / static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  if (values.size() > 1) result.std = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return result;
}

}  // namespace crescendo
