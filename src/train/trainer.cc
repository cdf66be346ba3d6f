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

class Run {
 public:
  Run(const TrainingPlan& plan, const ImageSet& images, std::span<const int> training, std::span<const int> validation,
      const TrainingHooks& hooks, TrainingResult& result)
      : plan_(plan),
        images_(images),
        order_(training.begin(), training.end()),
        validation_(validation),
        hooks_(hooks),
        result_(result),
        buffer_(images) {}

  void run(const BackendEntry& backend, Arena& arena) {
    const int batch = std::min(plan_.batch_size, static_cast<int>(order_.size()));
    network_ = backend.make(plan_.shape, {.max_batch = batch, .memory_bytes = plan_.memory_bytes}, arena);
    network_->set_parameters(initial_weights(plan_.shape, plan_.seed));
    start_ = Steady::now();
    for (int epoch = 1; epoch <= plan_.max_epochs; ++epoch) {
      if (const std::optional<Ending> ending = run_epoch(epoch)) {
        result_.end = ending->end;
        result_.reason = ending->reason;
        return;
      }
      if (out_of_patience(epoch)) return;
    }
  }

 private:
  std::optional<Ending> run_epoch(int epoch) {
    EpochResult now;
    now.epoch = epoch;
    now.validation_error = 1;
    if (auto ending = train_epoch(now)) return ending;
    std::optional<Judgement> judgement;
    if (!validation_.empty()) {
      judgement = judge_unless(hooks_.cancelled, *network_, images_, validation_);
      if (!judgement) return cancelled_in(epoch);
      if (!std::isfinite(judgement->loss)) return diverged("validation", judgement->loss, epoch);
      now.validation_error = judgement->error;
      now.validation_loss = judgement->loss;
    }
    now.seconds = seconds_since(start_);
    result_.curve.push_back(now);
    keep_if_better(now, std::move(judgement));
    const bool goes_on = hooks_.after_epoch(now);
    if (goes_on || epoch == plan_.max_epochs || out_of_patience(epoch)) return std::nullopt;
    return Ending{TrainingEnd::kStopped, "stopped after epoch " + std::to_string(epoch)};
  }

  /// One pass over the training pictures in a fresh order.
  std::optional<Ending> train_epoch(EpochResult& now) {
    const Steady::time_point start = Steady::now();
    shuffle_for_epoch(order_, plan_.seed, now.epoch);
    const Update update{.learning_rate = static_cast<float>(plan_.learning_rate),
                        .momentum = static_cast<float>(plan_.momentum),
                        .l1 = static_cast<float>(plan_.l1),
                        .l2 = static_cast<float>(plan_.l2)};
    const std::span<const int> order = order_;
    const std::size_t batch = plan_.batch_size;
    for (std::size_t first = 0; first < order.size(); first += batch) {
      if (hooks_.cancelled()) return cancelled_in(now.epoch);
      const std::size_t count = std::min(batch, order.size() - first);
      const double loss = network_->step(buffer_.gather(order.subspan(first, count)), update);
      if (!std::isfinite(loss)) return diverged("training", loss, now.epoch);
      now.training_loss += loss * static_cast<double>(count) / static_cast<double>(order.size());
    }
    now.images_per_second = static_cast<double>(order.size()) / seconds_since(start);
    return std::nullopt;
  }

  /// Never without validation pictures, where every epoch is the best so far.
  bool out_of_patience(int epoch) const { return plan_.patience > 0 && epoch - result_.best_epoch >= plan_.patience; }

  /// Without validation pictures the last epoch counts as the best.
  void keep_if_better(const EpochResult& now, std::optional<Judgement> judgement) {
    const bool better = result_.best_epoch == 0 || !judgement ||
                        std::tie(now.validation_error, now.validation_loss) <
                            std::tie(result_.validation_error, result_.validation_loss);
    if (!better) return;
    result_.best_epoch = now.epoch;
    result_.validation_error = now.validation_error;
    result_.validation_loss = now.validation_loss;
    if (judgement) result_.confusion = std::move(judgement->confusion);
    result_.weights.resize(parameter_count(plan_.shape));
    network_->copy_parameters(result_.weights);
  }

  const TrainingPlan& plan_;
  const ImageSet& images_;
  std::vector<int> order_;  // of the training pictures; each epoch shuffles the last one's
  std::span<const int> validation_;
  const TrainingHooks& hooks_;
  TrainingResult& result_;
  BatchBuffer buffer_;
  std::unique_ptr<Network> network_;
  Steady::time_point start_;
};

}  // namespace

TrainingResult train(const BackendEntry& backend, Arena& arena, const TrainingPlan& plan, const ImageSet& images,
                     std::span<const int> training, std::span<const int> validation, const TrainingHooks& hooks) {
  check(!training.empty(), "there are pictures to train on");
  check(plan.batch_size >= 1 && plan.max_epochs >= 1, "a plan has at least one picture a batch and one epoch");
  check(images.side_px == plan.shape.side_px && images.channels == plan.shape.channels,
        "the pictures have the side and channels of the network");
  TrainingResult result;
  try {
    Run(plan, images, training, validation, hooks, result).run(backend, arena);
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
