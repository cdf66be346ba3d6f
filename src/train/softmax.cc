#include "train/softmax.h"

#include <algorithm>
#include <cmath>

namespace crescendo {

double softmax_cross_entropy(const float* logits, int classes, std::size_t pitch, std::span<const int> labels,
                             std::span<const float> class_weights, float weight, float* gradient) {
  std::fill(gradient, gradient + classes * pitch, 0.0f);
  double loss = 0;
  for (std::size_t n = 0; n < labels.size(); ++n) {
    // A NaN must reach the sum: std::max would drop it if it came second, the exponentials below would not.
    float largest = logits[n];
    for (int c = 1; c < classes; ++c) largest = std::max(largest, logits[c * pitch + n]);
    float sum = 0;
    for (int c = 0; c < classes; ++c) {
      const float e = std::exp(logits[c * pitch + n] - largest);
      gradient[c * pitch + n] = e;
      sum += e;
    }
    const float of_class = class_weights.empty() ? 1.0f : class_weights[labels[n]];
    const float scale = of_class * weight / sum;
    for (int c = 0; c < classes; ++c) gradient[c * pitch + n] *= scale;
    const std::size_t truth = labels[n] * pitch + n;
    gradient[truth] -= of_class * weight;
    loss += of_class * (std::log(sum) - (logits[truth] - largest));
  }
  return loss;
}

}  // namespace crescendo
