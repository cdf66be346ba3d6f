#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "base/files.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "cli/shown_studies.h"
#include "cli/words.h"
#include "crescendo/error.h"
#include "objective/cnn.h"
#include "search/summary.h"
#include "train/onnx_file.h"
#include "train/weights_file.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

struct BestOptions {
  std::string storage, study, out, save, onnx;
  std::optional<int> trial;
  bool json = false;
};

// Where 'tune' left the trials' files: beside the storage's file, unless its --storage said otherwise.
fs::path study_folder(const BestOptions& options) {
  if (!options.out.empty()) return options.out;
  const std::string file = storage_file(options.storage);
  if (!file.empty()) return fs::path(file).parent_path();
  bad_input(fmt::format("{} does not say where the study's files are; give --out", options.storage));
}

// Those that the trial kept, not trained again.
void write_network(const BestOptions& options, const History& history) {
  check_outputs({{"--save", options.save}, {"--onnx", options.onnx}}, {{"--storage", storage_file(options.storage)}});
  const auto winner = best(history);
  if (!options.trial && !winner) not_found("nothing has finished yet, so there are no weights");
  const int trial = options.trial.value_or(winner ? winner->trial : 0);
  if (options.trial) point_toml(history, trial);  // says which trials there are, if it is none
  const fs::path weights = study_folder(options) / "trials" / std::to_string(trial) / kWeightsFile;
  if (!fs::exists(weights)) {
    not_found(
        fmt::format("trial {} has no weights ({} is not there): 'tune' keeps those of the best points at the top "
                    "rung; 'crescendo train' makes others, with --save or --onnx",
                    trial, weights.string()));
  }
  const TrainedNetwork network = load_weights(weights);
  if (!options.save.empty()) save_weights(options.save, network);
  if (!options.onnx.empty()) save_onnx(options.onnx, network);
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<BestOptions>();
  command.add_option("--storage", options->storage, "as sqlite:///folder/study.db").required();
  command.add_option("--study", options->study, "the study's name; may be left out where there is one only");
  const auto trial = command.add_option("--trial", options->trial, "print the point of this trial instead of the best");
  command.add_flag("--json", options->json, "print one object (docs/formats.md) instead of the point's TOML")
      .excludes(trial);
  command.add_option("--save", options->save, "also write its weights to this file, if 'tune' kept them")
      .check(not_empty());
  command.add_option("--onnx", options->onnx, "the same as an ONNX model").check(not_empty());
  command.add_option("--out", options->out, "the study's folder, of 'tune --out'; default: that of the storage's file");
  return [options] {
    const auto store = open_existing_store(options->storage);
    const History history = read_history(*store, choose_study(*store, options->study));
    if (!options->save.empty() || !options->onnx.empty()) write_network(*options, history);
    if (options->json) {
      fmt::print("{}\n", pretty(summary_json(*store, history, options->storage)));
    } else {
      fmt::print("{}", options->trial ? point_toml(history, *options->trial) : best_toml(history));
    }
    return kExitSucceeded;
  };
}

}  // namespace

Command best_command() { return {"best", "print the best point of a study, as TOML for 'train'", declare}; }

}  // namespace crescendo
