#include "images/split.h"

#include <algorithm>
#include <cmath>

#include "crescendo/error.h"
#include "crescendo/rng.h"

namespace crescendo {
namespace {

constexpr std::uint64_t kSplitStream = 0x73706c6974;  // "split"

std::size_t percent(std::size_t count, std::size_t share) { return (count * share + 50) / 100; }

using Pictures = std::vector<std::size_t>;

// One class's pictures in shuffled order, by part.
struct ClassSplit {
  Pictures training, validation, test;
};

ClassSplit split_class(const Pictures& shuffled, std::span<const Listed> listed, const PartsGiven& given) {
  ClassSplit split;
  const auto unlisted = std::count_if(shuffled.begin(), shuffled.end(),
                                      [&](std::size_t picture) { return listed[picture] == Listed::kNowhere; });
  std::size_t to_hold_out = given.test ? 0 : percent(static_cast<std::size_t>(unlisted), 20);
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

  std::size_t training = rest.size();
  if (!given.validation && rest.size() > 1) training = std::clamp(percent(training, 70), std::size_t{1}, training - 1);
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

}  // namespace

std::vector<std::optional<Part>> split_pictures(std::span<const int> labels, std::span<const Listed> listed,
                                                const PartsGiven& given, const DataOptions& options) {
  check(labels.size() == listed.size(), "each picture has a label and a list");
  std::vector<Pictures> classes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<std::size_t>(labels[i]);
    if (label >= classes.size()) classes.resize(label + 1);
    classes[label].push_back(i);
  }

  std::vector<std::optional<Part>> parts(labels.size());
  for (std::size_t label = 0; label < classes.size(); ++label) {
    Rng(options.seed, {kSplitStream, label}).shuffle(std::span(classes[label]));
    const ClassSplit split = split_class(classes[label], listed, given);
    for (const std::size_t picture : share_of(split.training, options.share)) parts[picture] = Part::kTraining;
    for (const std::size_t picture : share_of(split.validation, options.share)) parts[picture] = Part::kValidation;
    for (const std::size_t picture : split.test) parts[picture] = Part::kTest;
  }
  return parts;
}

}  // namespace crescendo
