#include "search/ladder.h"

#include <fmt/format.h>

#include "crescendo/error.h"

namespace crescendo {
namespace {

void check_values(const std::string& name, const std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > 0)) bad_input(fmt::format("the ladder's {} must be above 0, not {}", name, values[i]));
    if (i == 0 || values[i] >= values[i - 1]) continue;
    bad_input(fmt::format("the ladder's {} must not fall, but {} comes after {}", name, values[i], values[i - 1]));
  }
}

}  // namespace

std::vector<Rung> make_ladder(const std::vector<Fidelity>& fidelities) {
  const std::size_t rungs = fidelities.empty() ? 1 : fidelities.front().second.size();
  std::vector<Rung> ladder(rungs);
  for (const auto& [name, values] : fidelities) {
    if (values.size() != rungs) {
      bad_input(fmt::format("the ladder has {} values of {} and {} of {}; give as many of each", rungs,
                            fidelities.front().first, values.size(), name));
    }
    if (ladder.front().fidelity.contains(name)) bad_input(fmt::format("the ladder's {} is given twice", name));
    check_values(name, values);
    for (std::size_t i = 0; i < rungs; ++i) ladder[i].fidelity[name] = values[i];
  }
  for (std::size_t i = 0; i < rungs; ++i) {
    if (i > 0 && ladder[i].fidelity == ladder[i - 1].fidelity) {
      bad_input(fmt::format("rungs {} and {} of the ladder are the same; leave one out", i, i + 1));
    }
    ladder[i].share = static_cast<double>(rungs - i);
  }
  return ladder;
}

void share_time(std::vector<Rung>& ladder, const Budget& budget) {
  if (budget.trials || !(budget.seconds || budget.cpu_seconds)) return;
  for (Rung& rung : ladder) rung.share = 1;
}

}  // namespace crescendo
