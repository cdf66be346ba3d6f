#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/child_process.h"
#include "crescendo/objective.h"
#include "objective/reply.h"

namespace crescendo {

/// What a program said in one trial, and why nobody listens any more.
struct Heard {
  enum class End {
    kAnswered,   // to a Manner::kAnswer: it goes on running
    kEnded,      // the program has ended, or will say no more
    kStopped,    // by a hook
    kCancelled,  // by a hook
    kFailed,     // for `reason`; the program may still run
  };

  End end = End::kEnded;
  std::optional<Reply> answer;  // the last reply that is no point of the curve
  std::optional<Reply> point;   // the last point of the curve
  std::string reason = {};
};

enum class Manner {
  kRun,     // a process for one trial: ordinary output is passed over, the last answer counts, and it is to end
  kAnswer,  // a process for many: every line must be a reply, and the first answer ends the trial
};

struct Listening {
  Manner manner = Manner::kRun;
  std::string_view loss_field;
  double time_limit_seconds = 0;  // from `began`; 0: none
  ChildProcess::Deadline began;
};

/// Reads the program's lines; hands the points of the curve to hooks.after_epoch, and asks hooks.ask at least every
/// 50 ms. Steps must grow; a step 0, before the training has begun, is read and passed over.
Heard listen(ChildProcess& program, const Listening& listening, const Hooks& hooks);

}  // namespace crescendo
