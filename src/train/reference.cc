#include "train/reference.h"

#include <algorithm>
#include <cmath>

namespace crescendo {
namespace {

constexpr std::uint8_t kOff = 255;

/// Sides and counts of one convolution, and where its parameters stand in the plain order.
struct Conv {
  int inputs, filters, size, side, pooled;
  std::size_t weights_at, biases_at;
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
      conv.push_back({inputs, layer.filters, layer.size, side, side / 2, at, at + weights});
      at += weights + layer.filters;
      inputs = layer.filters;
      side /= 2;
    }
    inputs *= side * side;
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

/// Activations of one picture: the inputs of every layer, the last one being the logits.
template <class Real>
using Activations = std::vector<std::vector<Real>>;

template <class Real>
Activations<Real> forward(const Layers& layers, std::span<const Real> parameters, std::span<const Real> picture,
                          std::size_t n, bool fixed, ReferencePass<Real>& pass) {
  Activations<Real> x{{picture.begin(), picture.end()}};
  for (std::size_t i = 0; i < layers.conv.size(); ++i) {
    const Conv& layer = layers.conv[i];
    const std::size_t map = static_cast<std::size_t>(layer.filters) * layer.side * layer.side;
    const std::size_t pooled = static_cast<std::size_t>(layer.filters) * layer.pooled * layer.pooled;
    std::vector<Real> y(pooled);
    convolve(layer, parameters, x.back().data(), pass.maps[i].data() + n * map);
    pool(layer, pass.maps[i].data() + n * map, fixed, pass.pooling[i].data() + n * pooled, y.data());
    x.push_back(std::move(y));
  }
  for (const Linear& layer : layers.linear) {
    std::vector<Real> y(layer.outputs);
    multiply(layer, parameters, x.back().data(), &layer != &layers.linear.back(), y.data());
    x.push_back(std::move(y));
  }
  return x;
}

/// Adds the gradients of one picture; `gradient` is that of its logits.
template <class Real>
void backward(const Layers& layers, std::span<const Real> parameters, const Activations<Real>& x, std::size_t n,
              std::vector<Real> gradient, ReferencePass<Real>& pass) {
  const std::size_t convolutions = layers.conv.size();
  for (std::size_t i = layers.linear.size(); i-- > 0;) {
    const std::vector<Real>& input = x[convolutions + i];
    std::vector<Real> input_gradient(input.size());
    multiply_backward(layers.linear[i], parameters, input.data(), gradient.data(), pass.gradients,
                      input_gradient.data());
    for (std::size_t j = 0; i > 0 && j < input.size(); ++j) {
      if (input[j] <= 0) input_gradient[j] = 0;
    }
    gradient = std::move(input_gradient);
  }
  for (std::size_t i = convolutions; i-- > 0;) {
    std::vector<Real> input_gradient(i > 0 ? x[i].size() : 0);
    convolve_backward(layers.conv[i], parameters, x[i].data(), pass.pooling[i].data() + n * x[i + 1].size(),
                      gradient.data(), pass.gradients, i > 0 ? input_gradient.data() : nullptr);
    gradient = std::move(input_gradient);
  }
}

}  // namespace

template <class Real>
std::vector<Real> normalised_pictures(const NetworkShape& shape, const Batch& batch) {
  std::vector<Real> pictures;
  for (const std::uint8_t* const pixels : batch.pictures) {
    for (int c = 0; c < shape.channels; ++c) {
      for (int p = 0; p < shape.side_px * shape.side_px; ++p) {
        const float value = pixels[static_cast<std::size_t>(p) * shape.channels + c];
        pictures.push_back((value - batch.normalisation.mean[c]) * batch.normalisation.scale[c]);
      }
    }
  }
  return pictures;
}

template <class Real>
ReferencePass<Real> reference_pass(const NetworkShape& shape, std::span<const Real> parameters,
                                   std::span<const Real> pictures, std::span<const int> labels,
                                   const std::vector<std::vector<std::uint8_t>>* pooling) {
  const Layers layers(shape);
  const std::size_t picture = static_cast<std::size_t>(shape.channels) * shape.side_px * shape.side_px;
  const std::size_t count = labels.size();
  ReferencePass<Real> pass;
  pass.gradients.resize(parameters.size());
  for (const Conv& layer : layers.conv) {
    pass.maps.emplace_back(count * layer.filters * layer.side * layer.side);
    pass.pooling.emplace_back(count * layer.filters * layer.pooled * layer.pooled);
  }
  if (pooling) pass.pooling = *pooling;
  for (std::size_t n = 0; n < count; ++n) {
    const Activations<Real> x =
        forward(layers, parameters, pictures.subspan(n * picture, picture), n, pooling != nullptr, pass);
    pass.logits.insert(pass.logits.end(), x.back().begin(), x.back().end());
    std::vector<Real> gradient(shape.classes);
    pass.loss += cross_entropy(x.back().data(), shape.classes, labels[n], gradient.data()) / static_cast<Real>(count);
    for (Real& g : gradient) g /= static_cast<Real>(count);
    backward(layers, parameters, x, n, std::move(gradient), pass);
  }
  return pass;
}

template std::vector<float> normalised_pictures(const NetworkShape&, const Batch&);
template std::vector<double> normalised_pictures(const NetworkShape&, const Batch&);
template ReferencePass<float> reference_pass(const NetworkShape&, std::span<const float>, std::span<const float>,
                                             std::span<const int>, const std::vector<std::vector<std::uint8_t>>*);
template ReferencePass<double> reference_pass(const NetworkShape&, std::span<const double>, std::span<const double>,
                                              std::span<const int>, const std::vector<std::vector<std::uint8_t>>*);

}  // namespace crescendo
