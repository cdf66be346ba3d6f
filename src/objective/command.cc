#include <chrono>

#include "base/command_line.h"
#include "objective/objectives.h"
#include "objective/program.h"
#include "space/parse.h"

namespace crescendo {
namespace {

using Values = std::map<std::string, std::string>;

// Those of the parent only where there may be one: other studies may have parameters of these names.
std::vector<std::string> own_placeholders(const Study& study) {
  std::vector<std::string> names = {"trial", "seed", "folder"};
  if (study.continues) names.insert(names.end(), {"parent", "parent_folder"});
  return names;
}

std::string text_of(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// All placeholders, empty, as those stay that a point or its rung has no value for.
Values placeholders(const Study& study) {
  Values values;
  for (const std::string& name : own_placeholders(study)) values[name];
  for (const Parameter& p : study.space.parameters()) values[p.name];
  for (const Rung& rung : study.ladder) {
    for (const auto& [name, value] : rung.fidelity) values[name];
  }
  return values;
}

Values placeholder_values(const Assignment& assignment, const Json& trial) {
  const Json object = flat_object(assignment.study, assignment.point, assignment.rung);
  Values values = placeholders(assignment.study);
  for (const auto& [name, value] : object.items()) values[name] = to_text(to_value(value, name));
  for (const std::string& name : own_placeholders(assignment.study)) values[name] = text_of(trial.at(name));
  return values;
}

// A process for each trial.
class CommandObjective : public Objective {
 public:
  explicit CommandObjective(ProgramOptions options)
      : options_(std::move(options)), words_(split_command_line(options_.run)) {}

  std::optional<Outcome> evaluate(const Assignment& assignment, const Hooks& hooks) override {
    const auto began = std::chrono::steady_clock::now();
    const Json trial = trial_object(assignment);
    const Values values = placeholder_values(assignment, trial);
    const std::string point = to_line(flat_object(assignment.study, assignment.point, assignment.rung));
    ChildProcess program(fill_placeholders(words_, values),
                         {{"CRESCENDO_POINT", point},
                          {"CRESCENDO_TRIAL", text_of(trial.at("trial"))},
                          {"CRESCENDO_SEED", text_of(trial.at("seed"))},
                          {"CRESCENDO_FOLDER", text_of(trial.at("folder"))},
                          {"CRESCENDO_PARENT", text_of(trial.at("parent"))},
                          {"CRESCENDO_PARENT_FOLDER", text_of(trial.at("parent_folder"))}});
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
  check_program_names(study, own_placeholders(study));
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
