#include "train/reference.h"

#include <algorithm>
#include <cmath>

#include "train/dropout.h"

namespace crescendo {
namespace {

constexpr std::uint8_t kOff = 255;

/// Sides and counts of one convolution, and where its parameters stand in the plain order.
struct Conv {
  int inputs, filters, size, side, pooled;
  std::size_t weights_at, biases_at, norm_at;
  std::size_t weight(int o, int c, int row, int column) const {
    return weights_at + ((static_cast<std::size_t>(o) * inputs + c) * size + row) * size + column;
  }
};

struct Linear {
  int inputs, outputs;
  std::size_t weights_at, biases_at;
  std::size_t weight(int o, int i) const { return weights_at + static_cast<std::size_t>(o) * inputs + i; }
};

struct Layers {
  explicit Layers(const NetworkShape& shape) {
    std::size_t at = 0;
    int inputs = shape.channels;
    int side = shape.side_px;
    for (const ConvLayer& layer : shape.conv) {
      const std::size_t weights = static_cast<std::size_t>(layer.filters) * inputs * layer.size * layer.size;
      conv.push_back(
          {inputs, layer.filters, layer.size, side, side / 2, at, at + weights, at + weights + layer.filters});
      at += weights + layer.filters * (shape.batch_norm ? 5 : 1);
      inputs = layer.filters;
      side /= 2;
    }
    inputs *= dense_input_side(shape) * dense_input_side(shape);
    std::vector<int> widths = shape.dense;
    widths.push_back(shape.classes);
    for (const int outputs : widths) {
      const std::size_t weights = static_cast<std::size_t>(outputs) * inputs;
      linear.push_back({inputs, outputs, at, at + weights});
      at += weights + outputs;
      inputs = outputs;
    }
  }
  std::vector<Conv> conv;
  std::vector<Linear> linear;
};

/// x: [inputs][side][side] -> map: [filters][side][side]
template <class Real>
void convolve(const Conv& layer, std::span<const Real> parameters, const Real* x, Real* map) {
  const int side = layer.side;
  const int border = layer.size / 2;
  const std::size_t plane = static_cast<std::size_t>(side) * side;
  for (int o = 0; o < layer.filters; ++o, map += plane) {
    std::fill(map, map + plane, parameters[layer.biases_at + o]);
    for (int c = 0; c < layer.inputs; ++c) {
      for (int row = 0; row < layer.size; ++row) {
        for (int column = 0; column < layer.size; ++column) {
          const Real weight = parameters[layer.weight(o, c, row, column)];
          const int dy = row - border;
          const int dx = column - border;
          for (int y = std::max(0, -dy); y < std::min(side, side - dy); ++y) {
            Real* const to = map + static_cast<std::size_t>(y) * side;
            const Real* const from = x + c * plane + static_cast<std::size_t>(y + dy) * side + dx;
            for (int i = std::max(0, -dx); i < std::min(side, side - dx); ++i) to[i] += weight * from[i];
          }
        }
      }
    }
  }
}

/// map: [filters][side][side] -> y: [filters][pooled][pooled]; the choices are made, or kept where `fixed`.
template <class Real>
void pool(const Conv& layer, const Real* map, bool fixed, std::uint8_t* choices, Real* y) {
  for (int o = 0; o < layer.filters; ++o, map += static_cast<std::size_t>(layer.side) * layer.side) {
    for (int row = 0; row < layer.pooled; ++row) {
      for (int column = 0; column < layer.pooled; ++column, ++choices, ++y) {
        const auto value = [&](int position) {
          return map[static_cast<std::size_t>(2 * row + position / 2) * layer.side + 2 * column + position % 2];
        };
        if (!fixed) {
          std::uint8_t best = 0;
          for (std::uint8_t position = 1; position < 4; ++position) {
            if (value(position) > value(best)) best = position;
          }
          *choices = value(best) <= 0 ? kOff : best;
        }
        *y = *choices == kOff ? 0 : value(*choices);
      }
    }
  }
}

/// Gradients of one picture's convolution from those of its pooled output; x_gradient may be null.
template <class Real>
void convolve_backward(const Conv& layer, std::span<const Real> parameters, const Real* x, const std::uint8_t* choices,
                       const Real* y_gradient, std::vector<Real>& gradients, Real* x_gradient) {
  const int side = layer.side;
  const int border = layer.size / 2;
  for (int o = 0; o < layer.filters; ++o) {
    for (int window = 0; window < layer.pooled * layer.pooled; ++window, ++choices, ++y_gradient) {
      if (*choices == kOff) continue;  // the gradient is zero everywhere but at the window's maximum
      const int y = window / layer.pooled * 2 + *choices / 2;
      const int i = window % layer.pooled * 2 + *choices % 2;
      gradients[layer.biases_at + o] += *y_gradient;
      for (int c = 0; c < layer.inputs; ++c) {
        for (int row = std::max(0, border - y); row < std::min(layer.size, side + border - y); ++row) {
          for (int column = std::max(0, border - i); column < std::min(layer.size, side + border - i); ++column) {
            const std::size_t from =
                (static_cast<std::size_t>(c) * side + y + row - border) * side + i + column - border;
            gradients[layer.weight(o, c, row, column)] += *y_gradient * x[from];
            if (x_gradient) x_gradient[from] += *y_gradient * parameters[layer.weight(o, c, row, column)];
          }
        }
      }
    }
  }
}

/// Calls visit(place in a map of `side`, place in its averages, share) for all that the averages are made of.
template <class Real, class Visit>
void visit_averages(int side, int averages, Visit visit) {
  for (int i = 0; i < averages * averages; ++i) {
    const AveragedWindow rows = averaged_window(i / averages, side, averages);
    const AveragedWindow columns = averaged_window(i % averages, side, averages);
    const Real share = 1 / static_cast<Real>((rows.end - rows.first) * (columns.end - columns.first));
    for (int row = rows.first; row < rows.end; ++row) {
      for (int column = columns.first; column < columns.end; ++column) visit(row * side + column, i, share);
    }
  }
}

/// maps: [maps][side][side]; returns [maps][averages][averages].
template <class Real>
std::vector<Real> average(const std::vector<Real>& maps, int side, int averages) {
  const std::size_t from = static_cast<std::size_t>(side) * side, to = static_cast<std::size_t>(averages) * averages;
  std::vector<Real> result(maps.size() / from * to);
  for (std::size_t map = 0; map < maps.size() / from; ++map) {
    visit_averages<Real>(side, averages, [&](std::size_t place, std::size_t i, Real share) {
      result[map * to + i] += share * maps[map * from + place];
    });
  }
  return result;
}

/// The gradient of the maps from that of their averages.
template <class Real>
std::vector<Real> average_backward(const std::vector<Real>& gradient, int side, int averages) {
  const std::size_t from = static_cast<std::size_t>(side) * side, to = static_cast<std::size_t>(averages) * averages;
  std::vector<Real> result(gradient.size() / to * from);
  for (std::size_t map = 0; map < gradient.size() / to; ++map) {
    visit_averages<Real>(side, averages, [&](std::size_t place, std::size_t i, Real share) {
      result[map * from + place] += share * gradient[map * to + i];
    });
  }
  return result;
}

template <class Real>
void multiply(const Linear& layer, std::span<const Real> parameters, const Real* x, bool relu, Real* y) {
  for (int o = 0; o < layer.outputs; ++o) {
    Real sum = parameters[layer.biases_at + o];
    for (int i = 0; i < layer.inputs; ++i) sum += parameters[layer.weight(o, i)] * x[i];
    y[o] = relu && sum <= 0 ? 0 : sum;
  }
}

template <class Real>
void multiply_backward(const Linear& layer, std::span<const Real> parameters, const Real* x, const Real* y_gradient,
                       std::vector<Real>& gradients, Real* x_gradient) {
  for (int o = 0; o < layer.outputs; ++o) {
    if (y_gradient[o] == 0) continue;
    gradients[layer.biases_at + o] += y_gradient[o];
    for (int i = 0; i < layer.inputs; ++i) {
      gradients[layer.weight(o, i)] += y_gradient[o] * x[i];
      x_gradient[i] += y_gradient[o] * parameters[layer.weight(o, i)];
    }
  }
}

/// Loss of one picture; gradient: softmax minus the truth.
template <class Real>
Real cross_entropy(const Real* logits, int classes, int label, Real* gradient) {
  const Real largest = *std::max_element(logits, logits + classes);
  Real sum = 0;
  for (int c = 0; c < classes; ++c) sum += std::exp(logits[c] - largest);
  for (int c = 0; c < classes; ++c) gradient[c] = std::exp(logits[c] - largest) / sum - (c == label ? 1 : 0);
  return std::log(sum) - (logits[label] - largest);
}

/// Mean and variance of each filter over the pictures' maps, and what follows from them.
template <class Real>
struct Statistics {
  std::vector<Real> mean, variance;  // divided by the count
  Real inverse(int filter) const { return 1 / std::sqrt(variance[filter] + static_cast<Real>(kNormEpsilon)); }
};

/// x: [n][filters][pixels]
template <class Real>
Statistics<Real> statistics(const Conv& layer, const std::vector<Real>& x, std::size_t pictures) {
  const std::size_t pixels = static_cast<std::size_t>(layer.pooled) * layer.pooled;
  const Real count = static_cast<Real>(pictures * pixels);
  Statistics<Real> result;
  for (int o = 0; o < layer.filters; ++o) {
    const auto sum_of = [&](auto value) {
      Real sum = 0;
      for (std::size_t n = 0; n < pictures; ++n) {
        for (std::size_t p = 0; p < pixels; ++p) sum += value(x[(n * layer.filters + o) * pixels + p]);
      }
      return sum;
    };
    const Real mean = sum_of([](Real value) { return value; }) / count;
    result.mean.push_back(mean);
    result.variance.push_back(sum_of([&](Real value) { return (value - mean) * (value - mean); }) / count);
  }
  return result;
}

/// x: [n][filters][pixels], normalised, scaled and shifted in place; returns it before scale and shift.
template <class Real>
std::vector<Real> normalise(const Conv& layer, std::span<const Real> parameters, const Statistics<Real>& s,
                            std::vector<Real>& x) {
  const std::size_t pixels = static_cast<std::size_t>(layer.pooled) * layer.pooled;
  std::vector<Real> normal(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const int o = static_cast<int>(i / pixels % layer.filters);
    normal[i] = (x[i] - s.mean[o]) * s.inverse(o);
    x[i] = normal[i] * parameters[layer.norm_at + o] + parameters[layer.norm_at + layer.filters + o];
  }
  return normal;
}

/// Turns the gradient of the normalised maps into that of the maps before, in place.
template <class Real>
void normalise_backward(const Conv& layer, std::span<const Real> parameters, const Statistics<Real>& s,
                        const std::vector<Real>& normal, std::vector<Real>& gradient, std::vector<Real>& gradients) {
  const std::size_t pixels = static_cast<std::size_t>(layer.pooled) * layer.pooled;
  const Real count = static_cast<Real>(gradient.size() / layer.filters);
  std::vector<Real> sums(layer.filters), products(layer.filters);
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const std::size_t o = i / pixels % layer.filters;
    sums[o] += gradient[i];
    products[o] += gradient[i] * normal[i];
  }
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const int o = static_cast<int>(i / pixels % layer.filters);
    gradient[i] = parameters[layer.norm_at + o] * s.inverse(o) *
                  (gradient[i] - sums[o] / count - normal[i] * products[o] / count);
  }
  for (int o = 0; o < layer.filters; ++o) {
    gradients[layer.norm_at + o] += products[o];
    gradients[layer.norm_at + layer.filters + o] += sums[o];
  }
}

