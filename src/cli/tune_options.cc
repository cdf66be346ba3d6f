#include "cli/tune_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/words.h"
#include "crescendo/error.h"

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

Budget TuneOptions::budget() const {
  Budget budget;
  budget.trials = trials;
  if (!time.empty()) budget.seconds = parse_duration(time, "--time");
  if (!budget.trials && !budget.seconds) budget.seconds = kUsualSeconds;
  return budget;
}

void override_study(const TuneOptions& options, Study& study) {
  if (!options.name.empty()) study.name = options.name;
  if (options.seed) study.seed = *options.seed;
  if (!options.sampler.empty()) study.sampler = {options.sampler, {}};
  if (!options.schedule.empty()) study.schedule = {options.schedule, {}};
  if (options.trials || !options.time.empty()) study.budget = options.budget();
}

void check_beside_study_file(const TuneOptions& options) {
  if (!options.sizes.empty() || !options.fit.empty() || options.epochs || options.share || options.grey ||
      options.colour || options.augment || options.balanced) {
    bad_input(
        "with --study-file, sizes, fit, epochs, share, colour, augmentation and class weights stand in the file; "
        "leave the options out");
  }
  refuse_program_options(options, "--study-file, where it stands in the file");
}

void refuse_picture_options(const TuneOptions& options, const std::string& other) {
  refuse({{"--data", !options.data.empty()},
          {"--sizes", !options.sizes.empty()},
          {"--fit", !options.fit.empty()},
          {"--epochs", options.epochs.has_value()},
          {"--share", options.share.has_value()},
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
