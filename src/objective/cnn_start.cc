#include "objective/cnn_start.h"

#include <fmt/format.h>

#include <algorithm>

#include "crescendo/error.h"
#include "objective/cnn.h"
#include "train/checkpoint_file.h"
#include "train/initial_weights.h"
#include "train/warm_start.h"
#include "train/weights_file.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

std::optional<Checkpoint> read_checkpoint(const fs::path& folder) {
  if (folder.empty()) return {};
  try {
    return load_checkpoint(folder / kCheckpointFile);
  } catch (const Error&) {
    return {};
  }
}

std::vector<float> warm_weights(const Assignment& assignment, const TrainingPlan& plan) {
  const int parent = assignment.line.back().number;
  if (assignment.from.empty()) {
    not_found(fmt::format("it starts from the weights of trial {}, and trials leave no files; give an --out", parent));
  }
  const fs::path file = assignment.from / kWeightsFile;
  if (!fs::exists(file)) {
    not_found(fmt::format("it starts from the weights of trial {}, and {} is not there", parent, file.string()));
  }
  const TrainedNetwork before = load_weights(file);
  return with_convolutions(plan.shape, initial_weights(plan.shape, plan.seed, plan.initial), before.shape,
                           before.weights);
}

}  // namespace

bool goes_on(const Assignment& assignment) {
  return !assignment.line.empty() && assignment.study.goes_on(assignment.line.back().rung, assignment.rung);
}

CnnStart read_start(const Assignment& assignment, const TrainingPlan& plan) {
  CnnStart start;
  if (assignment.line.empty()) return start;
  if (!goes_on(assignment)) {
    check_shape(plan.shape);
    start.weights = warm_weights(assignment, plan);
    return start;
  }
  start.checkpoint = read_checkpoint(assignment.from);
  if (!start.checkpoint) require_beginning(assignment);
  if (assignment.perturbed) start.checkpoint = with_plan(*std::move(start.checkpoint), plan);
  return start;
}

void require_beginning(const Assignment& assignment) {
  // A perturbed trial has a seed of its own, so this holds even where the drawn point is its parent's.
  const bool perturbed =
      assignment.perturbed || std::any_of(assignment.line.begin(), assignment.line.end(), is_perturbed);
  if (!perturbed && assignment.study.goes_on(assignment.line.front().rung, assignment.rung)) return;
  not_found(fmt::format("it goes on from trial {}, whose checkpoint is not there or does not fit, and which {}",
                        assignment.line.back().number,
                        perturbed ? "is of a training that was perturbed" : "started from other weights"));
}

int schedule_epochs(const Study& study, int rung) {
  while (rung < study.top() && study.goes_on(rung, rung + 1)) ++rung;
  return static_cast<int>(study.ladder[static_cast<std::size_t>(rung)].fidelity.at("epochs"));
}

}  // namespace crescendo