/// What the pictures of one pass come to, layer by layer.
template <class Real>
class Pass {
 public:
  Pass(const NetworkShape& shape, std::span<const Real> parameters, std::size_t pictures, const ReferenceMode& mode,
       ReferencePass<Real>& result)
      : shape_(shape), layers_(shape), parameters_(parameters), pictures_(pictures), mode_(mode), result_(result) {
    result_.gradients.resize(parameters.size());
    for (const Conv& layer : layers_.conv) {
      result_.maps.emplace_back(pictures * layer.filters * layer.side * layer.side);
      result_.pooling.emplace_back(pictures * layer.filters * layer.pooled * layer.pooled);
    }
    if (mode.pooling) result_.pooling = *mode.pooling;
  }

  void forward(std::span<const Real> pictures) {
    x_.assign(1, {pictures.begin(), pictures.end()});
    for (std::size_t i = 0; i < layers_.conv.size(); ++i) convolve_all(i);
    if (averages()) x_.back() = average(x_.back(), layers_.conv.back().pooled, dense_input_side(shape_));
    for (std::size_t i = 0; i < layers_.linear.size(); ++i) multiply_all(i);
    result_.logits = x_.back();
  }

  /// Sets loss and gradients.
  void backward(std::span<const int> labels) {
    std::vector<Real> gradient(result_.logits.size());
    for (std::size_t n = 0; n < pictures_; ++n) {
      const Real weight = (mode_.class_weights.empty() ? 1 : static_cast<Real>(mode_.class_weights[labels[n]])) /
                          static_cast<Real>(pictures_);
      Real* const of_picture = &gradient[n * shape_.classes];
      result_.loss +=
          weight * cross_entropy(&result_.logits[n * shape_.classes], shape_.classes, labels[n], of_picture);
      for (int c = 0; c < shape_.classes; ++c) of_picture[c] *= weight;
    }
    for (std::size_t i = layers_.linear.size(); i-- > 0;) gradient = multiply_all_backward(i, std::move(gradient));
    if (averages()) gradient = average_backward(gradient, layers_.conv.back().pooled, dense_input_side(shape_));
    for (std::size_t i = layers_.conv.size(); i-- > 0;) gradient = convolve_all_backward(i, std::move(gradient));
  }

