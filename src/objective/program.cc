#include "objective/program.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/command_line.h"
#include "space/parse.h"

namespace crescendo {
namespace {

constexpr Option<ProgramOptions> kOptions[] = {
    {"run", &ProgramOptions::run, 0, 0, "the command line, split into words; no shell sees it"},
    {"loss", &ProgramOptions::loss, 0, 0, "the field of a reply that is the loss"},
    {"time_limit_seconds", &ProgramOptions::time_limit_seconds, 0, 1e9, "of one trial, wall time; 0: none"},
};

Json number_json(double value) {
  return std::floor(value) == value && std::abs(value) < 1e15 ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

Outcome failed_outcome(std::string sentence, const std::string& last_words) {
  Outcome outcome;
  outcome.failed = true;
  outcome.reason = std::move(sentence);
  if (!last_words.empty()) outcome.reason += "; its last words:\n" + last_words;
  return outcome;
}

}  // namespace

ProgramOptions read_program_options(const Options& given, std::string_view objective) {
  const std::string owner = fmt::format("objective {}", objective);
  ProgramOptions options = read_options<ProgramOptions>(given, kOptions, owner);
  if (options.run.empty()) bad_input(fmt::format("{}: run is missing; it is the command line of the program", owner));
  if (options.loss.empty() || options.loss == "step") {
    bad_input(fmt::format("{}: loss must be the name of a field other than step, not '{}'", owner, options.loss));
  }
  split_command_line(options.run);
  return options;
}

Options to_options(const ProgramOptions& options) {
  return {{"run", options.run}, {"loss", options.loss}, {"time_limit_seconds", options.time_limit_seconds}};
}

std::vector<OptionInfo> describe_program_options() { return describe<ProgramOptions>(kOptions); }

void check_program_names(const Study& study, const std::vector<std::string>& reserved) {
  std::set<std::string> fidelity;
  for (const Rung& rung : study.ladder) {
    for (const auto& [name, value] : rung.fidelity) fidelity.insert(name);
  }
  const auto check_reserved = [&](const std::string& name, std::string_view what) {
    if (std::find(reserved.begin(), reserved.end(), name) == reserved.end()) return;
    bad_input(fmt::format("the {} '{}' has a name that means something else to objective {}; these are taken: {}", what,
                          name, study.objective.name, fmt::join(reserved, " ")));
  };
  for (const std::string& name : fidelity) check_reserved(name, "fidelity");
  for (const Parameter& p : study.space.parameters()) {
    check_reserved(p.name, "parameter");
    if (fidelity.contains(p.name)) {
      bad_input(
          fmt::format("'{}' is a parameter and a fidelity; a program could not tell them apart, so one of them "
                      "needs another name",
                      p.name));
    }
  }
}

void check_program(const std::vector<std::string>& words) { find_program(words.front()); }

Json trial_object(const Assignment& assignment) {
  const auto path = [](const std::filesystem::path& folder) {
    return folder.empty() ? Json(nullptr) : Json(std::filesystem::absolute(folder).string());
  };
  Json object{{"trial", assignment.trial}, {"seed", program_seed(assignment.seed)}};
  object["folder"] = path(assignment.folder);
  object["parent"] = assignment.line.empty() ? Json(nullptr) : Json(assignment.line.back().number);
  object["parent_folder"] = path(assignment.from);
  return object;
}

Json flat_object(const Study& study, const Point& point, int rung) {
  Json object = point_to_json(study.space, point);
  for (const auto& [name, value] : study.ladder[static_cast<std::size_t>(rung)].fidelity) {
    object[name] = number_json(value);
  }
  return object;
}

std::string end_sentence(const ChildEnd& end) {
  if (end.signal != 0) return fmt::format("it was ended by signal {} ({})", end.signal, strsignal(end.signal));
  return end.status != 0 ? fmt::format("it ended with exit status {}", end.status) : "";
}

std::optional<Outcome> outcome_of(const Heard& heard, const std::string& bad_end, const ProgramOptions& options,
                                  const ChildProcess& program) {
  if (heard.end == Heard::End::kCancelled) return {};
  if (heard.end == Heard::End::kFailed) return failed_outcome(heard.reason, program.last_words());
  const bool stopped = heard.end == Heard::End::kStopped;
  const std::optional<Reply>& last = heard.answer ? heard.answer : heard.point;
  Outcome outcome;
  if (last && last->kind == Reply::Kind::kFailed) {
    outcome = failed_outcome(last->reason, "");  // which says enough
  } else if (heard.end == Heard::End::kEnded && !bad_end.empty()) {
    outcome = failed_outcome(bad_end, program.last_words());
  } else if (last) {
    outcome.loss = last->loss;
    outcome.metrics = last->metrics;
  } else if (stopped) {
    outcome = failed_outcome("it was stopped before it gave a loss", "");
  } else {
    outcome = failed_outcome(
        fmt::format("no line of its output is a number or a JSON object with a number '{}'", options.loss),
        program.last_words());
  }
  outcome.stopped_early = stopped;
  return outcome;
}

}  // namespace crescendo
