#include <fmt/format.h>

#include <optional>

#include "cli/commands.h"
#include "crescendo/error.h"
#include "search/summary.h"

namespace crescendo {
namespace {

struct BestOptions {
  std::string storage, study;
  std::optional<int> trial;
  bool json = false;
};

std::function<int()> declare(CLI::App& command) {
  const auto options = std::make_shared<BestOptions>();
  command.add_option("--storage", options->storage, "as sqlite:///folder/study.db")->required();
  command.add_option("--study", options->study, "the study's name; may be left out where there is one only");
  const auto trial = command.add_option("--trial", options->trial, "print the point of this trial instead of the best");
  command.add_flag("--json", options->json, "print one object (docs/formats.md) instead of the point's TOML")
      ->excludes(trial);
  return [options] {
    const auto store = open_existing_store(options->storage);
    const History history = read_history(*store, choose_study(*store, options->study));
    if (options->json) {
      fmt::print("{}\n", pretty(summary_json(*store, history, options->storage)));
    } else {
      fmt::print("{}", options->trial ? point_toml(history, *options->trial) : best_toml(history));
    }
    return kExitSucceeded;
  };
}

}  // namespace

Command best_command() { return {"best", "print the best point of a study, as TOML for 'train'", declare}; }

}  // namespace crescendo
