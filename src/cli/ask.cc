#include <fmt/format.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/words.h"
#include "crescendo/error.h"
#include "crescendo/sampler.h"
#include "crescendo/schedule.h"
#include "search/ask.h"
#include "search/presets.h"
#include "search/program_study.h"
#include "search/summary.h"
#include "space/parse.h"
#include "space/space_file.h"
#include "study/names.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

constexpr int kExitNothingToDo = 3;

struct AskOptions {
  std::string storage, study, space, preset, sampler, schedule, lease = "24h";
  std::vector<std::string> ladder;  // NAME=v1,v2,...
  std::optional<std::uint64_t> seed;
  std::optional<int> trials, lag;
  bool maximize = false;
};

Study asked_study(const AskOptions& options) {
  const SpaceFile file = read_space_file(options.space);
  for (const std::string& note : file.notes) fmt::print(stderr, "crescendo: {}\n", note);
  ProgramStudyRequest request;
  request.name = options.study.empty() ? "asked" : options.study;
  request.objective = {"external", {}};
  request.space = file.space;
  request.maximize = options.maximize || file.maximize.value_or(false);
  request.seed = options.seed.value_or(0);
  request.preset = options.preset;
  if (!options.sampler.empty()) request.sampler = Named{options.sampler};
  if (!options.schedule.empty()) request.schedule = Named{options.schedule};
  for (const std::string& text : options.ladder) request.fidelities.push_back(parse_rungs(text, "--ladder"));
  request.lag = options.lag.value_or(0);
  request.budget.trials = options.trials.value_or(kEndlessTrials);
  return make_program_study(request);
}

// The study that is asked; with --space it is made where it is not there.
Study study_of(const AskOptions& options, Store& store) {
  if (options.space.empty()) {
    const bool describes = !options.preset.empty() || !options.sampler.empty() || !options.schedule.empty() ||
                           !options.ladder.empty() || options.lag || options.seed || options.trials || options.maximize;
    if (describes)
      bad_input("what is to be made is described beside --space only; leave all but --storage and --study out");
    return store.study(choose_study(store, options.study));
  }
  const Study wanted = asked_study(options);
  check_goes_together(wanted);
  make_sampler(wanted);
  make_schedule(wanted);
  if (store.create(wanted)) return wanted;
  const Study stored = store.study(wanted.name);
  const std::string differs = difference(stored, wanted);
  if (!differs.empty()) {
    bad_input(
        fmt::format("the study '{}' is there and is another search: {}; leave --space out, or choose another "
                    "--study",
                    stored.name, differs));
  }
  if (options.trials && !is_smaller(wanted.budget, stored.budget, stored.maximize))
    store.set_budget(stored.name, wanted.budget);
  return store.study(wanted.name);
}

int run(const AskOptions& options) {
  if (options.storage == "memory:") bad_input("what is asked for must be kept until it is told; memory: keeps nothing");
  const auto store = options.space.empty() ? open_existing_store(options.storage) : open_store(options.storage);
  const Study study = study_of(options, *store);
  SystemClock clock;
  const auto answer = ask(*store, study, clock.now(), parse_duration(options.lease, "--lease"));
  const auto* asked = std::get_if<Asked>(&answer);
  if (!asked) {
    const bool finished = std::holds_alternative<Finish>(answer);
    fmt::print("{}\n", to_line({{"trial", nullptr}, {"finished", finished}}));
    return kExitNothingToDo;
  }
  Json json{{"trial", asked->trial}, {"attempt", asked->attempt}, {"seed", asked->seed}};
  json["fidelity"] = fidelity_json(study.ladder[static_cast<std::size_t>(asked->rung)]);
  json["point"] = point_to_json(study.space, asked->point);
  if (asked->parent) json["parent"] = *asked->parent;
  fmt::print("{}\n", to_line(json));
  return kExitSucceeded;
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<AskOptions>();
  command.add_option("--storage", options->storage, "as sqlite:///folder/study.db").required();
  command.add_option("--study", options->study, "the study's name; may be left out where there is one only");
  command
      .add_option("--space", options->space,
                  "make the study if it is not there, with these parameters: TOML, ConfigSpace JSON or W&B sweep YAML")
      .check(not_empty());
  command.add_option("--preset", options->preset, "of a study that is made; see 'crescendo list'").check(not_empty());
  command.add_option("--sampler", options->sampler, "of a study that is made; default: auto").check(not_empty());
  command.add_option("--schedule", options->schedule, "of a study that is made").check(not_empty());
  command.add_option("--ladder", options->ladder, "rungs of a study that is made, as epoch=1,4,13,52").one_value_each();
  command.add_option("--lag", options->lag, "of a study that is made: trials that may be asked for before one is told")
      .check(in_range(1, 1'000'000));
  command.add_option("--seed", options->seed, "of a study that is made; default: 0")
      .check(in_range(std::uint64_t{0}, std::uint64_t{INT64_MAX}));
  command.add_option("--trials", options->trials, "budget of a study that is made; default: as many as are asked for")
      .check(in_range(1, kEndlessTrials));
  command.add_flag("--maximize,--maximise", options->maximize, "the larger the better, in a study that is made");
  command.add_option("--lease", options->lease, "a trial that was not told by then is given to the next one who asks")
      .check(not_empty())
      .shows_default();
  return [options] { return run(*options); };
}

}  // namespace

Command ask_command() {
  return {"ask", "take the next trial of a study, for a program of your own to execute", declare};
}

}  // namespace crescendo
