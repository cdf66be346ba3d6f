#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace crescendo {

/// A choice of a categorical or ordinal parameter, or a parameter's value as users see it. monostate: null.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

enum class Kind { kFloat, kInt, kCategorical, kOrdinal };
enum class Comparison { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kIn };

/// `parameter comparison value`, as in conv_layers >= 3, or `parameter in [value, ...]`. Categories know only ==, !=
/// and in; ordinals compare by position.
struct Condition {
  std::string parameter;
  Comparison comparison = Comparison::kEqual;
  Value value;
  std::vector<Value> values = {};  // of kIn alone, at least one
};

/// What no point may break; one that names a parameter which is not active is kept. Either of two forms:
/// `not (condition and condition ...)`, a forbidden combination; or `2 * a + b <= c + 10`, an inequality between floats
/// and ints, held here as: sum of factor * parameter, `comparison`, bound. Sides that differ by no more than rounding
/// are equal.
struct Constraint {
  struct Term {
    double factor = 1;
    std::string parameter;
  };
  std::vector<Condition> forbidden = {};  // not empty: the first form
  std::vector<Term> terms = {};
  Comparison comparison = Comparison::kLessOrEqual;  // of the second form: < <= > >=
  double bound = 0;
};

struct Parameter {
  std::string name;
  Kind kind = Kind::kFloat;

  // Float and int: low <= high, both reachable. Ints lie within +-2^53.
  double low = 0, high = 0;
  bool log = false;            // equal ratios are equally likely; low > 0
  std::optional<double> step;  // values are low, low + step, ...; not together with log

  std::vector<Value> choices;  // categorical and ordinal: at least one, all different

  std::vector<Condition> active_when = {};  // all must hold, and their parameters be active; empty: always active
  bool narrow = true;                       // whether a schedule may narrow it between rungs
  bool perturb = false;                     // whether a trial that goes on from another's end may have another value
};

inline bool has_choices(const Parameter& p) { return p.kind == Kind::kCategorical || p.kind == Kind::kOrdinal; }

/// Distance between neighbouring values of an int or stepped float; 0 for a float without a step.
inline double step_of(const Parameter& p) { return p.step.value_or(p.kind == Kind::kInt ? 1 : 0); }

/// Where a point lies in a space: one number a parameter, in the space's order.
/// Float and int: the value itself. Categorical and ordinal: the position of the choice. NaN: not active.
struct Point {
  std::vector<double> values;

  /// Same parameters active, with the same values.
  friend bool operator==(const Point& a, const Point& b);
};

inline constexpr double kInactive = std::numeric_limits<double>::quiet_NaN();

/// What can be searched.
///
/// 1. Names are unique. 2. A parameter's conditions name only parameters that stand before it. 3. Ranges, steps and
/// choices are valid as described at Parameter. Immutable; safe to share between threads.
class Space {
 public:
  Space() = default;

  /// Throws Error (bad input) naming the parameter or constraint that breaks a rule and the rule.
  explicit Space(std::vector<Parameter> parameters, std::vector<Constraint> constraints = {});

  std::span<const Parameter> parameters() const { return parameters_; }
  std::span<const Constraint> constraints() const { return constraints_; }
  const Parameter& operator[](std::size_t i) const { return parameters_[i]; }
  std::size_t size() const { return parameters_.size(); }
  std::optional<std::size_t> find(std::string_view name) const;

  /// Whether parameter i is active given the values of those before it in `point`.
  bool active(std::size_t i, std::span<const double> values) const;

  /// Sets every value whose parameter is not active to NaN.
  void deactivate(Point& point) const;

  /// Whether no constraint is broken.
  bool allowed(std::span<const double> values) const;

  /// Throws Error (bad input) naming the first parameter that is outside its range, missing, or there but not active,
  /// or the first constraint that is broken.
  void check(const Point& point) const;

  /// Number of different points, or infinity if a float has no step. Counts inactive values as if active.
  double size_of_grid() const;

 private:
  struct ResolvedCondition {
    std::size_t parameter;
    Comparison comparison;
    double value;                // in a Point's terms
    std::vector<double> values;  // the same, of kIn
    bool holds(std::span<const double> point) const;
  };

  struct ResolvedConstraint {
    std::vector<ResolvedCondition> forbidden;
    std::vector<std::pair<std::size_t, double>> terms;  // parameter, factor
    Comparison comparison;
    double bound;
    bool exact;  // whole numbers only: no rounding
    bool kept(std::span<const double> point) const;
  };

  ResolvedCondition resolve(const Condition& condition, const std::string& who) const;
  ResolvedConstraint resolve(const Constraint& constraint) const;

  std::vector<Parameter> parameters_;
  std::vector<Constraint> constraints_;
  std::vector<std::vector<ResolvedCondition>> conditions_;  // of each parameter
  std::vector<ResolvedConstraint> resolved_;                // constraints_
};

/// Part of a space: where proposals may fall. sides[i] belongs to parameter i.
struct Box {
  struct Side {
    double low = 0, high = 0;  // float and int
    std::vector<int> choices;  // categorical and ordinal: allowed positions, ascending, at least one
    friend bool operator==(const Side&, const Side&) = default;
  };
  std::vector<Side> sides;
  std::string reason;  // in words, why it is not the whole space; empty if it is

  bool contains(const Point& point) const;
};

/// The box that is the whole space.
Box whole(const Space& space);

/// The value as users see it; null where the parameter is not active.
Value external(const Parameter& parameter, double value);

/// The number in a Point for what a user wrote: a choice's position, or the number itself.
/// Throws Error (bad input) naming the parameter and what it accepts. Rounds to the nearest step.
double internal(const Parameter& parameter, const Value& value);

/// As text for people: 0.01, 16, "sgd" without quotes, true, null.
std::string to_text(const Value& value);

}  // namespace crescendo
