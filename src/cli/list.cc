#include <fmt/format.h>

#include "cli/commands.h"
#include "images/datasets.h"
#include "objective/objectives.h"
#include "sampler/samplers.h"
#include "schedule/schedules.h"
#include "search/presets.h"

namespace crescendo {
namespace {

void print_entry(const auto& entry) {
  fmt::print("  {:<10} {}{}\n", entry.name, entry.summary,
             entry.source.empty() ? "" : fmt::format(" ({})", entry.source));
}

void print_options(const std::vector<OptionInfo>& options) {
  for (const OptionInfo& option : options) {
    const std::string standard = option.standard.empty() ? "" : fmt::format("default {}, ", option.standard);
    fmt::print("    {:<18} {} ({}{})\n", option.name, option.help, standard, option.range);
  }
}

std::function<int()> declare(Flags&) {
  return [] {
    fmt::print("samplers\n");
    for (const auto& make : kSamplers) {
      print_entry(make());
      print_options(make().options);
    }
    fmt::print("\nschedules\n");
    for (const auto& make : kSchedules) {
      print_entry(make());
      print_options(make().options);
    }
    fmt::print("\npresets\n");
    for (const Preset& preset : kPresets) {
      fmt::print("  {:<12} {} (sampler {}, schedule {})\n", preset.name, preset.summary, preset.sampler,
                 preset.schedule);
    }
    fmt::print("\nobjectives\n");
    for (const auto& make : kObjectives) {
      fmt::print("  {:<10} {}\n", make().name, make().summary);
      print_options(make().options);
    }
    fmt::print("\ndata sets\n");
    for (const auto& make : kDataSets) {
      print_entry(make());
      if (!make().origin.empty()) fmt::print("    {}\n", make().origin);
    }
    return kExitSucceeded;
  };
}

}  // namespace

Command list_command() {
  return {"list", "list samplers, schedules, presets, objectives and data sets with their options", declare};
}

}  // namespace crescendo
