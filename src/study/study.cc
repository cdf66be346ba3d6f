#include "crescendo/study.h"

#include <algorithm>

namespace crescendo {

Box Study::rung_box(int rung) const {
  Box box = whole(space);
  for (const auto& [parameter, limits] : ladder[static_cast<std::size_t>(rung)].limits) {
    Box::Side& side = box.sides[*space.find(parameter)];
    side.low = std::max(side.low, limits.first);
    side.high = std::min(side.high, limits.second);
  }
  return box;
}

bool Study::goes_on(int below, int rung) const {
  const auto same = [&](const char* fidelity) {
    const auto number = [&](int of) {
      const auto& numbers = ladder[static_cast<std::size_t>(of)].fidelity;
      const auto found = numbers.find(fidelity);
      return found == numbers.end() ? 0 : found->second;
    };
    return number(below) == number(rung);
  };
  return continues && below < rung && same("image_side") && same("data_share");
}

double Study::used_by(const Trial& trial, const Trial* parent, const std::string& fidelity) const {
  const auto of_rung = [&](int rung) {
    const auto& numbers = ladder[static_cast<std::size_t>(rung)].fidelity;
    const auto found = numbers.find(fidelity);
    return found == numbers.end() ? 0 : found->second;
  };
  const bool is_rest = parent && goes_on(parent->rung, trial.rung);
  const double whole = of_rung(trial.rung) - (is_rest ? of_rung(parent->rung) : 0);
  const bool cut = trial.state == TrialState::kFailed || trial.stopped_early;
  const bool counts_steps = fidelity == "epoch" || fidelity == "epochs";
  // Without a curve nobody knows how far it came.
  if (!cut || !counts_steps || trial.curve.empty()) return whole;
  const std::size_t before = is_rest ? std::min(parent->curve.size(), trial.curve.size()) : 0;
  return std::min(whole, static_cast<double>(trial.curve.size() - before));
}

double Study::cumulative_share(int rung) const {
  if (rung >= top()) return 1;
  double below = 0, all = 0;
  for (int r = 0; r <= top(); ++r) {
    const double share = ladder[static_cast<std::size_t>(r)].share;
    all += share;
    if (r <= rung) below += share;
  }
  return below / all;
}

}  // namespace crescendo
