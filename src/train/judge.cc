#include "train/judge.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "crescendo/error.h"
#include "train/batches.h"

namespace crescendo {
namespace {

constexpr std::size_t kBatch = 256;

/// What softmax divides by where the largest exponential is 1: the inverse of the likeliest class's probability.
double sum_of_exponentials(std::span<const float> logits, double largest) {
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  return sum;
}

void keep_most_certain(std::vector<Mistake>& mistakes, const Mistake& mistake) {
  const auto before = [](const Mistake& a, const Mistake& b) {
    return a.probability != b.probability ? a.probability > b.probability : a.picture < b.picture;
  };
  if (mistakes.size() == kMostMistakes && !before(mistake, mistakes.back())) return;
  mistakes.insert(std::upper_bound(mistakes.begin(), mistakes.end(), mistake, before), mistake);
  if (mistakes.size() > kMostMistakes) mistakes.pop_back();
}

/// Each class's share of wrong predictions, averaged over the classes that have pictures.
double mean_per_class_error(std::span<const int> confusion, std::size_t classes) {
  double sum = 0, present = 0;
  for (std::size_t label = 0; label < classes; ++label) {
    const std::span<const int> row = confusion.subspan(label * classes, classes);
    const double count = std::accumulate(row.begin(), row.end(), 0.0);
    if (count == 0) continue;
    sum += 1 - row[label] / count;
    ++present;
  }
  return sum / present;
}

}  // namespace

std::optional<Judgement> judge_unless(const std::function<bool()>& cancelled, Network& network, const ImageSet& images,
                                      const Normalisation& normalisation, std::span<const int> pictures) {
  check(!pictures.empty(), "a network is judged on at least one picture");
  const std::size_t classes = network.shape().classes;
  Judgement judgement;
  judgement.confusion.resize(classes * classes);
  BatchBuffer buffer(images, normalisation);
  std::vector<float> logits(std::min(kBatch, pictures.size()) * classes);
  std::size_t wrong = 0;
  for (std::size_t first = 0; first < pictures.size(); first += kBatch) {
    if (cancelled()) return std::nullopt;
    const Batch batch = buffer.gather(pictures.subspan(first, std::min(kBatch, pictures.size() - first)));
    network.forward(batch, logits.data());
    for (std::size_t n = 0; n < batch.labels.size(); ++n) {
      const std::span<const float> row(&logits[n * classes], classes);
      const int label = batch.labels[n];
      const int predicted = static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin());
      const double largest = row[predicted], sum = sum_of_exponentials(row, largest);
      ++judgement.confusion[label * classes + predicted];
      judgement.loss += std::log(sum) - (row[label] - largest);
      if (predicted == label) continue;
      ++wrong;
      keep_most_certain(judgement.mistakes, {pictures[first + n], predicted, 1 / sum});
    }
  }
  const double count = static_cast<double>(pictures.size());
  judgement.error = static_cast<double>(wrong) / count;
  judgement.per_class_error = mean_per_class_error(judgement.confusion, classes);
  judgement.loss /= count;
  return judgement;
}

Judgement judge(Network& network, const ImageSet& images, std::span<const int> pictures) {
  return *judge_unless([] { return false; }, network, images, images.normalisation, pictures);
}

Judgement judge_weights(const BackendEntry& backend, Arena& arena, const NetworkShape& shape,
                        std::span<const float> weights, const Normalisation& normalisation, const ImageSet& images,
                        Part part, const std::optional<KernelTable>& kernels) {
  constexpr int kAtOnce = 64;  // few, since the memory of a training was counted for its batches
  const auto network = backend.make(shape, {.max_batch = kAtOnce, .kernels = kernels ? &*kernels : nullptr}, arena);
  network->set_parameters(weights);
  return *judge_unless([] { return false; }, *network, images, normalisation, images.indices(part));
}

}  // namespace crescendo
