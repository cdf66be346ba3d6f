#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <new>
#include <optional>
#include <tuple>

#include "crescendo/error.h"
#include "train/arena.h"
#include "train/batches.h"
#include "train/checkpoint.h"
#include "train/epoch_order.h"
#include "train/initial_weights.h"
#include "train/judge.h"

namespace crescendo {
namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

/// Why a run ends before its time; nothing: it goes on.
struct Ending {
  TrainingEnd end;
  std::string reason;
};

Ending diverged(std::string_view which, double loss, int epoch) {
  return {TrainingEnd::kDiverged, "the " + std::string(which) + " loss became " +
                                      (std::isnan(loss) ? "NaN" : "infinite") + " in epoch " + std::to_string(epoch)};
}

Ending cancelled_in(int epoch) { return {TrainingEnd::kCancelled, "cancelled in epoch " + std::to_string(epoch)}; }

std::string mebibytes(std::size_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB"; }

std::vector<int> labels_of(const ImageSet& images, std::span<const int> pictures) {
  std::vector<int> labels;
  for (const int picture : pictures) labels.push_back(images.labels[picture]);
  return labels;
}

class Run {
 public:
  Run(const TrainingPlan& plan, const ImageSet& images, std::span<const int> training, std::span<const int> validation,
      const TrainingHooks& hooks, TrainingResult& result)
      : plan_(plan),
        images_(images),
        training_(training),
        order_(training.begin(), training.end()),
        validation_(validation),
        hooks_(hooks),
        result_(result),
        buffer_(images),
        class_weights_(class_weights(plan.class_weights, plan.shape.classes, labels_of(images, training))) {}

  void run(const BackendEntry& backend, Arena& arena, const Checkpoint* from, std::span<const float> start) {
    if (from || hooks_.checkpoint || hooks_.ended) pictures_ = pictures_fingerprint(images_, training_, validation_);
    if (from) {
      check_continues(*from, plan_, pictures_, training_, validation_);
      hooks_.continues(from->epoch);
    }
    const int batch = std::min(plan_.batch_size, static_cast<int>(order_.size()));
    network_ = backend.make(plan_.shape,
                            {.max_batch = batch,
                             .memory_bytes = plan_.memory_bytes,
                             .optimiser = plan_.optimiser,
                             .clips = plan_.clip_norm > 0,
                             .kernels = plan_.kernels ? &*plan_.kernels : nullptr},
                            arena);
    network_->set_parameters(from            ? from->weights
                             : start.empty() ? initial_weights(plan_.shape, plan_.seed, plan_.initial)
                                             : std::vector<float>(start.begin(), start.end()));
    start_ = Steady::now();
    if (from) go_on_from(*from);
    int epoch = from ? from->epoch : 0;
    while (epoch < plan_.max_epochs && !out_of_patience(epoch)) {
      if (const std::optional<Ending> ending = run_epoch(++epoch)) {
        result_.end = ending->end;
        result_.reason = ending->reason;
        return;
      }
    }
    if (hooks_.ended) hooks_.ended(checkpoint_after(epoch));
  }

 private:
  void go_on_from(const Checkpoint& from) {
    network_->set_moments(from.moments);
    order_ = from.order;
    steps_ = from.steps;
    result_ = from.so_far;
    start_ -= std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(from.seconds));
  }

  std::optional<Ending> run_epoch(int epoch) {
    EpochResult now;
    now.epoch = epoch;
    now.validation_error = 1;
    if (auto ending = train_epoch(now)) return ending;
    std::optional<Judgement> judgement;
    if (!validation_.empty()) {
      judgement = judge_unless(hooks_.cancelled, *network_, images_, images_.normalisation, validation_);
      if (!judgement) return cancelled_in(epoch);
      if (!std::isfinite(judgement->loss)) return diverged("validation", judgement->loss, epoch);
      now.validation_error = judgement->error;
      now.validation_loss = judgement->loss;
    }
    now.seconds = seconds_since(start_);
    result_.curve.push_back(now);
    keep_if_better(now, std::move(judgement));
    if (hooks_.checkpoint) hooks_.checkpoint(checkpoint_after(epoch));
    const bool goes_on = hooks_.after_epoch(now);
    if (goes_on || epoch == plan_.max_epochs || out_of_patience(epoch)) return std::nullopt;
    return Ending{TrainingEnd::kStopped, "stopped after epoch " + std::to_string(epoch)};
  }

  /// One pass over the training pictures in a fresh order.
  std::optional<Ending> train_epoch(EpochResult& now) {
    const Steady::time_point start = Steady::now();
    shuffle_for_epoch(order_, plan_.seed, now.epoch);
    const std::size_t batch = plan_.batch_size;
    for (std::size_t first = 0; first < order_.size(); first += batch) {
      if (hooks_.cancelled()) return cancelled_in(now.epoch);
      const std::size_t count = std::min(batch, order_.size() - first);
      const Update update = next_update();
      const double loss = network_->step(batch_at(first, count, now.epoch), update);
      if (!std::isfinite(loss)) return diverged("training", loss, now.epoch);
      now.training_loss += loss * static_cast<double>(count) / static_cast<double>(order_.size());
      now.learning_rate = static_cast<double>(update.learning_rate);
    }
    now.images_per_second = static_cast<double>(order_.size()) / std::max(seconds_since(start), 1e-9);
    return std::nullopt;
  }

  /// Of the step that comes next, which it counts.
  Update next_update() {
    const auto per_epoch = static_cast<std::int64_t>((order_.size() + plan_.batch_size - 1) / plan_.batch_size);
    const int epochs = plan_.schedule.epochs > 0 ? plan_.schedule.epochs : plan_.max_epochs;
    const double factor = learning_rate_factor(plan_.schedule, steps_, per_epoch, epochs);
    Update update{.learning_rate = static_cast<float>(factor * plan_.learning_rate),
                  .momentum = static_cast<float>(plan_.momentum),
                  .l1 = static_cast<float>(plan_.l1),
                  .l2 = static_cast<float>(plan_.l2),
                  .clip_norm = static_cast<float>(plan_.clip_norm),
                  .optimiser = plan_.optimiser,
                  .noise = Rng(plan_.seed, {kDropoutStream, static_cast<std::uint64_t>(steps_)}).next()};
    update.count = ++steps_;
    return update;
  }

  /// A picture's placement depends on its place in the epoch's order alone, not on how that is cut into batches.
  Batch batch_at(std::size_t first, std::size_t count, int epoch) {
    placements_.clear();
    for (std::size_t place = first; plan_.augmentation.varies() && place < first + count; ++place) {
      const Rng rng(plan_.seed, {kAugmentationStream, static_cast<std::uint64_t>(epoch), place});
      placements_.push_back(draw_placement(plan_.augmentation, plan_.shape.side_px, rng));
    }
    return buffer_.gather(std::span<const int>(order_).subspan(first, count), placements_, class_weights_);
  }

  Checkpoint checkpoint_after(int epoch) const {
    Checkpoint checkpoint;
    checkpoint.plan = plan_;
    checkpoint.pictures = pictures_;
    checkpoint.epoch = epoch;
    checkpoint.steps = steps_;
    checkpoint.seconds = seconds_since(start_);
    checkpoint.order = order_;
    checkpoint.weights.resize(parameter_count(plan_.shape));
    network_->copy_parameters(checkpoint.weights);
    checkpoint.moments.resize(moment_count(plan_.shape, plan_.optimiser));
    network_->copy_moments(checkpoint.moments);
    checkpoint.so_far = result_;
    return checkpoint;
  }

  /// Never without validation pictures, where every epoch is the best so far.
  bool out_of_patience(int epoch) const {
    // Where it goes on from another's end there is no best epoch at first.
    return result_.best_epoch > 0 && plan_.patience > 0 && epoch - result_.best_epoch >= plan_.patience;
  }

  /// Without validation pictures the last epoch counts as the best.
  void keep_if_better(const EpochResult& now, std::optional<Judgement> judgement) {
    const bool better = result_.best_epoch == 0 || !judgement ||
                        std::tie(now.validation_error, now.validation_loss) <
                            std::tie(result_.validation_error, result_.validation_loss);
    if (!better) return;
    result_.best_epoch = now.epoch;
    result_.validation_error = now.validation_error;
    result_.validation_loss = now.validation_loss;
    if (judgement) {
      result_.per_class_error = judgement->per_class_error;
      result_.confusion = std::move(judgement->confusion);
      result_.mistakes = std::move(judgement->mistakes);
    }
    result_.weights.resize(parameter_count(plan_.shape));
    network_->copy_parameters(result_.weights);
  }

  const TrainingPlan& plan_;
  const ImageSet& images_;
  std::span<const int> training_;
  std::vector<int> order_;  // of the training pictures; each epoch shuffles the last one's
  std::span<const int> validation_;
  const TrainingHooks& hooks_;
  TrainingResult& result_;
  BatchBuffer buffer_;
  std::vector<float> class_weights_;
  std::vector<PicturePlacement> placements_;  // of one batch
  std::uint64_t pictures_ = 0;                // fingerprint, where there are checkpoints
  std::int64_t steps_ = 0;                    // taken so far
  std::unique_ptr<Network> network_;
  Steady::time_point start_;
};

}  // namespace

