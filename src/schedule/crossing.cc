#include "schedule/crossing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "crescendo/error.h"

namespace crescendo {
Crossing::Crossing(const CrossingOptions& options, std::string_view owner) : options_(options) {
  const std::pair<std::string_view, bool*> parts[] = {
      {"points", &points_}, {"narrow", &narrow_}, {"model", &model_}, {"weights", &weights_}};
  const std::string all = options.cross == "none" ? "" : options.cross + "+";
  for (std::string_view rest = all; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find('+'));
    const auto part = std::find_if(std::begin(parts), std::end(parts), [&](const auto& p) { return p.first == word; });
    if (part == std::end(parts)) {
      bad_input(
          fmt::format("{}: cross must be none, or some of points, narrow, model and weights joined by +, not '{}'",
                      owner, options.cross));
    }
    *part->second = true;
    rest.remove_prefix(word.size() + 1);
  }
  if (weights_ && !points_) {
    bad_input(fmt::format("{}: cross '{}' lacks points, the only ones that have weights to begin from", owner,
                          options.cross));
  }
}

int rung_below(const History& history, int rung) {
  int below = rung - 1;
  while (below >= 0 && history.ranked(below).empty()) --below;
  return below;
}

Tag Crossing::promotion_tag() const {
  Tag tag;
  if (weights_) tag.warm = 1;
  return tag;
}

int Crossing::promoted(const History& history, int below) const {
  if (!points_ || options_.promote == 0 || below < 0) return 0;
  const auto finished = static_cast<double>(history.ranked(below).size());
  return std::max(kFewestPromoted, static_cast<int>(std::ceil(options_.promote * finished)));
}

std::optional<Promote> Crossing::promotion(const History& history, int below, int rung) const {
  const int count = promoted(history, below);
  if (count == 0) return {};
  if (rung == below + 1) {  // as always, unless the time of a rung was used up
    const auto best = history.best_candidate(below);
    if (!best || history.place_in_full(*best) >= count) return {};
    return Promote{*best, rung, promotion_tag()};
  }
  const std::vector<int> order = history.in_order_of_places(below);
  for (std::size_t i = 0; i < std::min(order.size(), static_cast<std::size_t>(count)); ++i) {
    const auto children = history.children(order[i]);
    const bool tried = std::any_of(children.begin(), children.end(), [&](int child) {
      return history.trial(child).rung == rung && executes_again(history.trial(child));
    });
    if (!tried) return Promote{order[i], rung, promotion_tag()};
  }
  return {};
}

// Every so many of a rung's starts, but not the first one, which is what the box is computed for.
bool Crossing::explores(int start) const {
  return start > 0 && std::floor((start + 1) * options_.explore) > std::floor(start * options_.explore);
}

Start Crossing::start(const History& history, int below, int rung) const {
  Tag tag;
  if (!model_) tag.alone = 1;
  const Box* first = history.first_box(rung);
  if (!first && narrow_ && below >= 0) return {rung, narrowed_box(history, below, rung, options_), tag};
  Box whole = history.study().rung_box(rung);
  if (!first || first->sides == whole.sides) return {rung, std::move(whole), tag};
  if (!explores(history.starts(rung))) return {rung, *first, tag};
  whole.reason = fmt::format("the whole range for {:.3g} % of the points, in case the narrowing was wrong",
                             100 * options_.explore);
  return {rung, std::move(whole), tag};
}

}  // namespace crescendo
