#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace crescendo {

/// What one line of a program's output says.
struct Reply {
  enum class Kind {
    kNone,    // nothing of the kind: ordinary output
    kLoss,    // a finite loss
    kFailed,  // the point failed, or its loss or step cannot be used; `reason` says which
  };

  Kind kind = Kind::kNone;
  std::optional<int> step;  // there: a point of the curve, from 0
  double loss = 0;
  std::map<std::string, double> metrics = {};
  std::string reason = {};
};

/// A reply is a number, or an object with a number called `loss_field`; blanks around it do not matter.
///
/// The object's other numbers are metrics, but for `step`: a whole number from 0, which makes it a point of the curve.
/// `"failed": reason` (or true) says that the point failed. NaN and infinities, as Python writes them bare or in JSON,
/// and null in place of the loss are a loss that is not finite: the point failed. Never throws, whatever the line.
Reply parse_reply(std::string_view line, std::string_view loss_field);

}  // namespace crescendo
