#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crescendo {

/// A place on the picture, in px from its upper left corner.
struct Place {
  double x = 0, y = 0;
};

/// How a mark or line is drawn. An empty colour: not at all.
struct Ink {
  std::string fill, stroke;
  double width = 1;       // of the stroke
  double opacity = 1;     // of both
  std::string dash = {};  // as "6 3"; empty: a whole line
};

enum class Anchor { kStart, kMiddle, kEnd };

/// Of one mark of many: told apart without colour.
enum class Shape { kCircle, kTriangle, kSquare, kDiamond, kCross };
inline constexpr int kShapes = 5;

/// An SVG picture, drawn from back to front. Texts may hold anything; each mark and line has a class, by which pictures
/// can be restyled and their tests count.
class Svg {
 public:
  /// `title`: what the picture shows, for those who cannot see it.
  Svg(double width, double height, std::string_view title);

  void line(std::string_view name, Place from, Place to, const Ink& ink);
  void polyline(std::string_view name, std::span<const Place> places, const Ink& ink);
  void polygon(std::string_view name, std::span<const Place> places, const Ink& ink);
  void rectangle(std::string_view name, Place corner, double width, double height, const Ink& ink);
  void mark(std::string_view name, Shape shape, Place centre, double radius, const Ink& ink);
  void text(std::string_view name, Place place, Anchor anchor, std::string_view text, double size_px = 12);
  void upright_text(std::string_view name, Place middle, std::string_view text);  // read from below

  /// The whole file.
  std::string file() const;

 private:
  std::string body_;
  double width_, height_;
  std::string title_;
};

/// About how wide a text is.
double text_width_px(std::string_view text, double size_px = 12);

/// The text, or its beginning with "..." where it is wider.
std::string shortened(std::string_view text, double width_px, double size_px = 12);

}  // namespace crescendo
