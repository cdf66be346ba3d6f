#include "objective/cnn_space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/names.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

constexpr int kMostConvLayers = 6;
constexpr int kMostDenseLayers = 2;

Parameter range(std::string name, Kind kind, double low, double high, bool log, std::string condition_on = "",
                int at_least = 0) {
  Parameter p;
  p.name = std::move(name);
  p.kind = kind;
  p.low = low;
  p.high = high;
  p.log = log;
  if (!condition_on.empty()) {
    p.active_when.push_back({std::move(condition_on), Comparison::kGreaterOrEqual, std::int64_t{at_least}});
  }
  return p;
}

void add_penalty(std::vector<Parameter>& space, const std::string& name) {
  Parameter use;
  use.name = "use_" + name;
  use.kind = Kind::kCategorical;
  use.choices = {false, true};
  space.push_back(std::move(use));
  Parameter strength = range(name, Kind::kFloat, 1e-7, 1e-2, true);
  strength.active_when.push_back({"use_" + name, Comparison::kEqual, true});
  space.push_back(std::move(strength));
}

// The value of a parameter; none where the space lacks it or the point has it inactive.
std::optional<Value> active_value(const Space& space, const Point& point, const std::string& name) {
  const auto i = space.find(name);
  if (!i || std::isnan(point.values[*i])) return {};
  return external(space[*i], point.values[*i]);
}

double value_of(const Space& space, const Point& point, const std::string& name, double otherwise) {
  const auto value = active_value(space, point, name);
  if (!value) return otherwise;
  if (const auto* flag = std::get_if<bool>(&*value)) return *flag;
  if (const auto* integer = std::get_if<std::int64_t>(&*value)) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&*value)) return *number;
  bad_input(fmt::format("parameter '{}' must be a number for the CNN, not {}", name, to_text(*value)));
}

// The enumerator that a parameter names, or what is in `target` already.
template <class Enum, class Names>
void read_word(const Space& space, const Point& point, const std::string& name, const Names& names, Enum& target) {
  const auto value = active_value(space, point, name);
  if (value) target = from_name<Enum>(names, to_text(*value), name, "the point");
}

struct KnownParameter {
  enum Takes { kNumber, kSwitch, kWord };

  std::string_view name;
  Takes takes;
  double low = 0, high = 1;  // of numbers
  bool numbered = false;     // name_1, name_2, ...
  std::span<const std::string_view> words = {};
};