TrainingResult train(const BackendEntry& backend, Arena& arena, const TrainingPlan& plan, const ImageSet& images,
                     std::span<const int> training, std::span<const int> validation, const TrainingHooks& hooks,
                     const Checkpoint* from, std::span<const float> start) {
  check(!training.empty(), "there are pictures to train on");
  check(plan.batch_size >= 1 && plan.max_epochs >= 1, "a plan has at least one picture a batch and one epoch");
  check(start.empty() || start.size() == parameter_count(plan.shape), "a training starts from weights of its shape");
  check(images.side_px == plan.shape.side_px && images.channels == plan.shape.channels,
        "the pictures have the side and channels of the network");
  TrainingResult result;
  try {
    Run(plan, images, training, validation, hooks, result).run(backend, arena, from, start);
  } catch (const OutOfMemory& memory) {
    result.end = TrainingEnd::kOutOfMemory;
    result.reason = "the network and one picture need " + mebibytes(memory.needed_bytes) + " of memory, the limit is " +
                    mebibytes(memory.limit_bytes);
  } catch (const std::bad_alloc&) {
    result.end = TrainingEnd::kOutOfMemory;
    result.reason = "the machine has no memory left for the network; its limit is " +
                    (plan.memory_bytes == 0 ? "not set" : mebibytes(plan.memory_bytes));
  }
  return result;
}

}  // namespace crescendo
