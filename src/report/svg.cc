#include "report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/printable.h"

namespace crescendo {
namespace {

constexpr double kLetterWidth = 0.58;  // of the size; sans-serif letters are 0.5 to 0.6 on average
constexpr std::size_t kMostBytes = 400;

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : printable(text, kMostBytes)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

// To a hundredth of a px, without zeros at the end.
std::string px(double value) {
  const double rounded = std::round(100 * value) / 100;
  return fmt::format("{}", rounded == 0 ? 0 : rounded);
}

std::string ink_text(const Ink& ink) {
  std::string text = fmt::format(" fill=\"{}\"", ink.fill.empty() ? "none" : ink.fill);
  if (!ink.stroke.empty()) text += fmt::format(" stroke=\"{}\" stroke-width=\"{}\"", ink.stroke, px(ink.width));
  if (ink.opacity < 1) text += fmt::format(" opacity=\"{}\"", px(ink.opacity));
  if (!ink.dash.empty()) text += fmt::format(" stroke-dasharray=\"{}\"", ink.dash);
  return text;
}

std::string places_text(std::span<const Place> places) {
  std::string text;
  for (const Place& place : places) {
    text += fmt::format("{}{},{}", text.empty() ? "" : " ", px(place.x), px(place.y));
  }
  return text;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80; }

std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

}  // namespace

Svg::Svg(double width, double height, std::string_view title)
    : width_(width), height_(height), title_(escaped(title)) {}

void Svg::line(std::string_view name, Place from, Place to, const Ink& ink) {
  body_ += fmt::format("<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"{}/>\n", name, px(from.x), px(from.y),
                       px(to.x), px(to.y), ink_text(ink));
}

void Svg::polyline(std::string_view name, std::span<const Place> places, const Ink& ink) {
  body_ += fmt::format("<polyline class=\"{}\" points=\"{}\"{}/>\n", name, places_text(places), ink_text(ink));
}

void Svg::polygon(std::string_view name, std::span<const Place> places, const Ink& ink) {
  body_ += fmt::format("<polygon class=\"{}\" points=\"{}\"{}/>\n", name, places_text(places), ink_text(ink));
}

void Svg::rectangle(std::string_view name, Place corner, double width, double height, const Ink& ink) {
  body_ += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>\n", name, px(corner.x),
                       px(corner.y), px(width), px(height), ink_text(ink));
}

void Svg::mark(std::string_view name, Shape shape, Place at, double radius, const Ink& ink) {
  const auto around = [&](std::initializer_list<Place> corners) {
    std::vector<Place> places;
    for (const Place& corner : corners) places.push_back({at.x + radius * corner.x, at.y + radius * corner.y});
    polygon(name, places, ink);
  };
  switch (shape) {
    case Shape::kCircle:
      body_ += fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>\n", name, px(at.x), px(at.y),
                           px(radius), ink_text(ink));
      return;
    case Shape::kSquare:
      return around({{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}});
    case Shape::kTriangle:
      return around({{0, -1.2}, {1.1, 0.8}, {-1.1, 0.8}});
    case Shape::kDiamond:
      return around({{0, -1.25}, {1.25, 0}, {0, 1.25}, {-1.25, 0}});
    case Shape::kCross:
      return around({{-1, -0.65},
                     {-0.65, -1},
                     {0, -0.35},
                     {0.65, -1},
                     {1, -0.65},
                     {0.35, 0},
                     {1, 0.65},
                     {0.65, 1},
                     {0, 0.35},
                     {-0.65, 1},
                     {-1, 0.65},
                     {-0.35, 0}});
  }
}

void Svg::text(std::string_view name, Place place, Anchor anchor, std::string_view text, double size_px) {
  const char* const where = anchor == Anchor::kStart ? "start" : anchor == Anchor::kMiddle ? "middle" : "end";
  body_ += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" text-anchor=\"{}\" font-size=\"{}\">{}</text>\n", name,
                       px(place.x), px(place.y), where, px(size_px), escaped(text));
}

void Svg::upright_text(std::string_view name, Place middle, std::string_view text) {
  body_ += fmt::format(
      "<text class=\"{}\" transform=\"translate({},{}) rotate(-90)\" text-anchor=\"middle\" "
      "font-size=\"12\">{}</text>\n",
      name, px(middle.x), px(middle.y), escaped(text));
}

std::string Svg::file() const {
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
             "role=\"img\" font-family=\"sans-serif\" fill=\"#222222\">\n<title>{2}</title>\n"
             "<rect class=\"background\" width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
             px(width_), px(height_), title_) +
         body_ + "</svg>\n";
}

double text_width_px(std::string_view text, double size_px) {
  return kLetterWidth * size_px * static_cast<double>(letters(text));
}

std::string shortened(std::string_view text, double width_px, double size_px) {
  if (text_width_px(text, size_px) <= width_px) return std::string(text);
  const auto room = static_cast<std::size_t>(std::max(1.0, width_px / (kLetterWidth * size_px) - 2));
  std::size_t end = 0, kept = 0;
  for (; end < text.size(); ++end) {
    kept += !continues_character(text[end]);
    if (kept > room) break;
  }
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace crescendo