// What the training can do, which is more than the default space asks of it.
constexpr std::array kKnown = {
    KnownParameter{"learning_rate", KnownParameter::kNumber, 1e-12, 1000},
    KnownParameter{"momentum", KnownParameter::kNumber, 0, 0.9999},
    KnownParameter{"batch_size", KnownParameter::kNumber, 1, 65'536},
    KnownParameter{"conv_layers", KnownParameter::kNumber, 1, 16},
    KnownParameter{"filters_", KnownParameter::kNumber, 1, 16'384, true},
    KnownParameter{"filter_size_", KnownParameter::kNumber, 1, 7, true},
    KnownParameter{"fc_layers", KnownParameter::kNumber, 0, 16},
    KnownParameter{"units_", KnownParameter::kNumber, 1, 16'384, true},
    KnownParameter{"use_l1", KnownParameter::kSwitch},
    KnownParameter{"l1", KnownParameter::kNumber, 0, 1000},
    KnownParameter{"use_l2", KnownParameter::kSwitch},
    KnownParameter{"l2", KnownParameter::kNumber, 0, 1000},
    KnownParameter{.name = "optimiser", .takes = KnownParameter::kWord, .words = kOptimiserNames},
    KnownParameter{"dropout", KnownParameter::kNumber, 0, 0.95},
    KnownParameter{"batch_norm", KnownParameter::kSwitch},
    KnownParameter{"mirror", KnownParameter::kSwitch},
    KnownParameter{"shift", KnownParameter::kNumber, 0, 0.5},
    KnownParameter{.name = "schedule", .takes = KnownParameter::kWord, .words = kDecayNames},
    KnownParameter{"warmup_epochs", KnownParameter::kNumber, 0, 1000},
    KnownParameter{.name = "class_weights", .takes = KnownParameter::kWord, .words = kClassWeightingNames},
    KnownParameter{"clip_norm", KnownParameter::kNumber, 0, 1e6},
    KnownParameter{"initial_scale", KnownParameter::kNumber, 0.001, 1000},
    KnownParameter{"zero_last", KnownParameter::kSwitch},
    KnownParameter{"dense_side", KnownParameter::kNumber, 0, 32},
};

// Those that neither make the network nor begin its training.
constexpr std::array<std::string_view, 8> kPerturbed = {"learning_rate", "momentum", "batch_size", "l1", "l2",
                                                        "dropout",       "shift",    "clip_norm"};

bool may_be_perturbed(const Parameter& p) {
  return std::find(kPerturbed.begin(), kPerturbed.end(), p.name) != kPerturbed.end();
}

std::string accepted_by(const KnownParameter& known) {
  if (known.name == "filter_size_") return "1, 3, 5 and 7";
  if (known.takes == KnownParameter::kSwitch) return "true and false";
  if (known.takes == KnownParameter::kWord) return fmt::format("{}", fmt::join(known.words, ", "));
  return fmt::format("{} to {}", known.low, known.high);
}

// Every value that the parameter may take is one that the training can use.
void check_range(const Parameter& p, const KnownParameter& known) {
  const bool odd_only = known.name == "filter_size_";
  const auto refuse = [&](const std::string& value) {
    bad_input(fmt::format("parameter '{}' may be {}, which the CNN cannot use; it takes {}", p.name, value,
                          accepted_by(known)));
  };
  const auto check_number = [&](double value) {
    const bool fits = value >= known.low && value <= known.high && !(odd_only && std::fmod(value, 2) != 1);
    if (known.takes == KnownParameter::kWord || !fits) refuse(fmt::format("{}", value));
  };
  if (!has_choices(p)) {
    check_number(p.low);
    check_number(p.high);
    return;
  }
  for (const Value& choice : p.choices) {
    if (const auto* integer = std::get_if<std::int64_t>(&choice)) {
      check_number(static_cast<double>(*integer));
    } else if (const auto* number = std::get_if<double>(&choice)) {
      check_number(*number);
    } else if (const auto* word = std::get_if<std::string>(&choice)) {
      if (std::find(known.words.begin(), known.words.end(), *word) == known.words.end()) refuse(*word);
    } else if (!std::holds_alternative<bool>(choice) || known.takes != KnownParameter::kSwitch) {
      refuse(to_text(choice));
    }
  }
}

std::string known_names() {
  std::vector<std::string> names;
  for (const KnownParameter& known : kKnown)
    names.push_back(fmt::format("{}{}", known.name, known.numbered ? "1.." : ""));
  return fmt::format("{}", fmt::join(names, " "));
}

}  // namespace

int most_conv_layers(int side_px) {
  const int log2_side = static_cast<int>(std::floor(std::log2(side_px)));
  return std::clamp(log2_side - 1, 1, kMostConvLayers);
}

Space cnn_space(int top_side_px) {
  std::vector<Parameter> space;
  space.push_back(range("learning_rate", Kind::kFloat, 1e-4, 1e-1, true));
  space.push_back(range("batch_size", Kind::kInt, 16, 128, true));
  const int most = most_conv_layers(top_side_px);
  space.push_back(range("conv_layers", Kind::kInt, 1, most, false));
  space.back().narrow = false;  // depth follows the size, so a small size says little about its range
  for (int i = 1; i <= most; ++i) {
    const std::string parent = i > 1 ? "conv_layers" : "";
    Parameter filters = range(fmt::format("filters_{}", i), Kind::kInt, 8, 64, false, parent, i);
    filters.step = 8;
    space.push_back(std::move(filters));
    Parameter size;
    size.name = fmt::format("filter_size_{}", i);
    size.kind = Kind::kOrdinal;
    size.choices = {std::int64_t{3}, std::int64_t{5}, std::int64_t{7}};
    size.active_when = space.back().active_when;
    space.push_back(std::move(size));
  }
  space.push_back(range("fc_layers", Kind::kInt, 0, kMostDenseLayers, false));
  space.back().narrow = false;
  for (int i = 1; i <= kMostDenseLayers; ++i) {
    space.push_back(range(fmt::format("units_{}", i), Kind::kInt, 16, 256, true, "fc_layers", i));
  }
  add_penalty(space, "l1");
  add_penalty(space, "l2");
  return Space(std::move(space));
}

std::map<std::string, std::pair<double, double>> depth_limits(int side_px) {
  return {{"conv_layers", {1, most_conv_layers(side_px)}}};
}

std::vector<Rung> image_ladder(std::span<const int> sides_px, int epochs) {
  // The paper's 750/500/250 of 1,500; with another number of rungs the shares fall in the same even steps.
  const auto count = static_cast<int>(sides_px.size());
  std::vector<Rung> ladder;
  for (int i = 0; i < count; ++i) {
    Rung rung;
    const int side_px = sides_px[static_cast<std::size_t>(i)];
    rung.fidelity = {{"image_side", side_px}, {"epochs", epochs}};
    rung.share = count - i;
    rung.limits = depth_limits(side_px);
    ladder.push_back(std::move(rung));
  }
  return ladder;
}

Space with_perturbed(const Space& space) {
  std::vector<Parameter> parameters(space.parameters().begin(), space.parameters().end());
  for (Parameter& p : parameters) p.perturb = may_be_perturbed(p);
  return Space(std::move(parameters), {space.constraints().begin(), space.constraints().end()});
}

void check_cnn_space(const Space& space) {
  // Sixteen convolutions halve 65,536 px to 1; more can never be.
  constexpr int kMost = 16;
  for (const Parameter& p : space.parameters()) {
    const auto known = std::find_if(kKnown.begin(), kKnown.end(), [&](const KnownParameter& k) {
      if (!k.numbered) return p.name == k.name;
      for (int i = 1; i <= kMost; ++i) {
        if (p.name == fmt::format("{}{}", k.name, i)) return true;
      }
      return false;
    });
    if (known == kKnown.end()) {
      bad_input(fmt::format("the CNN has no parameter '{}'; there are: {}", p.name, known_names()));
    }
    check_range(p, *known);
    if (p.perturb && !may_be_perturbed(p)) {
      bad_input(
          fmt::format("parameter '{}' may not be perturbed, because a training that goes on keeps it; the CNN "
                      "can perturb: {}",
                      p.name, fmt::join(kPerturbed, " ")));
    }
  }
}

void require_whole_point(const Space& space, const Point& point) {
  const auto require = [&](const std::string& name) {
    if (!space.find(name)) bad_input(fmt::format("the point lacks '{}'; add it", name));
  };
  for (const char* name : {"learning_rate", "batch_size", "conv_layers"}) require(name);
  for (int i = 1; i <= static_cast<int>(value_of(space, point, "conv_layers", 1)); ++i) {
    require(fmt::format("filters_{}", i));
    require(fmt::format("filter_size_{}", i));
  }
  for (int i = 1; i <= static_cast<int>(value_of(space, point, "fc_layers", 0)); ++i)
    require(fmt::format("units_{}", i));
}

void apply_point(const Space& space, const Point& point, TrainingPlan& plan) {
  const auto value = [&](const std::string& name, double otherwise) { return value_of(space, point, name, otherwise); };
  plan.learning_rate = value("learning_rate", 0.01);
  read_word(space, point, "optimiser", kOptimiserNames, plan.optimiser);
  plan.momentum = value("momentum", plan.momentum);
  read_word(space, point, "schedule", kDecayNames, plan.schedule.decay);
  plan.schedule.warmup_epochs = value("warmup_epochs", plan.schedule.warmup_epochs);
  plan.augmentation.mirror = value("mirror", plan.augmentation.mirror) != 0;
  plan.augmentation.shift = value("shift", plan.augmentation.shift);
  read_word(space, point, "class_weights", kClassWeightingNames, plan.class_weights);
  plan.clip_norm = value("clip_norm", plan.clip_norm);
  plan.initial.scale = value("initial_scale", plan.initial.scale);
  plan.initial.zero_last = value("zero_last", plan.initial.zero_last) != 0;
  plan.batch_size = static_cast<int>(value("batch_size", 32));
  // A strength that stands without its switch counts; with the switch off it is not active, so it is 0.
  plan.l1 = value("use_l1", 1) != 0 ? value("l1", 0) : 0;
  plan.l2 = value("use_l2", 1) != 0 ? value("l2", 0) : 0;
  plan.shape.batch_norm = value("batch_norm", plan.shape.batch_norm) != 0;
  plan.shape.dropout = value("dropout", plan.shape.dropout);
  plan.shape.dense_side = static_cast<int>(value("dense_side", plan.shape.dense_side));
  plan.shape.conv.clear();
  for (int i = 1; i <= static_cast<int>(value("conv_layers", 1)); ++i) {
    plan.shape.conv.push_back({static_cast<int>(value(fmt::format("filters_{}", i), 32)),
                               static_cast<int>(value(fmt::format("filter_size_{}", i), 3))});
  }
  plan.shape.dense.clear();
  for (int i = 1; i <= static_cast<int>(value("fc_layers", 0)); ++i) {
    plan.shape.dense.push_back(static_cast<int>(value(fmt::format("units_{}", i), 128)));
  }
}

}  // namespace crescendo
