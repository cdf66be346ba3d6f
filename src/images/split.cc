#include "images/split.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "crescendo/error.h"
#include "crescendo/rng.h"

namespace crescendo {
namespace {

constexpr std::uint64_t kSplitStream = 0x73706c6974;  // "split"
constexpr std::uint64_t kGroupStream = 0x67726f7570;  // "group"

std::size_t percent(std::size_t count, std::size_t share) { return (count * share + 50) / 100; }

constexpr std::size_t kHeldOut = 20;  // percent of the pictures without a list
// Of as many as are not held out.
std::size_t training_of(std::size_t rest) {
  return rest > 1 ? std::clamp(percent(rest, 70), std::size_t{1}, rest - 1) : rest;
}

using Pictures = std::vector<std::size_t>;

// One class's pictures in shuffled order, by part.
struct ClassSplit {
  Pictures training, validation, test;
};

ClassSplit split_class(const Pictures& shuffled, std::span<const Listed> listed, const PartsGiven& given) {
  ClassSplit split;
  const auto unlisted = std::count_if(shuffled.begin(), shuffled.end(),
                                      [&](std::size_t picture) { return listed[picture] == Listed::kNowhere; });
  std::size_t to_hold_out = given.test ? 0 : percent(static_cast<std::size_t>(unlisted), kHeldOut);
  Pictures rest;
  for (const std::size_t picture : shuffled) {
    switch (listed[picture]) {
      case Listed::kTest:
        split.test.push_back(picture);
        break;
      case Listed::kValidation:
        split.validation.push_back(picture);
        break;
      case Listed::kTraining:
        (given.validation ? split.training : rest).push_back(picture);
        break;
      case Listed::kNowhere:
        if (to_hold_out > 0) {
          --to_hold_out;
          split.test.push_back(picture);
        } else if (!given.training || !given.validation) {
          rest.push_back(picture);
        }
    }
  }

  const std::size_t training = given.validation ? rest.size() : training_of(rest.size());
  const auto border = rest.begin() + static_cast<std::ptrdiff_t>(training);
  split.training.insert(split.training.end(), rest.begin(), border);
  split.validation.insert(split.validation.end(), border, rest.end());
  return split;
}

std::span<const std::size_t> share_of(const Pictures& pictures, double share) {
  if (pictures.empty()) return {};
  const auto kept = static_cast<std::size_t>(std::llround(share * static_cast<double>(pictures.size())));
  return std::span(pictures).first(std::clamp(kept, std::size_t{1}, pictures.size()));
}

// Each class's pictures, shuffled by the seed.
std::vector<Pictures> shuffled_classes(std::span<const int> labels, std::uint64_t seed) {
  std::vector<Pictures> classes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<std::size_t>(labels[i]);
    if (label >= classes.size()) classes.resize(label + 1);
    classes[label].push_back(i);
  }
  for (std::size_t label = 0; label < classes.size(); ++label) {
    Rng(seed, {kSplitStream, label}).shuffle(std::span(classes[label]));
  }
  return classes;
}

void place(const ClassSplit& split, double share, std::vector<std::optional<Part>>& parts) {
  for (const std::size_t picture : share_of(split.training, share)) parts[picture] = Part::kTraining;
  for (const std::size_t picture : share_of(split.validation, share)) parts[picture] = Part::kValidation;
  for (const std::size_t picture : split.test) parts[picture] = Part::kTest;
}

// How many pictures of each class a part, or a group, has.
using ClassCounts = std::vector<double>;

// Wanted and given so far. The part that a tie goes to comes first: no class is to have nothing to train on.
struct Filling {
  Part part;
  ClassCounts wanted, given;

  /// Of the sum of (given - wanted)^2 / wanted.
  double growth(const ClassCounts& more) const {
    double growth = 0;
    for (std::size_t label = 0; label < more.size(); ++label) {
      const double before = given[label] - wanted[label], after = before + more[label];
      growth += (after * after - before * before) / std::max(wanted[label], 1.0);
    }
    return growth;
  }
};

std::array<Filling, 3> empty_parts(const std::vector<Pictures>& classes) {
  const ClassCounts none(classes.size());
  std::array<Filling, 3> parts = {Filling{Part::kTraining, none, none}, Filling{Part::kValidation, none, none},
                                  Filling{Part::kTest, none, none}};
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const std::size_t test = percent(classes[label].size(), kHeldOut), rest = classes[label].size() - test;
    parts[0].wanted[label] = static_cast<double>(training_of(rest));
    parts[1].wanted[label] = static_cast<double>(rest - training_of(rest));
    parts[2].wanted[label] = static_cast<double>(test);
  }
  return parts;
}

// The groups' pictures: shuffled by the seed, then the largest first, as small ones can still even out.
std::vector<Pictures> ordered_groups(std::span<const int> groups, std::uint64_t seed) {
  std::map<int, Pictures> by_group;
  for (std::size_t i = 0; i < groups.size(); ++i) by_group[groups[i]].push_back(i);
  std::vector<Pictures> ordered;
  for (auto& [group, pictures] : by_group) ordered.push_back(std::move(pictures));
  Rng(seed, {kGroupStream}).shuffle(std::span(ordered));
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Pictures& a, const Pictures& b) { return a.size() > b.size(); });
  return ordered;
}

}  // namespace

std::vector<std::optional<Part>> split_pictures(std::span<const int> labels, std::span<const Listed> listed,
                                                const PartsGiven& given, const DataOptions& options) {
  check(labels.size() == listed.size(), "each picture has a label and a list");
  std::vector<std::optional<Part>> parts(labels.size());
  for (const Pictures& shuffled : shuffled_classes(labels, options.seed)) {
    place(split_class(shuffled, listed, given), options.share, parts);
  }
  return parts;
}

std::vector<std::optional<Part>> split_groups(std::span<const int> labels, std::span<const int> groups,
                                              const DataOptions& options) {
  check(labels.size() == groups.size(), "each picture has a label and a group");
  const std::vector<Pictures> classes = shuffled_classes(labels, options.seed);
  std::array<Filling, 3> fillings = empty_parts(classes);
  std::vector<Part> part_of(labels.size());
  for (const Pictures& group : ordered_groups(groups, options.seed)) {
    ClassCounts more(classes.size());
    for (const std::size_t picture : group) ++more[static_cast<std::size_t>(labels[picture])];
    Filling& chosen = *std::min_element(fillings.begin(), fillings.end(), [&](const Filling& a, const Filling& b) {
      return a.growth(more) < b.growth(more);
    });
    for (std::size_t label = 0; label < more.size(); ++label) chosen.given[label] += more[label];
    for (const std::size_t picture : group) part_of[picture] = chosen.part;
  }

  std::vector<std::optional<Part>> parts(labels.size());
  for (const Pictures& shuffled : classes) {
    ClassSplit split;
    for (const std::size_t picture : shuffled) {
      Pictures& members = part_of[picture] == Part::kTraining     ? split.training
                          : part_of[picture] == Part::kValidation ? split.validation
                                                                  : split.test;
      members.push_back(picture);
    }
    place(split, options.share, parts);
  }
  return parts;
}

}  // namespace crescendo
