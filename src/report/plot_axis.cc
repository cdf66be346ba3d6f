#include "report/plot_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "study/names.h"

namespace crescendo {
namespace {

constexpr double kTicks = 5;      // about so many
constexpr double kDecades = 2.5;  // that losses must range over for a logarithmic axis
constexpr double kRounding = 1e-9;
constexpr double kFewDecades = 1.5;  // within which 2 and 5 are written too

// The next of 1, 2, 5, 10, ... times a power of ten.
double round_step(double step) {
  const double power = std::pow(10, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (step <= factor * power * (1 + kRounding)) return factor * power;
  }
  return 10 * power;
}

// 1e-5, not 1e-05.
std::string number_text(double value, const std::string& unit) {
  const double magnitude = std::abs(value);
  const bool is_plain = magnitude == 0 || (magnitude >= 1e-3 && magnitude < 1e6);
  std::string text = is_plain ? fmt::format("{:.6g}", value) : fmt::format("{:.3g}", value);
  const std::size_t sign = text.find('e') == std::string::npos ? text.size() : text.find('e') + 1;
  if (sign < text.size() && text[sign + 1] == '0') text.erase(sign + 1, 1);
  return text + unit;
}

void add_linear_ticks(PlotAxis& axis, double factor, const std::string& unit) {
  const double step = round_step((axis.high - axis.low) * factor / kTicks);
  const double first = std::floor(axis.low * factor / step + kRounding),
               last = std::ceil(axis.high * factor / step - kRounding);
  axis.low = first * step / factor;
  axis.high = last * step / factor;
  for (double i = first; i <= last; ++i) axis.ticks.push_back({i * step / factor, number_text(i * step, unit)});
}

void add_log_ticks(PlotAxis& axis, double factor, const std::string& unit) {
  const double decades = std::log10(axis.high / axis.low);
  const auto every = static_cast<int>(std::ceil(decades / (kTicks + 1)));
  for (int power = static_cast<int>(std::floor(std::log10(axis.low * factor))) - 1;
       std::pow(10, power) <= axis.high * factor * 10; ++power) {
    for (const double digit : {1.0, 2.0, 5.0}) {
      if (digit > 1 && decades > kFewDecades) continue;
      if (digit == 1 && decades > kFewDecades && power % every != 0) continue;
      const double value = digit * std::pow(10, power);
      const double at = value / factor;
      if (at >= axis.low * (1 - kRounding) && at <= axis.high * (1 + kRounding)) {
        axis.ticks.push_back({at, number_text(value, unit)});
      }
    }
  }
}

// Down and up to the next of 1, 2, 5 times a power of ten.
void widen_to_round(PlotAxis& axis, double factor) {
  const double above = round_step(axis.high * factor);
  double below = round_step(axis.low * factor);
  if (below > axis.low * factor * (1 + kRounding)) {
    for (const double smaller : {below / 2, below / 2.5}) {
      const double power = std::pow(10, std::floor(std::log10(smaller) + kRounding)),
                   digit = std::round(smaller / power);
      if (digit == 1 || digit == 2 || digit == 5) {
        below = digit * power;
        break;
      }
    }
  }
  axis.low = std::min(axis.low, below / factor);
  axis.high = std::max(axis.high, above / factor);
}

}  // namespace

double PlotAxis::place(double value) const {
  const double within = std::clamp(value, low, high);
  // Halves: of the largest numbers even a difference is none.
  return log ? std::log(within / low) / std::log(high / low) : (within / 2 - low / 2) / (high / 2 - low / 2);
}

PlotAxis number_axis(std::string label, double low, double high, bool log, double factor, std::string unit) {
  PlotAxis axis{std::move(label), low, high, log};
  // Too close to be told apart.
  if (high / 2 - low / 2 <= kRounding * std::max(std::abs(low), std::abs(high))) {
    const double some = low == 0 ? 1 : std::abs(low) / 2;
    axis.low = std::max(low - some, std::numeric_limits<double>::lowest());
    axis.high = std::min(high + some, std::numeric_limits<double>::max());
  }
  if (!std::isfinite((axis.high - axis.low) * factor * kTicks)) {  // near the largest numbers there are no rounder ones
    axis.ticks = {{low, number_text(low * factor, unit)}, {high, number_text(high * factor, unit)}};
    return axis;
  }
  if (log) {
    widen_to_round(axis, factor);
    add_log_ticks(axis, factor, unit);
  } else {
    add_linear_ticks(axis, factor, unit);
  }
  return axis;
}

PlotAxis parameter_axis(const Parameter& parameter) {
  if (!has_choices(parameter)) {
    PlotAxis axis = number_axis(parameter.name, parameter.low, parameter.high, parameter.log);
    // The range itself, not the round numbers around it.
    if (parameter.high > parameter.low) {
      axis.low = parameter.low;
      axis.high = parameter.high;
    }
    const double room = kRounding * (parameter.log ? axis.low : axis.high - axis.low);
    std::erase_if(axis.ticks,
                  [&](const Tick& tick) { return tick.value < axis.low - room || tick.value > axis.high + room; });
    return axis;
  }
  PlotAxis axis{parameter.name, -0.5, static_cast<double>(parameter.choices.size()) - 0.5, false};
  for (std::size_t i = 0; i < parameter.choices.size(); ++i) {
    axis.ticks.push_back({static_cast<double>(i), to_text(parameter.choices[i])});
  }
  return axis;
}

PlotAxis loss_axis(const Study& study, std::vector<double> losses) {
  std::erase_if(losses, [](double loss) { return !std::isfinite(loss); });
  const bool is_share = trains_pictures(study);
  const std::string label = loss_name(study), unit = is_share ? " %" : "";
  const double factor = is_share ? 100 : 1;
  if (losses.empty()) return number_axis(label, 0, 1, false, factor, unit);
  const auto [low, high] = std::minmax_element(losses.begin(), losses.end());
  const bool log = *low > 0 && std::log10(*high / *low) > kDecades;
  return number_axis(label, *low, *high, log, factor, unit);
}

PlotAxis time_axis(std::string label, double seconds) {
  const double unit = seconds > 2 * 3600 ? 3600 : seconds > 2 * 60 ? 60 : 1;
  label += unit == 3600 ? " (hours)" : unit == 60 ? " (minutes)" : " (seconds)";
  return number_axis(std::move(label), 0, seconds > 0 ? seconds : 1, false, 1 / unit);
}

}  // namespace crescendo
