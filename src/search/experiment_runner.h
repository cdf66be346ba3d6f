#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/json.h"
#include "crescendo/images.h"
#include "crescendo/search.h"
#include "crescendo/store.h"
#include "objective/cnn.h"
#include "search/experiment.h"

namespace crescendo {

/// Runs the cells of an experiment, each as a study of one store. Pictures are read once and shared. Thread-safe.
class ExperimentRunner {
 public:
  /// The three outlive it. Trials leave their files in <folder>/<cell>/trials; decoded pictures are kept in
  /// <folder>/cache.
  ExperimentRunner(const Experiment& experiment, Store& store, std::filesystem::path folder);

  /// Throws Error (bad input, not found) if the cell's study cannot be made: its data, ladder, parameters and methods.
  void check(const ExperimentCell& cell) const;

  /// Searches until the cell's budget is used up, going on with what is in the store; then trains its best point
  /// again. The cell's raw row (docs/formats.md), or nothing if it was interrupted. One worker: what a cell costs does
  /// not depend on how many run beside it. Throws Error as make_image_study and make_program_study do.
  std::optional<Json> run(const ExperimentCell& cell, const std::function<bool()>& interrupted);

 private:
  struct Data {
    std::shared_ptr<const DataSet> set;
    std::shared_ptr<const CnnPictures> pictures;
  };

  Study study_of(const ExperimentCell& cell, std::shared_ptr<const DataSet>& set) const;
  Study image_study(const ExperimentCell& cell, std::shared_ptr<const DataSet>& set) const;
  Study program_study(const ExperimentCell& cell) const;
  Data data_of(const ExperimentCell& cell, const Study& study, std::shared_ptr<const DataSet> set);
  ObjectiveMaker objective_of(const ExperimentCell& cell, const Study& study, std::shared_ptr<const DataSet> set);
  /// {"validation_errors", "test_errors"} of the best point, trained again with other seeds; a training that diverges
  /// counts as an error of 1. Null if it was interrupted.
  Json retrained(const ExperimentCell& cell, const History& history, const std::function<bool()>& interrupted);

  const Experiment& experiment_;
  Store& store_;
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Data> data_;  // by objective and ladder
};

}  // namespace crescendo