 private:
  bool averages() const { return dense_input_side(shape_) < layers_.conv.back().pooled; }

  void convolve_all(std::size_t i) {
    const Conv& layer = layers_.conv[i];
    const std::size_t map = static_cast<std::size_t>(layer.filters) * layer.side * layer.side;
    const std::size_t pooled = static_cast<std::size_t>(layer.filters) * layer.pooled * layer.pooled;
    std::vector<Real> y(pictures_ * pooled);
    for (std::size_t n = 0; n < pictures_; ++n) {
      convolve(layer, parameters_, x_.back().data() + n * x_.back().size() / pictures_,
               result_.maps[i].data() + n * map);
      pool(layer, result_.maps[i].data() + n * map, mode_.pooling != nullptr, result_.pooling[i].data() + n * pooled,
           y.data() + n * pooled);
    }
    if (shape_.batch_norm) normalise_all(layer, y);
    x_.push_back(std::move(y));
  }

  void normalise_all(const Conv& layer, std::vector<Real>& y) {
    if (mode_.training) {
      statistics_.push_back(statistics(layer, y, pictures_));
      const Real count = static_cast<Real>(y.size() / layer.filters);
      result_.means.push_back(statistics_.back().mean);
      result_.variances.push_back(statistics_.back().variance);
      for (Real& variance : result_.variances.back()) variance *= count / std::max<Real>(count - 1, 1);
    } else {
      const auto running = parameters_.begin() + static_cast<std::ptrdiff_t>(layer.norm_at) + 2 * layer.filters;
      statistics_.push_back(
          {{running, running + layer.filters}, {running + layer.filters, running + 2 * layer.filters}});
    }
    normal_.push_back(normalise(layer, parameters_, statistics_.back(), y));
  }

