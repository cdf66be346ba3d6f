#include "search/ladder.h"

#include <gtest/gtest.h>

#include "search/program_study.h"

namespace crescendo {
namespace {

std::vector<double> shares_for(const Budget& budget) {
  ProgramStudyRequest request;
  request.fidelities = {{"epoch", {1, 4, 13}}};
  request.budget = budget;
  std::vector<double> shares;
  for (const Rung& rung : make_program_study(request).ladder) shares.push_back(rung.share);
  return shares;
}

TEST(Ladder, SharesFallInStepsForTrialsAndAreAlikeForTime) {
  const std::vector<double> steps = {3, 2, 1}, alike = {1, 1, 1};
  Budget trials, total, wall, cpu;
  trials.trials = 60;
  total.fidelity["epoch"] = 100;
  wall.seconds = 100;
  cpu.cpu_seconds = 100;
  EXPECT_EQ(shares_for(trials), steps);
  EXPECT_EQ(shares_for(total), steps);
  EXPECT_EQ(shares_for(wall), alike);
  EXPECT_EQ(shares_for(cpu), alike);
  wall.trials = 60;
  EXPECT_EQ(shares_for(wall), steps);
}

}  // namespace
}  // namespace crescendo
