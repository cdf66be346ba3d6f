#include <chrono>

#include "base/command_line.h"
#include "objective/objectives.h"
#include "objective/program.h"
#include "space/parse.h"

namespace crescendo {
namespace {

using Values = std::map<std::string, std::string>;

const std::vector<std::string> kOwnPlaceholders = {"trial", "seed", "folder"};

// All placeholders, empty, as those stay that a point or its rung has no value for.
Values placeholders(const Study& study) {
  Values values;
  for (const std::string& name : kOwnPlaceholders) values[name];
  for (const Parameter& p : study.space.parameters()) values[p.name];
  for (const Rung& rung : study.ladder) {
    for (const auto& [name, value] : rung.fidelity) values[name];
  }
  return values;
}

Values placeholder_values(const Assignment& assignment) {
  const Json object = flat_object(assignment.study, assignment.point, assignment.rung);
  Values values = placeholders(assignment.study);
  for (const auto& [name, value] : object.items()) values[name] = to_text(to_value(value, name));
  values["trial"] = std::to_string(assignment.trial);
  values["seed"] = std::to_string(program_seed(assignment.seed));
  values["folder"] = assignment.folder.empty() ? "" : std::filesystem::absolute(assignment.folder).string();
  return values;
}

// A process for each trial.
class CommandObjective : public Objective {
 public:
  explicit CommandObjective(ProgramOptions options)
      : options_(std::move(options)), words_(split_command_line(options_.run)) {}

  std::optional<Outcome> evaluate(const Assignment& assignment, const Hooks& hooks) override {
    const auto began = std::chrono::steady_clock::now();
    const Values values = placeholder_values(assignment);
    const std::string point = to_line(flat_object(assignment.study, assignment.point, assignment.rung));
    ChildProcess program(fill_placeholders(words_, values), {{"CRESCENDO_POINT", point},
                                                             {"CRESCENDO_TRIAL", values.at("trial")},
                                                             {"CRESCENDO_SEED", values.at("seed")},
                                                             {"CRESCENDO_FOLDER", values.at("folder")}});
    program.send(point + "\n");
    program.end_input();
    const Heard heard = listen(program, {Manner::kRun, options_.loss, options_.time_limit_seconds, began}, hooks);
    const ChildEnd end = program.stop();
    std::optional<Outcome> outcome = outcome_of(heard, end_sentence(end), options_, program);
    if (!outcome) return {};
    outcome->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    outcome->cpu_seconds = end.cpu_seconds;
    return outcome;
  }

 private:
  ProgramOptions options_;
  std::vector<std::string> words_;
};

ObjectiveMaker make(const Study& study) {
  ProgramOptions options = read_program_options(study.objective.options, "command");
  check_program_names(study, kOwnPlaceholders);
  const std::vector<std::string> words = split_command_line(options.run);
  const std::vector<std::string> filled = fill_placeholders(words, placeholders(study));
  if (filled.front() == words.front()) check_program(filled);
  return [options] { return std::make_unique<CommandObjective>(options); };
}

}  // namespace

ObjectiveEntry command_objective() {
  return {"command", "a program that is run for each trial", describe_program_options(), make};
}

}  // namespace crescendo
