#pragma once

#include <span>
#include <vector>

#include "crescendo/rng.h"
#include "crescendo/space.h"
#include "numeric/forest.h"
#include "space/encode.h"

namespace crescendo {

/// A space's points as rows of numbers, in the whole space's coordinates, and the part of them that lies in a box: what
/// a forest learns from, local search walks over, and parents are crossed in.
///
/// A row has one number a parameter and, last, the distance in rungs. Float, int: to_unit, so 0..1. Ordinal: its
/// position, spread over 0..1 likewise. Categorical: its position. Inactive: kAbsent, for a categorical one more code.
/// Rows that are made here hold values of the parameters only: an int lies at its own value's coordinate.
/// For one thread: it keeps room to work in.
class RowSpace {
 public:
  static constexpr double kAbsent = -1.5;  // the middle between it and 1 is still below every value

  RowSpace(const Space& space, const Box& box);

  std::span<const Feature> features() const { return features_; }
  std::size_t width() const { return features_.size(); }

  void encode(const Point& point, int rungs_away, std::span<double> row) const;

  /// The point of a row that lies in the box.
  Point decode(std::span<const double> row) const;

  /// Whether no constraint of the space is broken by decode(row).
  bool allowed(std::span<const double> row);

  /// Uniform in the box, at distance 0, allowed or not.
  void draw(Rng& rng, std::span<double> row);

  /// Moves a row into the box, at distance 0: each value to the nearest that is allowed, a category that is not to a
  /// random one.
  void bring_inside(std::span<double> row, Rng& rng);

  /// Sets one parameter and draws what becomes active by it; drops what no longer is.
  void set(std::span<double> row, std::size_t parameter, double value, Rng& rng);

  bool active(std::span<const double> row, std::size_t parameter) const;

  /// Number of values of a parameter in the box; infinity for a float without a step.
  double count(std::size_t parameter) const { return axes_[parameter].count; }

  /// Row value number `place` of those in the box, ascending (for a finite count), and the number of the nearest.
  double at(std::size_t parameter, std::size_t place) const;
  std::size_t place(std::size_t parameter, double row_value) const;

  /// The nearest row value in the box to a coordinate; not for categoricals.
  double snap(std::size_t parameter, double unit) const;

  /// Where coordinates in the box lie.
  UnitRange range(std::size_t parameter) const { return axes_[parameter].range; }

  bool is_categorical(std::size_t parameter) const { return features_[parameter].categories > 0; }
  bool is_ordinal(std::size_t parameter) const { return space_[parameter].kind == Kind::kOrdinal; }

 private:
  struct Axis {
    UnitRange range = {0, 1};
    double count = 0;
    bool weighted = false;           // its values own unequal parts of 0..1: a log int
    std::vector<double> row_values;  // of its values in the box, ascending, where they are few
    bool is_parent = false;          // of another parameter's condition
  };

  double draw(std::size_t parameter, Rng& rng) const;
  double value(std::size_t parameter, double row_value) const;  // in a Point's terms
  double row_value(std::size_t parameter, double value) const;
  void decode(std::span<const double> row, Point& point) const;
  double absent(std::size_t parameter) const;

  const Space& space_;
  const Box& box_;
  std::vector<Feature> features_;
  std::vector<Axis> axes_;
  bool conditional_ = false;
  std::vector<double> values_;  // of the parameters that conditions name
  Point decoded_;
};

}  // namespace crescendo
