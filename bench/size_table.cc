#include "bench/size_table.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include "crescendo/error.h"
#include "crescendo/history.h"
#include "crescendo/rng.h"
#include "numeric/normal.h"
#include "search/summary.h"
#include "space/parse.h"

namespace crescendo {
namespace {

double predicted(const Forest& forest, const std::vector<double>& row) {
  double sum = 0;
  for (int tree = 0; tree < forest.trees(); ++tree) sum += forest.predict(tree, row);
  return sum / forest.trees();
}

}  // namespace

std::vector<SizeTrial> read_size_trials(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) not_found("no rows of trials in " + file.string());
  std::vector<SizeTrial> trials;
  for (std::string line; std::getline(in, line);) {
    const Json row = parse_json(line, file.string());
    trials.push_back({row.at("data"), row.at("side_px"), row.at("point"),
                      row.at("error").is_null() ? 1 : row.at("error").get<double>(), row.at("cpu_seconds")});
  }
  return trials;
}

std::vector<Json> size_trial_rows(Store& store) {
  std::vector<Json> rows;
  for (const std::string& name : store.studies()) {
    const History history = read_history(store, name);
    const Study& study = history.study();
    if (study.objective.name != "cnn") continue;
    const std::filesystem::path data = std::get<std::string>(study.objective.options.at("data"));
    for (const Trial& trial : history.trials()) {
      if (trial.state == TrialState::kRunning || trial.stopped_early || trial.tag.warm == 1 || !trial.point) continue;
      const auto& fidelity = study.ladder[static_cast<std::size_t>(trial.rung)].fidelity;
      rows.push_back({{"study", name},
                      {"trial", trial.number},
                      {"data", data.filename().string()},
                      {"side_px", static_cast<int>(fidelity.at("image_side"))},
                      {"epochs", static_cast<int>(fidelity.at("epochs"))},
                      {"error", trial.state == TrialState::kFinished ? Json(trial.loss) : Json(nullptr)},
                      {"cpu_seconds", std::round(1000 * trial.cpu_seconds) / 1000},
                      {"point", point_to_json(study.space, *trial.point)}});
    }
  }
  return rows;
}

SizeTable::SizeTable(Space space, const std::vector<SizeTrial>& trials, int top_px, double noise)
    : space_(std::move(space)), box_(whole(space_)), rows_(space_, box_), top_px_(top_px), noise_(noise) {
  check(!trials.empty(), "a table is made from at least one trial");
  std::vector<double> rows, errors, log_seconds;
  for (const SizeTrial& trial : trials) {
    const std::vector<double> values = row(parse_point(space_, trial.point), trial.side_px);
    rows.insert(rows.end(), values.begin(), values.end());
    errors.push_back(trial.error);
    log_seconds.push_back(std::log(std::max(1e-3, trial.cpu_seconds)));
  }
  ForestOptions options;
  options.trees = 64;
  options.features_per_split = 0.7;
  errors_ = std::make_unique<Forest>(rows_.features(), rows, errors, options, 1);
  log_seconds_ = std::make_unique<Forest>(rows_.features(), rows, log_seconds, options, 2);
}

std::vector<double> SizeTable::row(const Point& point, int side_px) const {
  std::vector<double> values(rows_.width());
  rows_.encode(point, static_cast<int>(std::lround(std::log2(static_cast<double>(top_px_) / side_px))), values);
  return values;
}

double SizeTable::error(const Point& point, int side_px) const { return predicted(*errors_, row(point, side_px)); }

double SizeTable::noisy_error(const Point& point, int side_px, std::uint64_t seed) const {
  Rng rng(seed, {static_cast<std::uint64_t>(side_px)});
  const double draw = normal_quantile(std::clamp(rng.uniform(), 1e-9, 1 - 1e-9));
  return std::clamp(error(point, side_px) + noise_ * draw, 0.0, 1.0);
}

double SizeTable::cpu_seconds(const Point& point, int side_px) const {
  return std::exp(predicted(*log_seconds_, row(point, side_px)));
}

}  // namespace crescendo
