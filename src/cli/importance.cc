#include "crescendo/importance.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <optional>

#include "base/files.h"
#include "cli/commands.h"
#include "cli/importance_text.h"
#include "cli/words.h"
#include "importance/csv_table.h"
#include "search/summary.h"
#include "space/space_file.h"
#include "study/names.h"

namespace crescendo {
namespace {

struct CommandOptions {
  std::string storage, study, csv, space;
  std::optional<double> rung;
  std::optional<std::size_t> most;
  std::vector<double> weights;
  std::vector<std::string> triples, surfaces;
  bool pairs = false, curves = false, maximize = false, json = false;
  ImportanceOptions analysis;
};

// "a,b" as the places of these parameters. Names may hold commas no more than a list can be told apart.
template <std::size_t count>
std::array<std::size_t, count> parameters_of(const std::string& text, const Space& space, std::string_view option) {
  std::array<std::size_t, count> found{};
  std::vector<std::string> names(1);
  for (const char c : text) {
    if (c == ',') {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  if (names.size() != count)
    bad_input(fmt::format("{} takes {} parameters joined by commas, not '{}'", option, count, text));
  for (std::size_t i = 0; i < count; ++i) {
    const auto place = space.find(names[i]);
    std::vector<std::string_view> known;
    for (const Parameter& parameter : space.parameters()) known.push_back(parameter.name);
    if (!place)
      bad_input(fmt::format("{}: no parameter called '{}'; there are: {}", option, names[i], fmt::join(known, ", ")));
    if (std::find(found.begin(), found.begin() + i, *place) != found.begin() + i) {
      bad_input(fmt::format("{} names '{}' twice; the parameters must be different", option, names[i]));
    }
    found[i] = *place;
  }
  return found;
}

ImportanceOptions analysis_of(const CommandOptions& options, const Space& space) {
  ImportanceOptions analysis = options.analysis;
  if (std::isnan(analysis.percentile)) bad_input("--percentile must be a number in 0..100, not nan");
  analysis.pairs = options.pairs || options.json;
  analysis.totals = analysis.conditions = true;
  for (const std::string& text : options.triples) analysis.triples.push_back(parameters_of<3>(text, space, "--triple"));
  for (const std::string& text : options.surfaces)
    analysis.surfaces.push_back(parameters_of<2>(text, space, "--surface"));
  return analysis;
}

// The rung with this number of its fidelity that comes first, as users see it, or else, from 0, this place.
int find_rung(const Study& study, double wanted) {
  std::vector<std::string> names;
  for (int rung = 0; rung <= study.top(); ++rung) {
    const Json fidelity = fidelity_json(study.ladder[static_cast<std::size_t>(rung)]);
    if (!fidelity.empty() && fidelity.begin()->get<double>() == wanted) return rung;
    names.push_back(rung_name(study, rung));
  }
  if (wanted >= 0 && wanted <= study.top() && wanted == std::floor(wanted)) return static_cast<int>(wanted);
  bad_input(
      fmt::format("no rung {}; there are: {} (or their places, 0 to {})", wanted, fmt::join(names, ", "), study.top()));
}

std::vector<double> checked_weights(const CommandOptions& options, const Study& study) {
  double sum = 0;
  for (const double weight : options.weights) {
    if (!(weight >= 0 && std::isfinite(weight))) bad_input(fmt::format("--weights: {} is not 0 or more", weight));
    sum += weight;
  }
  if (std::ssize(options.weights) != study.top() + 1 || sum <= 0) {
    bad_input(fmt::format("--weights takes {} numbers, one for each rung, not all 0", study.top() + 1));
  }
  return options.weights;
}

TrialTable chosen_trials(TrialTable trials, const CommandOptions& options) {
  return options.most ? drawn_trials(trials, *options.most, options.analysis.seed) : trials;
}

void report_history(const History& history, const CommandOptions& options, ImportanceReport& report) {
  const Study& study = history.study();
  const ImportanceOptions analysis = analysis_of(options, study.space);
  const std::optional<int> only = options.rung ? std::optional(find_rung(study, *options.rung)) : std::nullopt;
  for (int rung = 0; rung <= study.top(); ++rung) {
    if (only && rung != *only) continue;
    const Rung& level = study.ladder[static_cast<std::size_t>(rung)];
    report.rungs.push_back(analyse(chosen_trials(trials_at(history, rung), options), analysis, rung_name(study, rung),
                                   fidelity_json(level)));
  }
  if (options.weights.empty()) return;
  const std::vector<double> weights = checked_weights(options, study);
  report.together = analyse(chosen_trials(trials_of_all_rungs(history, weights), options), analysis,
                            fmt::format("all, weighted {}", fmt::join(weights, ",")), Json::object());
}

int show(const ImportanceReport& report, bool json) {
  if (json) {
    fmt::print("{}\n", pretty(importance_json(report)));
  } else {
    fmt::print("{}", importance_text(report));
  }
  return kExitSucceeded;
}

int run(const CommandOptions& options) {
  if (options.csv.empty() == options.storage.empty()) {
    bad_input("give --storage URL (a study's trials), or --csv FILE with --space FILE (trials from elsewhere)");
  }
  if (options.csv.empty()) {
    if (!options.space.empty() || options.maximize)
      bad_input("--space and --maximize go with --csv; a study has its own");
    const auto store = open_existing_store(options.storage);
    const History history = read_history(*store, choose_study(*store, options.study));
    ImportanceReport report{history.study().space, history.study().maximize, options.curves, {}, {}};
    report_history(history, options, report);
    return show(report, options.json);
  }
  if (options.space.empty()) bad_input("--csv needs --space FILE, which says what the columns are");
  if (options.rung || !options.weights.empty())
    bad_input("--rung and --weights go with --storage; a CSV file has one rung");
  if (!options.study.empty()) bad_input("--study goes with --storage; a CSV file holds no study");
  const SpaceFile file = read_space_file(options.space);
  for (const std::string& note : file.notes) fmt::print(stderr, "{}\n", note);
  const bool maximize = options.maximize || file.maximize.value_or(false);
  const TrialTable trials = read_csv(read_file(options.csv), options.csv, file.space, maximize);
  ImportanceReport report{file.space, maximize, options.curves, {}, {}};
  report.rungs.push_back(analyse(chosen_trials(trials, options), analysis_of(options, file.space), "", Json::object()));
  return show(report, options.json);
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<CommandOptions>();
  ImportanceOptions& analysis = options->analysis;
  command.add_option("--storage", options->storage, "as sqlite:///folder/study.db");
  command.add_option("--study", options->study, "the study's name; may be left out where there is one only");
  command.add_option("--csv", options->csv, "trials from elsewhere: a column for each parameter and 'loss'")
      .check(not_empty());
  command.add_option("--space", options->space, "the space file of --csv: TOML, ConfigSpace JSON or W&B YAML")
      .check(not_empty());
  command.add_flag("--maximize", options->maximize, "of --csv: the larger the loss column, the better");
  command.add_option("--rung", options->rung, "this rung alone: its fidelity, as 32, or its place from 0");
  command.add_option("--weights", options->weights, "also all rungs together, with a weight for each, as 1,2,4")
      .delimiter(',');
  command.add_flag("--pairs", options->pairs, "interactions of pairs (always in --json)");
  command.add_option("--triple", options->triples, "interaction of three parameters, as a,b,c; may be given again")
      .check(not_empty())
      .one_value_each();
  command.add_option("--percentile", analysis.percentile, "losses above this percentile count as if at it, as 25")
      .check(in_range(0.0, 100.0));
  command.add_flag("--curves", options->curves, "the mean loss along each parameter");
  command.add_option("--surface", options->surfaces, "the mean loss over two parameters, as a,b; may be given again")
      .check(not_empty())
      .one_value_each();
  command
      .add_option("--most", options->most,
                  "of a rung with more trials so many, drawn at random, are looked at; all unless said")
      .check(in_range(1, 1 << 30));
  command.add_option("--trees", analysis.trees, "of the forest; 64 unless said").check(in_range(1, 10'000));
  command.add_option("--depth", analysis.depth, "of the trees; unlimited unless said").check(in_range(1, 1 << 20));
  command.add_option("--seed", analysis.seed, "of the trees; 0 unless said")
      .check(in_range(std::uint64_t{0}, std::uint64_t{INT64_MAX}));
  command.add_flag("--json", options->json, "print one object (docs/formats.md)");
  return [options] { return run(*options); };
}

}  // namespace

Command importance_command() { return {"importance", "show which parameters matter, by functional ANOVA", declare}; }

}  // namespace crescendo
