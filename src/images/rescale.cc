#include "images/rescale.h"

#include <algorithm>
#include <array>
#include <vector>

#include "crescendo/error.h"
#include "images/fit.h"

namespace crescendo {
namespace {

// Where a line of a picture lies along a line of the square that is made of it.
struct Placed {
  int count;        // old pixels of the picture
  int square;       // old pixels of the square
  int half_pixels;  // from the square's beginning to the picture's; negative where the picture is cut
};

Placed placed(int count, int square, Fit fit) {
  if (fit == Fit::kPad) return {count, square, square - count};
  return {count, square, -2 * ((count - square) / 2)};
}

// One axis of the filter: new pixel i is the sum of weights[first[i] .. first[i + 1]) times the old pixels from
// source[i] on, and of fill[i] times the colour around the picture, divided by `total`, which is what each new pixel's
// weights add up to.
struct Axis {
  std::vector<int> source;         // [side]
  std::vector<std::size_t> first;  // [side + 1]
  std::vector<std::uint32_t> weights;
  std::vector<std::uint32_t> fill;  // [side]
  std::uint32_t total = 0;

  // Called for the next new pixel, with what comes after called for each of its old ones, from left to right.
  void begin_pixel() {
    source.push_back(0);
    first.push_back(weights.size());
    fill.push_back(total);
  }
  void add(std::int64_t pixel, std::int64_t weight) {
    if (weights.size() == first.back()) source.back() = static_cast<int>(pixel);
    weights.push_back(static_cast<std::uint32_t>(weight));
    fill.back() -= weights.back();
  }
  void end() { first.push_back(weights.size()); }
};

// On a ruler with 2 * side * square marks, an old pixel is 2 * side marks long and a new one 2 * square; the picture
// begins at a whole mark even where its margin ends with half a pixel.
Axis area_axis(const Placed& line, int side) {
  Axis axis;
  axis.total = 2 * static_cast<std::uint32_t>(line.square);
  const std::int64_t pixel = 2 * std::int64_t{side}, picture_end = pixel * line.count;
  for (int i = 0; i < side; ++i) {
    const std::int64_t from_picture = std::int64_t{i} * axis.total - std::int64_t{line.half_pixels} * side;
    const std::int64_t begin = std::max(from_picture, std::int64_t{0});
    const std::int64_t end = std::min(from_picture + axis.total, picture_end);
    axis.begin_pixel();
    for (std::int64_t j = begin / pixel; j * pixel < end; ++j) {
      axis.add(j, std::min(end, (j + 1) * pixel) - std::max(begin, j * pixel));
    }
  }
  axis.end();
  return axis;
}

// The centre of new pixel i lies at (i + 1/2) * square / side - 1/2 old pixels, here counted in 2 * side-ths.
Axis linear_axis(const Placed& line, int side) {
  Axis axis;
  axis.total = 2 * static_cast<std::uint32_t>(side);
  const std::int64_t unit = axis.total, last = (line.square - 1) * unit;
  for (int i = 0; i < side; ++i) {
    const std::int64_t in_square = std::clamp((2 * std::int64_t{i} + 1) * line.square - side, std::int64_t{0}, last);
    const std::int64_t centre = in_square - std::int64_t{line.half_pixels} * side;
    const std::int64_t left = centre >= 0 ? centre / unit : (centre - unit + 1) / unit;  // rounded down
    const std::int64_t right_weight = centre - left * unit;
    axis.begin_pixel();
    if (left >= 0 && left < line.count) axis.add(left, unit - right_weight);
    if (left >= -1 && left + 1 < line.count && right_weight > 0) axis.add(left + 1, right_weight);
  }
  axis.end();
  return axis;
}

using Colour = std::array<std::uint32_t, 3>;

Colour mean_colour(const Picture& picture) {
  const std::size_t channels = picture.channels, count = picture.pixels.size() / channels;
  std::array<std::uint64_t, 3> sums{};
  for (std::size_t i = 0; i < picture.pixels.size(); i += channels) {
    for (std::size_t c = 0; c < channels; ++c) sums[c] += picture.pixels[i + c];
  }
  Colour mean{};
  for (std::size_t c = 0; c < channels; ++c) mean[c] = static_cast<std::uint32_t>((sums[c] + count / 2) / count);
  return mean;
}

// Rows of the picture, filtered along x. A new row needs a run of them and shares at most the last one or two with the
// row after it, so two are kept.
class FilteredRows {
 public:
  FilteredRows(const Picture& picture, const Axis& axis, const Colour& around)
      : picture_(picture), axis_(axis), around_(around) {
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
    const std::uint8_t* old = picture_.pixels.data() + static_cast<std::size_t>(y) * picture_.width_px * channels;
    for (std::size_t i = 0; i < axis_.source.size(); ++i) {
      Colour sum{};
      for (std::size_t c = 0; c < channels; ++c) sum[c] = axis_.fill[i] * around_[c];
      const std::uint8_t* in = old + axis_.source[i] * channels;
      for (std::size_t tap = axis_.first[i]; tap < axis_.first[i + 1]; ++tap, in += channels) {
        for (std::size_t c = 0; c < channels; ++c) sum[c] += axis_.weights[tap] * in[c];
      }
      std::copy_n(sum.begin(), channels, row.begin() + i * channels);
    }
  }

  const Picture& picture_;
  const Axis& axis_;
  const Colour& around_;
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

}  // namespace

bool is_enlarged(const Picture& picture, int side_px, Fit fit) {
  return fitted_side_px(picture.width_px, picture.height_px, fit) < side_px;
}

void rescale(const Picture& picture, int side_px, Fit fit, int channels, std::span<std::uint8_t> out) {
  check((picture.channels == 1 || picture.channels == 3) && (channels == 1 || channels == 3),
        "pictures have one or three channels");
  check(out.size() == static_cast<std::size_t>(side_px) * side_px * channels, "the rescaled picture fits its place");
  const int square = fitted_side_px(picture.width_px, picture.height_px, fit);
  const auto make_axis = is_enlarged(picture, side_px, fit) ? linear_axis : area_axis;
  const Axis across = make_axis(placed(picture.width_px, square, fit), side_px);
  const Axis down = make_axis(placed(picture.height_px, square, fit), side_px);
  const std::uint64_t total = std::uint64_t{across.total} * down.total;
  const bool is_padded = fit == Fit::kPad && picture.width_px != picture.height_px;
  const Colour around = is_padded ? mean_colour(picture) : Colour{};

  FilteredRows rows(picture, across, around);
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(side_px) * picture.channels);
  for (int y = 0; y < side_px; ++y) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i] = std::uint64_t{down.fill[y]} * across.total * around[i % picture.channels];
    }
    int source = down.source[y];
    for (std::size_t tap = down.first[y]; tap < down.first[y + 1]; ++tap, ++source) {
      const std::vector<std::uint32_t>& row = rows.row(source);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += std::uint64_t{down.weights[tap]} * row[i];
    }
    write_row(sums, picture.channels, channels, total, out.data() + static_cast<std::size_t>(y) * side_px * channels);
  }
}

}  // namespace crescendo
