#include "bench/noise.h"

#include <numeric>

namespace crescendo {

Noise::Noise(const NetworkShape& shape, std::size_t pictures) : order_(pictures) {
  images_.side_px = shape.side_px;
  images_.channels = shape.channels;
  images_.pixels.resize(pictures * images_.picture_bytes());
  for (std::uint8_t& value : images_.pixels) value = static_cast<std::uint8_t>(rng_.next() >> 56);
  for (std::size_t n = 0; n < pictures; ++n) {
    images_.labels.push_back(static_cast<int>(rng_.below(static_cast<std::uint64_t>(shape.classes))));
  }
  images_.normalisation.scale.fill(1.0f / 255);
  std::iota(order_.begin(), order_.end(), 0);
}

Batch Noise::next(int count) {
  const auto pictures = static_cast<std::size_t>(count);
  if (next_ + pictures > order_.size()) next_ = 0;
  if (next_ == 0) rng_.shuffle<int>(order_);
  const auto drawn = std::span<const int>(order_).subspan(next_, pictures);
  next_ += pictures;
  return buffer_.gather(drawn);
}

}  // namespace crescendo
