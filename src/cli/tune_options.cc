#include "cli/tune_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/words.h"
#include "crescendo/error.h"
#include "search/presets.h"
#include "search/program_study.h"

namespace crescendo {
namespace {

constexpr double kUsualSeconds = 30 * 60;

void refuse(const std::vector<std::pair<std::string_view, bool>>& given, const std::string& other) {
  std::vector<std::string_view> names;
  for (const auto& [name, is_given] : given) {
    if (is_given) names.push_back(name);
  }
  if (!names.empty()) bad_input(fmt::format("{} cannot go with {}; leave it out", fmt::join(names, ", "), other));
}

}  // namespace

std::string TuneOptions::folder() const {
  if (out) return *out;
  return storage == "memory:" ? "" : "crescendo-out";
}

std::string TuneOptions::study_name() const {
  if (!name.empty()) return name;
  namespace fs = std::filesystem;
  const fs::path path = fs::absolute(out.value_or("crescendo-out")).lexically_normal();
  return (path.has_filename() ? path.filename() : path.parent_path().filename()).string();
}

Budget TuneOptions::given_budget() const {
  Budget budget;
  budget.trials = trials;
  if (!time.empty()) budget.seconds = parse_duration(time, "--time");
  if (!cpu_time.empty()) budget.cpu_seconds = parse_duration(cpu_time, "--cpu-time");
  for (const std::string& text : budgets) {
    const auto total = parse_total(text, "--budget");
    if (!budget.fidelity.insert(total).second) bad_input(fmt::format("--budget {} is given twice", total.first));
  }
  budget.target = target;
  budget.patience = patience;
  return budget;
}

Budget TuneOptions::budget() const {
  Budget budget = given_budget();
  if (budget == Budget{}) budget.seconds = kUsualSeconds;
  return budget;
}

std::optional<Named> TuneOptions::chosen_sampler() const {
  if (!sampler.empty()) return Named{sampler};
  return preset.empty() ? std::nullopt : std::optional(Named{std::string(find_preset(preset).sampler)});
}

std::optional<Named> TuneOptions::chosen_schedule() const {
  if (!schedule.empty()) return Named{schedule};
  return preset.empty() ? std::nullopt : std::optional(Named{std::string(find_preset(preset).schedule)});
}

void override_study(const TuneOptions& options, Study& study) {
  if (!options.name.empty()) study.name = options.name;
  if (options.seed) study.seed = *options.seed;
  if (options.lag) study.lag = *options.lag;
  if (const auto sampler = options.chosen_sampler()) study.sampler = *sampler;
  if (const auto schedule = options.chosen_schedule()) {
    const bool as_it_is = study.objective.name == "cnn" || !options.schedule.empty();
    study.schedule = as_it_is ? *schedule : without_repeats(*schedule);
  }
  const Budget budget = options.given_budget();
  if (!(budget == Budget{})) study.budget = budget;
}

void check_beside_study_file(const TuneOptions& options) {
  if (!options.sizes.empty() || !options.ladder.empty() || !options.fit.empty() || options.epochs || options.share ||
      options.classes || options.fold || options.frames || options.grey || options.colour || options.augment ||
      options.balanced) {
    bad_input(
        "with --study-file, sizes, ladder, fit, epochs, share, classes, fold, frames, colour, augmentation and class "
        "weights stand in the file; leave the options out");
  }
  refuse_program_options(options, "--study-file, where it stands in the file");
}

void refuse_picture_options(const TuneOptions& options, const std::string& other) {
  refuse({{"--data", !options.data.empty()},
          {"--sizes", !options.sizes.empty()},
          {"--fit", !options.fit.empty()},
          {"--epochs", options.epochs.has_value()},
          {"--share", options.share.has_value()},
          {"--classes", options.classes.has_value()},
          {"--fold", options.fold.has_value()},
          {"--frames", options.frames.has_value()},
          {"--grey", options.grey},
          {"--colour", options.colour},
          {"--augment", options.augment},
          {"--balanced", options.balanced},
          {"--kernels", !options.kernels.empty()},
          {"--strict", options.strict}},
         other);
}

void refuse_program_options(const TuneOptions& options, const std::string& other) {
  refuse({{"--command", !options.command.empty()},
          {"--server", !options.server.empty()},
          {"--space", !options.space.empty()},
          {"--loss", !options.loss.empty()},
          {"--maximize", options.maximize},
          {"--time-limit", !options.time_limit.empty()}},
         other);
}

}  // namespace crescendo
