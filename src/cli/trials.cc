#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/loss_text.h"
#include "cli/words.h"
#include "search/summary.h"
#include "space/parse.h"
#include "study/names.h"

namespace crescendo {
namespace {

struct TrialsOptions {
  std::string storage, study;
  bool json = false;
};

std::string trials_text(const History& history) {
  const Study& study = history.study();
  std::vector<std::vector<std::string>> rows = {{"trial", "from", rung_heading(study), "state",
                                                 trains_pictures(study) ? "error" : loss_name(study), "epochs",
                                                 "seconds", "point"}};
  for (const Trial& trial : history.trials()) {
    std::string point = reason_text(trial.reason);
    if (trial.point && trial.state != TrialState::kFailed) {
      point.clear();
      const Json values = point_to_json(study.space, *trial.point);
      for (const auto& [name, value] : values.items()) {
        point += fmt::format("{}{}={}", point.empty() ? "" : " ", name,
                             value.is_number_float() ? fmt::format("{:.3g}", value.get<double>()) : to_line(value));
      }
    }
    rows.push_back({std::to_string(trial.number), trial.parent ? std::to_string(*trial.parent) : "",
                    rung_name(study, trial), std::string(state_name(study, trial)),
                    trial.state == TrialState::kFinished ? loss_text(study, trial.loss) : "",
                    std::to_string(trial.curve.size()), fmt::format("{:.1f}", trial.seconds), point});
  }
  return table(rows, "rrrlrrrl");
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<TrialsOptions>();
  command.add_option("--storage", options->storage, "as sqlite:///folder/study.db").required();
  command.add_option("--study", options->study, "the study's name; may be left out where there is one only");
  command.add_flag("--json", options->json, "print an array of objects (docs/formats.md)");
  return [options] {
    const auto store = open_existing_store(options->storage);
    const History history = read_history(*store, choose_study(*store, options->study));
    if (options->json) {
      fmt::print("{}\n", pretty(trials_json(history)));
    } else {
      fmt::print("{}", trials_text(history));
    }
    return kExitSucceeded;
  };
}

}  // namespace

Command trials_command() { return {"trials", "list the trials of a study", declare}; }

}  // namespace crescendo