  void multiply_all(std::size_t i) {
    const Linear& layer = layers_.linear[i];
    const bool hidden = i + 1 < layers_.linear.size();
    std::vector<Real> y(pictures_ * layer.outputs);
    for (std::size_t n = 0; n < pictures_; ++n) {
      multiply(layer, parameters_, x_.back().data() + n * layer.inputs, hidden, y.data() + n * layer.outputs);
    }
    factors_.resize(layers_.linear.size());
    if (hidden && mode_.training && shape_.dropout > 0) {
      factors_[i].resize(y.size());
      for (std::size_t n = 0; n < pictures_; ++n) {
        dropout_factors(shape_.dropout, mode_.noise, i, mode_.first_picture + n,
                        std::span(factors_[i]).subspan(n * layer.outputs, layer.outputs));
      }
      for (std::size_t j = 0; j < y.size(); ++j) y[j] *= factors_[i][j];
    }
    x_.push_back(std::move(y));
  }

  std::vector<Real> multiply_all_backward(std::size_t i, std::vector<Real> gradient) {
    const Linear& layer = layers_.linear[i];
    const std::vector<Real>& x = x_[layers_.conv.size() + i];
    std::vector<Real> x_gradient(x.size());
    for (std::size_t n = 0; n < pictures_; ++n) {
      multiply_backward(layer, parameters_, x.data() + n * layer.inputs, gradient.data() + n * layer.outputs,
                        result_.gradients, x_gradient.data() + n * layer.inputs);
    }
    // The layer before ended with ReLU and dropout.
    for (std::size_t j = 0; i > 0 && j < x.size(); ++j) {
      if (x[j] <= 0) x_gradient[j] = 0;
      if (!factors_[i - 1].empty()) x_gradient[j] *= factors_[i - 1][j];
    }
    return x_gradient;
  }

