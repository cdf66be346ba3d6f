// Our side of bench/train: the native backend as a contestant (bench/contestant.h). CRESCENDO_ISA chooses the kernels.

#include <cstdio>
#include <numeric>
#include <vector>

#include "bench/contestant.h"
#include "bench/networks.h"
#include "crescendo/error.h"
#include "train/arena.h"
#include "train/backends.h"
#include "train/trainer.h"

namespace crescendo {
namespace {

class Steps : public TimedWork {
 public:
  Steps(const Ask& ask, Noise& noise) : ask_(ask), noise_(noise) {
    network_ = find_backend("native").make(ask.shape, {.max_batch = ask.batch}, arena_);
    network_->set_parameters(rivals_weights(ask.shape));
  }

  double run() override {
    loss_ = network_->step(noise_.next(ask_.batch), {.learning_rate = 0.001f, .momentum = 0.9f});
    return ask_.batch;
  }

  double result() override { return loss_; }

 private:
  const Ask& ask_;
  Noise& noise_;
  Arena arena_;
  std::unique_ptr<Network> network_;
  double loss_ = 0;
};

class ForwardPasses : public TimedWork {
 public:
  ForwardPasses(const Ask& ask, Noise& noise)
      : ask_(ask), noise_(noise), logits_(static_cast<std::size_t>(ask.batch) * ask.shape.classes) {
    network_ = find_backend("native").make(ask.shape, {.max_batch = ask.batch}, arena_);
    network_->set_parameters(rivals_weights(ask.shape));
  }

  double run() override {
    network_->forward(noise_.next(ask_.batch), logits_.data());
    return ask_.batch;
  }

  double result() override { return std::accumulate(logits_.begin(), logits_.end(), 0.0); }

 private:
  const Ask& ask_;
  Noise& noise_;
  Arena arena_;
  std::unique_ptr<Network> network_;
  std::vector<float> logits_;
};

/// As a worker does it: the arena outlives a trial.
class Trials : public TimedWork {
 public:
  Trials(const Ask& ask, const Noise& noise) : noise_(noise), training_(kTrialPictures), validation_(kTrialValidation) {
    std::iota(training_.begin(), training_.end(), 0);
    std::iota(validation_.begin(), validation_.end(), kTrialPictures);
    plan_.shape = ask.shape;
    plan_.batch_size = ask.batch;
    plan_.learning_rate = 0.001;
    plan_.max_epochs = kTrialEpochs;
    plan_.patience = 0;
  }

  double run() override {
    result_ = train(find_backend("native"), arena_, plan_, noise_.images(), training_, validation_);
    return static_cast<double>(kTrialEpochs) * kTrialPictures;
  }

  double result() override {
    check(result_.end == TrainingEnd::kFinished && result_.curve.size() == kTrialEpochs, "a timed trial finishes");
    return result_.curve.back().training_loss;
  }

 private:
  const Noise& noise_;
  std::vector<int> training_, validation_;
  TrainingPlan plan_;
  Arena arena_;
  TrainingResult result_;
};

std::unique_ptr<TimedWork> make_work(const Ask& ask, Noise& noise) {
  switch (ask.mode) {
    case Ask::Mode::kTrain:
      return std::make_unique<Steps>(ask, noise);
    case Ask::Mode::kEvaluate:
      return std::make_unique<ForwardPasses>(ask, noise);
    case Ask::Mode::kTrial:
      return std::make_unique<Trials>(ask, noise);
  }
  return nullptr;
}

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "native_steps: bench/train starts this program (bench/contestant.h)\n");
    return 2;
  }
  return crescendo::serve(arguments[1], {{"compiler", __VERSION__}}, crescendo::make_work);
}
