#include "crescendo/history.h"

#include <algorithm>
#include <tuple>

#include "crescendo/error.h"

namespace crescendo {

namespace {

// Orders as better() does.
std::tuple<double, double, int> standing(const Trial& trial) { return {trial.loss, trial.tie, trial.number}; }

bool is_warm(const Trial& trial) { return trial.tag.warm == 1; }

}  // namespace

bool better(const Trial& a, const Trial& b) {
  return std::tie(a.loss, a.tie, a.number) < std::tie(b.loss, b.tie, b.number);
}

History::History(std::shared_ptr<const Study> study) : study_(std::move(study)), rungs_(study_->ladder.size()) {
  for (const Rung& rung : study_->ladder) {
    for (const auto& [name, value] : rung.fidelity) used_[name] = 0;
  }
}

double History::used(const std::string& fidelity) const {
  const auto found = used_.find(fidelity);
  return found == used_.end() ? 0 : found->second;
}

int History::ended_since_best() const {
  const auto finished = ranked(study_->top());
  if (finished.empty()) return static_cast<int>(ends_.size());
  const Trial& best = trial(finished.front());
  const auto after = std::upper_bound(ends_.begin(), ends_.end(), std::pair(best.ended_revision, best.number));
  return static_cast<int>(ends_.end() - after);
}

void History::count_use(const Trial& trial, double sign) {
  const Trial* parent = trial.parent ? &this->trial(*trial.parent) : nullptr;
  for (auto& [name, used] : used_) used += sign * study_->used_by(trial, parent, name);
}

std::span<const int> History::children(int parent) const {
  const auto i = static_cast<std::size_t>(parent);
  return i < children_.size() ? std::span<const int>(children_[i]) : std::span<const int>();
}

bool History::any_running() const {
  return std::any_of(rungs_.begin(), rungs_.end(), [](const RungOrder& rung) { return rung.running > 0; });
}

std::optional<int> History::best_candidate(int rung) const {
  const RungOrder& order = rungs_[static_cast<std::size_t>(rung)];
  const auto first = [](const auto& candidates) {
    return candidates.empty() ? std::nullopt : std::optional(std::get<2>(*candidates.begin()));
  };
  const auto warm = first(order.warm_candidates), cold = first(order.candidates);
  if (!warm || !cold) return warm ? warm : cold;
  return place_in_full(*warm) < place_in_full(*cold) ? warm : cold;
}

int History::better_than(const std::vector<int>& order, int number) const {
  const auto at =
      std::lower_bound(order.begin(), order.end(), number, [this](int a, int b) { return better(trial(a), trial(b)); });
  return static_cast<int>(at - order.begin());
}

int History::place_in_full(int number) const {
  const RungOrder& order = rungs_[static_cast<std::size_t>(trial(number).rung)];
  const auto all = static_cast<std::int64_t>(order.full.size()),
             warm = static_cast<std::int64_t>(order.full_warm.size());
  const std::int64_t before = better_than(order.full, number), warm_before = better_than(order.full_warm, number);
  check(before < all && order.full[static_cast<std::size_t>(before)] == number,
        "a trial that has a place was executed in full");
  const bool own_warm = is_warm(trial(number));
  const std::int64_t own = own_warm ? warm : all - warm, others = all - own;
  const std::int64_t place = own_warm ? warm_before : before - warm_before;
  // Before it come the others j with (2j + 1) own < (2 place + 1) others, and equals where they are warm.
  const std::int64_t reach = (2 * place + 1) * others - (own_warm ? 1 : 0);
  return static_cast<int>(place + std::min(others, (reach / own + 1) / 2));
}

std::vector<int> History::in_order_of_places(int rung) const {
  const std::span<const int> all = full(rung);
  std::vector<int> order(all.size());
  for (const int number : all) order[static_cast<std::size_t>(place_in_full(number))] = number;
  return order;
}

void History::set_trial(Trial trial) {
  const auto number = static_cast<std::size_t>(trial.number);
  check(trial.number >= 0 && number <= trials_.size(), "trials become known in the order of their numbers");
  check(trial.rung >= 0 && trial.rung < static_cast<int>(rungs_.size()), "a trial's rung is one of the ladder's");
  changes_.push_back(trial.number);
  check(!trial.parent || (*trial.parent >= 0 && *trial.parent < trial.number), "a trial is younger than its parent");
  if (number == trials_.size()) {
    trials_.push_back(std::move(trial));
    count_claim(trials_[number]);
  } else {
    Trial& known = trials_[number];
    check(known.state == TrialState::kRunning, "an ended trial never changes");
    count_use(known, -1);
    const bool moves = known.rung != trial.rung;
    if (moves) uncount_claim(known);
    known = std::move(trial);
    if (moves) count_claim(known);
  }
  count_use(trials_[number], 1);
  if (trials_[number].state != TrialState::kRunning) count_end(trials_[number]);
}

// A trial that became known, counted as running.
void History::count_claim(const Trial& trial) {
  RungOrder& rung = rungs_[static_cast<std::size_t>(trial.rung)];
  // At the end, unless it has just moved to this rung.
  rung.all.insert(std::upper_bound(rung.all.begin(), rung.all.end(), trial.number), trial.number);
  ++rung.running;
  if (trial.tag.repeat <= 0) {
    ++rung.firsts;
    ++rung.firsts_running;
  }
  if (!executes_again(trial)) ++rung.starts;
  if (trial.tag.fill == 1) {
    ++rung.fills;
    ++rung.fills_running;
  }
  if (trial.parent) count_child(trial, *trial.parent);
  if (trial.tag.bracket >= 0) count_in_bracket(trial);
}

// A running trial that moves to another rung.
void History::uncount_claim(const Trial& trial) {
  check(is_rung_open(trial) && !trial.parent && trial.tag.bracket < 0 && trial.tag.fill < 0 && trial.tag.repeat < 0,
        "only a start whose rung was left open moves");
  RungOrder& rung = rungs_[static_cast<std::size_t>(trial.rung)];
  rung.all.erase(std::lower_bound(rung.all.begin(), rung.all.end(), trial.number));
  --rung.running;
  --rung.firsts;
  --rung.firsts_running;
  --rung.starts;
}

void History::count_child(const Trial& trial, int parent) {
  const auto i = static_cast<std::size_t>(parent);
  if (i >= children_.size()) children_.resize(i + 1);
  children_[i].push_back(trial.number);
  const Trial& tried = trials_[i];
  if (trial.rung != tried.rung + 1 || !executes_again(trial)) return;
  const auto below = static_cast<std::size_t>(tried.rung);
  (is_warm(tried) ? rungs_[below].warm_candidates : rungs_[below].candidates).erase(standing(tried));
  if (tried.tag.bracket < 0) return;
  brackets_[static_cast<std::size_t>(tried.tag.bracket)].levels[below].candidates.erase(standing(tried));
}

void History::count_in_bracket(const Trial& trial) {
  const auto number = static_cast<std::size_t>(trial.tag.bracket);
  while (brackets_.size() <= number) {
    brackets_.emplace_back();
    brackets_.back().levels.resize(rungs_.size());
  }
  Bracket& bracket = brackets_[number];
  if (bracket.first_trial < 0) bracket.first_trial = trial.number;
  if (trial.tag.slot < 0) return;
  ++bracket.levels[static_cast<std::size_t>(trial.rung)].claimed;
  if (trial.rung < bracket.rung) return;
  if (trial.rung > bracket.rung) {
    bracket.rung = trial.rung;
    bracket.claimed = bracket.running = 0;
  }
  ++bracket.claimed;
  ++bracket.running;
}

void History::count_end(const Trial& trial) {
  RungOrder& rung = rungs_[static_cast<std::size_t>(trial.rung)];
  --rung.running;
  if (trial.tag.repeat <= 0) --rung.firsts_running;
  if (trial.tag.fill == 1) --rung.fills_running;
  if (trial.tag.bracket >= 0 && trial.tag.slot >= 0) {
    Bracket& bracket = brackets_[static_cast<std::size_t>(trial.tag.bracket)];
    if (trial.rung == bracket.rung) --bracket.running;
  }
  cpu_seconds_ += trial.cpu_seconds;
  if (trial.rung == study_->top()) {
    const std::pair end(trial.ended_revision, trial.number);
    ends_.insert(std::upper_bound(ends_.begin(), ends_.end(), end), end);
  }
  if (trial.state != TrialState::kFinished) return;
  insert_ranked(rung.ranked, trial.number);
  if (trial.tag.repeat <= 0 && !trial.stopped_early) count_full(trial);
}

void History::count_full(const Trial& trial) {
  RungOrder& rung = rungs_[static_cast<std::size_t>(trial.rung)];
  insert_ranked(rung.full, trial.number);
  if (is_warm(trial)) insert_ranked(rung.full_warm, trial.number);
  const bool candidate = !tried_above(trial);
  if (candidate) (is_warm(trial) ? rung.warm_candidates : rung.candidates).insert(standing(trial));
  if (trial.tag.bracket < 0) return;
  Bracket& bracket = brackets_[static_cast<std::size_t>(trial.tag.bracket)];
  Bracket::Level& level = bracket.levels[static_cast<std::size_t>(trial.rung)];
  ++level.full;
  if (candidate) level.candidates.insert(standing(trial));
}

void History::insert_ranked(std::vector<int>& order, int number) const {
  const auto at =
      std::lower_bound(order.begin(), order.end(), number, [this](int a, int b) { return better(trial(a), trial(b)); });
  order.insert(at, number);
}

bool History::tried_above(const Trial& trial) const {
  const auto younger = children(trial.number);
  return std::any_of(younger.begin(), younger.end(), [&](int number) {
    const Trial& child = this->trial(number);
    return child.rung == trial.rung + 1 && executes_again(child);
  });
}

const Box* History::first_box(int rung) const {
  const auto used = std::find_if(boxes_.begin(), boxes_.end(), [&](const UsedBox& b) { return b.rung == rung; });
  return used == boxes_.end() ? nullptr : used->box.get();
}

std::optional<int> History::find_box(int rung, const Box& box) const {
  for (int number = 0; number < boxes(); ++number) {
    const UsedBox& used = boxes_[static_cast<std::size_t>(number)];
    if (used.rung == rung && used.box->sides == box.sides) return number;
  }
  return {};
}

void History::add_box(int rung, Box box) { boxes_.push_back({rung, std::make_shared<const Box>(std::move(box))}); }

void History::set_budget(const Budget& budget) {
  if (study_->budget == budget) return;
  auto changed = std::make_shared<Study>(*study_);
  changed->budget = budget;
  study_ = std::move(changed);
}

}  // namespace crescendo
