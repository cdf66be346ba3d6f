#include "schedule/brackets.h"

#include <algorithm>
#include <numeric>

namespace crescendo {
namespace {

int planned(const BracketPlan& plan, int rung) { return plan.sizes[static_cast<std::size_t>(rung - plan.first_rung)]; }

// Points that the plan, and what was executed in full below, give to a rung.
int places(const Bracket& bracket, const BracketPlan& plan, int rung) {
  if (rung == plan.first_rung) return planned(plan, rung);
  return std::min(planned(plan, rung), bracket.levels[static_cast<std::size_t>(rung - 1)].full);
}

}  // namespace

BracketPlan bracket_plan(int first_rung, int top, int count, int eta) {
  BracketPlan plan{first_rung, {}};
  for (int rung = first_rung; rung <= top; ++rung) {
    plan.sizes.push_back(count);
    count = std::max(1, count / eta);
  }
  return plan;
}

int total(const BracketPlan& plan) { return std::accumulate(plan.sizes.begin(), plan.sizes.end(), 0); }

std::optional<Step> bracket_step(const History& history, int number, const BracketPlan& plan) {
  const auto index = static_cast<std::size_t>(number);
  const int top = history.study().top();
  Tag tag;
  tag.bracket = number;
  tag.slot = 0;
  const auto start = [&] { return Start{plan.first_rung, history.study().rung_box(plan.first_rung), tag}; };
  if (index >= history.brackets().size() || history.brackets()[index].rung < 0) return start();
  const Bracket& bracket = history.brackets()[index];
  int rung = bracket.rung;
  if (rung == top && bracket.claimed >= plan.sizes.back()) return {};  // most are, so this is the way to be quick
  if (bracket.claimed >= places(bracket, plan, rung)) {
    if (rung == top || bracket.running > 0 || places(bracket, plan, rung + 1) == 0) return {};
    ++rung;
  } else {
    tag.slot = bracket.claimed;
  }
  if (rung == plan.first_rung) return start();
  // The best below that is left: of those that filled a wait some may end now and be better than what was promoted.
  const auto& candidates = bracket.levels[static_cast<std::size_t>(rung - 1)].candidates;
  if (candidates.empty()) return {};
  return Promote{std::get<2>(*candidates.begin()), rung, tag};
}

bool waits(const History& history, int number, const BracketPlan& plan) {
  const Bracket& bracket = history.brackets()[static_cast<std::size_t>(number)];
  return bracket.running > 0 && bracket.rung < history.study().top() &&
         bracket.claimed >= places(bracket, plan, bracket.rung);
}

}  // namespace crescendo