  std::vector<Real> convolve_all_backward(std::size_t i, std::vector<Real> gradient) {
    const Conv& layer = layers_.conv[i];
    const std::size_t pooled = static_cast<std::size_t>(layer.filters) * layer.pooled * layer.pooled;
    if (shape_.batch_norm) {
      normalise_backward(layer, parameters_, statistics_[i], normal_[i], gradient, result_.gradients);
    }
    const std::size_t inputs = x_[i].size() / pictures_;
    std::vector<Real> x_gradient(i > 0 ? x_[i].size() : 0);
    for (std::size_t n = 0; n < pictures_; ++n) {
      convolve_backward(layer, parameters_, x_[i].data() + n * inputs, result_.pooling[i].data() + n * pooled,
                        gradient.data() + n * pooled, result_.gradients,
                        i > 0 ? x_gradient.data() + n * inputs : nullptr);
    }
    return x_gradient;
  }

  const NetworkShape& shape_;
  const Layers layers_;
  std::span<const Real> parameters_;
  std::size_t pictures_;
  const ReferenceMode& mode_;
  ReferencePass<Real>& result_;
  std::vector<std::vector<Real>> x_;  // the inputs of every layer, [n][values]; the last one: the logits
  std::vector<Statistics<Real>> statistics_;
  std::vector<std::vector<Real>> normal_;    // the pooled maps normalised, before scale and shift
  std::vector<std::vector<float>> factors_;  // of dropout, one vector a linear layer, empty where there is none
};

}  // namespace

template <class Real>
std::vector<Real> normalised_pictures(const NetworkShape& shape, const Batch& batch) {
  std::vector<Real> pictures;
  const int side = shape.side_px;
  for (std::size_t n = 0; n < batch.pictures.size(); ++n) {
    const PicturePlacement place = batch.placements.empty() ? PicturePlacement{} : batch.placements[n];
    for (int c = 0; c < shape.channels; ++c) {
      for (int p = 0; p < side * side; ++p) {
        const int row = p / side - place.down_px;
        const int placed = p % side - place.right_px;
        const int column = place.mirrored ? side - 1 - placed : placed;
        const bool inside = row >= 0 && row < side && column >= 0 && column < side;
        const std::size_t pixel = inside ? static_cast<std::size_t>(row) * side + column : 0;
        const float value = batch.pictures[n][pixel * shape.channels + c];
        pictures.push_back(inside ? (value - batch.normalisation.mean[c]) * batch.normalisation.scale[c] : 0);
      }
    }
  }
  return pictures;
}

template <class Real>
ReferencePass<Real> reference_pass(const NetworkShape& shape, std::span<const Real> parameters,
                                   std::span<const Real> pictures, std::span<const int> labels,
                                   const ReferenceMode& mode) {
  ReferencePass<Real> result;
  Pass<Real> pass(shape, parameters, labels.size(), mode, result);
  pass.forward(pictures);
  if (mode.training) pass.backward(labels);
  return result;
}

template std::vector<float> normalised_pictures(const NetworkShape&, const Batch&);
template std::vector<double> normalised_pictures(const NetworkShape&, const Batch&);
template ReferencePass<float> reference_pass(const NetworkShape&, std::span<const float>, std::span<const float>,
                                             std::span<const int>, const ReferenceMode&);
template ReferencePass<double> reference_pass(const NetworkShape&, std::span<const double>, std::span<const double>,
                                              std::span<const int>, const ReferenceMode&);

}  // namespace crescendo
