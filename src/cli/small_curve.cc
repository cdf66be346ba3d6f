#include "cli/small_curve.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace crescendo {
namespace {

constexpr int kDotsAcross = 2, kDotsDown = 4;  // of a character

// Of `width` dots.
int dot_column(double at, double end, int width) {
  const double share = end > 0 ? at / end : 0;
  return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * (width - 1)));
}

/// A grid of dots, [row][column], the first row at the top.
class Dots {
 public:
  Dots(int columns, int rows)
      : width_(columns * kDotsAcross),
        height_(rows * kDotsDown),
        lit_(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_)) {}

  int width() const { return width_; }
  int height() const { return height_; }
  void light(int x, int y) { lit_[static_cast<std::size_t>(y) * width_ + x] = true; }
  bool is_lit(int x, int y) const { return lit_[static_cast<std::size_t>(y) * width_ + x]; }

  /// Those of a character as bits, [column][row].
  unsigned in_character(int column, int row) const {
    unsigned bits = 0;
    for (int x = 0; x < kDotsAcross; ++x) {
      for (int y = 0; y < kDotsDown; ++y) {
        if (is_lit(column * kDotsAcross + x, row * kDotsDown + y)) bits |= 1u << (x * kDotsDown + y);
      }
    }
    return bits;
  }

 private:
  int width_, height_;
  std::vector<bool> lit_;
};

/// U+2800 and the dots' bits: 1 to 3 down the left, 4 to 6 down the right, then the lowest left and right.
std::string braille(unsigned bits) {
  if (bits == 0) return " ";
  constexpr unsigned kBits[] = {0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80};
  unsigned pattern = 0;
  for (unsigned dot = 0; dot < 8; ++dot) pattern |= bits >> dot & 1 ? kBits[dot] : 0;
  const unsigned code = 0x2800 + pattern;
  return {static_cast<char>(0xe0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3f)),
          static_cast<char>(0x80 | (code & 0x3f))};
}

std::string ascii(unsigned bits) {
  const unsigned rows = (bits | bits >> kDotsDown) & 0xf;
  if (rows == 0) return " ";
  const bool is_one_row = (rows & (rows - 1)) == 0;
  if (!is_one_row) return "|";
  return rows == 1 ? "'" : rows == 8 ? "_" : "-";
}

}  // namespace

int curve_column(double at, double end, int columns) {
  return dot_column(at, end, columns * kDotsAcross) / kDotsAcross;
}

std::vector<std::string> draw_steps(std::span<const CurveStep> steps, double end, int columns, int rows, bool unicode) {
  Dots dots(columns, rows);
  const auto by_value = [](const CurveStep& a, const CurveStep& b) { return a.value < b.value; };
  const auto [lowest, highest] = std::minmax_element(steps.begin(), steps.end(), by_value);
  const auto column_of = [&](double at) { return dot_column(at, end, dots.width()); };
  const auto row_of = [&](double value) {
    const double range = highest->value - lowest->value;
    if (!(range > 0)) return dots.height() / 2;
    return static_cast<int>(std::lround((highest->value - value) / range * (dots.height() - 1)));
  };
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const int y = row_of(steps[i].value), first = column_of(steps[i].at);
    const int last = i + 1 < steps.size() ? column_of(steps[i + 1].at) : dots.width() - 1;
    for (int x = first; x <= last; ++x) dots.light(x, y);
    if (i == 0 || steps[i].begins) continue;
    const int before = row_of(steps[i - 1].value);
    for (int between = std::min(before, y); between <= std::max(before, y); ++between) dots.light(first, between);
  }
  std::vector<std::string> lines;
  for (int row = 0; row < rows; ++row) {
    std::string& line = lines.emplace_back();
    for (int column = 0; column < columns; ++column) {
      const unsigned bits = dots.in_character(column, row);
      line += unicode ? braille(bits) : ascii(bits);
    }
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

}  // namespace crescendo
