#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "crescendo/images.h"

namespace crescendo {

/// The part that the data set itself names for a picture.
enum class Listed : std::uint8_t { kNowhere, kTraining, kValidation, kTest };

/// Which parts the data set names at all.
struct PartsGiven {
  bool training = false, validation = false, test = false;
};

/// The part of each picture, or nothing where it is not used. labels, listed: [n].
///
/// A picture that is listed stays where it is listed. In a seeded shuffle of each class:
/// - no test part given: the first 20 % (rounded) of the pictures that are listed nowhere are held out as test;
/// - training and validation given: what is listed nowhere is not used;
/// - only validation given: what is left trains;
/// - otherwise: what is left, with the pictures listed for training, is split 70 to 30 into training and validation, at
///   least one each where there are two.
/// `options.share` then keeps that share (rounded, at least one) of the training and of the validation pictures of each
/// class; a smaller share's pictures are among a larger one's, and the test part does not depend on it.
std::vector<std::optional<Part>> split_pictures(std::span<const int> labels, std::span<const Listed> listed,
                                                const PartsGiven& given, const DataOptions& options);

/// The same for pictures without lists that come in groups, such as all of one person: a group is in one part as a
/// whole, so that no picture is judged by what was learnt from its like. groups: [n], any numbers.
///
/// Shuffled groups, the largest first, go one by one where the counts of the classes then come closest to the shares
/// above: the sum over classes and parts of (count - wanted)^2 / wanted is least. Groups of one picture come to exactly
/// those shares; larger ones near them. A class of fewer groups than parts is missing from some.
std::vector<std::optional<Part>> split_groups(std::span<const int> labels, std::span<const int> groups,
                                              const DataOptions& options);

}  // namespace crescendo
