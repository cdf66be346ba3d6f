#include "images/rescale.h"

#include <algorithm>
#include <array>
#include <vector>

#include "crescendo/error.h"

namespace crescendo {
namespace {

// One axis of the filter: new pixel i is the sum of weights[first[i] .. first[i + 1]) times the old pixels from
// source[i] on, divided by `total`, which is what each new pixel's weights add up to.
struct Axis {
  std::vector<int> source;         // [side]
  std::vector<std::size_t> first;  // [side + 1]
  std::vector<std::uint32_t> weights;
  std::uint32_t total = 0;
};

// On a ruler with side * old marks, an old pixel is `side` marks long and a new one `old` marks.
Axis area_axis(int old, int side) {
  Axis axis;
  axis.total = static_cast<std::uint32_t>(old);
  for (int i = 0; i < side; ++i) {
    const std::int64_t begin = std::int64_t{i} * old, end = begin + old;
    std::int64_t j = begin / side;
    axis.source.push_back(static_cast<int>(j));
    axis.first.push_back(axis.weights.size());
    for (; j * side < end; ++j) {
      axis.weights.push_back(static_cast<std::uint32_t>(std::min(end, (j + 1) * side) - std::max(begin, j * side)));
    }
  }
  axis.first.push_back(axis.weights.size());
  return axis;
}

// The centre of new pixel i lies at (i + 1/2) * old / side - 1/2 old pixels, here counted in 2 * side-ths.
Axis linear_axis(int old, int side) {
  Axis axis;
  const std::int64_t unit = 2 * std::int64_t{side};
  axis.total = static_cast<std::uint32_t>(unit);
  for (int i = 0; i < side; ++i) {
    const std::int64_t centre = std::clamp((2 * std::int64_t{i} + 1) * old - side, std::int64_t{0}, (old - 1) * unit);
    const std::int64_t right = centre % unit;
    axis.source.push_back(static_cast<int>(centre / unit));
    axis.first.push_back(axis.weights.size());
    axis.weights.push_back(static_cast<std::uint32_t>(unit - right));
    if (right > 0) axis.weights.push_back(static_cast<std::uint32_t>(right));
  }
  axis.first.push_back(axis.weights.size());
  return axis;
}

// Rows of the square, filtered along x. A new row needs a run of them and shares at most the last one or two with the
// row after it, so two are kept.
class FilteredRows {
 public:
  FilteredRows(const Picture& picture, int old, const Axis& axis) : picture_(picture), axis_(axis) {
    left_ = (picture.width_px - old) / 2;
    top_ = (picture.height_px - old) / 2;
    for (auto& row : rows_) row.resize(axis.source.size() * picture.channels);
  }

  // [side][channels], each value axis.total times too large; valid until the row two further on is asked for.
  const std::vector<std::uint32_t>& row(int y) {
    const std::size_t slot = y % 2;
    if (held_[slot] != y) {
      held_[slot] = y;
      filter(y, rows_[slot]);
    }
    return rows_[slot];
  }

 private:
  void filter(int y, std::vector<std::uint32_t>& row) const {
    const std::size_t channels = picture_.channels;
    const std::size_t start = static_cast<std::size_t>(top_ + y) * picture_.width_px + left_;
    const std::uint8_t* old = picture_.pixels.data() + start * channels;
    for (std::size_t i = 0; i < axis_.source.size(); ++i) {
      std::array<std::uint32_t, 3> sum{};
      const std::uint8_t* in = old + axis_.source[i] * channels;
      for (std::size_t tap = axis_.first[i]; tap < axis_.first[i + 1]; ++tap, in += channels) {
        for (std::size_t c = 0; c < channels; ++c) sum[c] += axis_.weights[tap] * in[c];
      }
      std::copy_n(sum.begin(), channels, row.begin() + i * channels);
    }
  }

  const Picture& picture_;
  const Axis& axis_;
  int left_, top_;
  std::array<std::vector<std::uint32_t>, 2> rows_;
  std::array<int, 2> held_ = {-1, -1};
};

std::uint8_t rounded(std::uint64_t sum, std::uint64_t total) {
  return static_cast<std::uint8_t>((sum + total / 2) / total);
}

// sums: [side][from channels], each `total` times too large.
void write_row(std::span<const std::uint64_t> sums, int from, int to, std::uint64_t total, std::uint8_t* out) {
  if (from == to) {
    for (const std::uint64_t sum : sums) *out++ = rounded(sum, total);
  } else if (to == 1) {
    for (std::size_t i = 0; i < sums.size(); i += 3) {
      *out++ = rounded(299 * sums[i] + 587 * sums[i + 1] + 114 * sums[i + 2], 1000 * total);
    }
  } else {
    for (const std::uint64_t sum : sums) out = std::fill_n(out, 3, rounded(sum, total));
  }
}

int shorter_side_px(const Picture& picture) { return std::min(picture.width_px, picture.height_px); }

}  // namespace

bool is_enlarged(const Picture& picture, int side_px) { return shorter_side_px(picture) < side_px; }

void rescale(const Picture& picture, int side_px, int channels, std::span<std::uint8_t> out) {
  check((picture.channels == 1 || picture.channels == 3) && (channels == 1 || channels == 3),
        "pictures have one or three channels");
  check(out.size() == static_cast<std::size_t>(side_px) * side_px * channels, "the rescaled picture fits its place");
  const int old = shorter_side_px(picture);
  const Axis axis = is_enlarged(picture, side_px) ? linear_axis(old, side_px) : area_axis(old, side_px);
  const std::uint64_t total = std::uint64_t{axis.total} * axis.total;

  FilteredRows rows(picture, old, axis);
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(side_px) * picture.channels);
  for (int y = 0; y < side_px; ++y) {
    std::fill(sums.begin(), sums.end(), 0);
    int source = axis.source[y];
    for (std::size_t tap = axis.first[y]; tap < axis.first[y + 1]; ++tap, ++source) {
      const std::vector<std::uint32_t>& row = rows.row(source);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += std::uint64_t{axis.weights[tap]} * row[i];
    }
    write_row(sums, picture.channels, channels, total, out.data() + static_cast<std::size_t>(y) * side_px * channels);
  }
}

}  // namespace crescendo
