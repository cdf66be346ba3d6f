#include "search/program_study.h"

namespace crescendo {

Study make_program_study(const ProgramStudyRequest& request) {
  Study study;
  study.name = request.name;
  study.seed = request.seed;
  study.maximize = request.maximize;
  study.objective = request.objective;
  study.sampler = request.sampler;
  study.schedule = request.schedule.value_or(Named{"flat", {{"repeats", 0.0}}});
  study.budget = request.budget;
  study.ladder = {Rung{}};
  study.space = request.space;
  return study;
}

}  // namespace crescendo
