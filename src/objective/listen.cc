#include "objective/listen.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"

namespace crescendo {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kSlice(50);
constexpr std::size_t kShownBytes = 200;  // of a line that is no reply

class Listener {
 public:
  Listener(ChildProcess& program, const Listening& listening, const Hooks& hooks)
      : program_(program), listening_(listening), hooks_(hooks) {
    if (listening.time_limit_seconds > 0) {
      deadline_ = listening.began + std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(listening.time_limit_seconds));
    }
  }

  Heard listen() {
    while (!over_) {
      const bool late = Clock::now() >= deadline_;
      if (!follow(hooks_.ask()) && late) {
        fail(fmt::format("it {} within the time limit of {} s",
                         listening_.manner == Manner::kRun ? "did not end" : "did not answer",
                         listening_.time_limit_seconds));
      }
      if (!over_) read_once(std::min(deadline_, Clock::now() + kSlice));
    }
    return std::move(heard_);
  }

 private:
  void read_once(Clock::time_point until) {
    switch (program_.read_line(line_, until)) {
      case ChildProcess::Reading::kLine:
        take(parse_reply(line_, listening_.loss_field));
        break;
      case ChildProcess::Reading::kUnfinishedLine:
        // Of a server it is what a crash cut off, perhaps in the middle of a number.
        if (listening_.manner == Manner::kRun) take(parse_reply(line_, listening_.loss_field));
        break;
      case ChildProcess::Reading::kNothingYet:
        break;
      case ChildProcess::Reading::kTooLong:
        fail(fmt::format("it wrote a line of more than {} MiB", ChildProcess::kMostLineBytes >> 20));
        break;
      case ChildProcess::Reading::kEnded:
        if (listening_.manner == Manner::kAnswer || program_.wait(until)) end(Heard::End::kEnded);
        break;
    }
  }

  void take(const Reply& reply) {
    if (reply.kind == Reply::Kind::kNone) {
      if (listening_.manner == Manner::kRun) return;
      fail(fmt::format("it answered with what is neither a number nor a JSON object with a number '{}': {}",
                       listening_.loss_field, printable(line_, kShownBytes)));
    } else if (reply.step) {
      take_point(reply);
    } else {
      heard_.answer = reply;
      if (listening_.manner == Manner::kAnswer) end(Heard::End::kAnswered);
    }
  }

  void take_point(const Reply& point) {
    if (point.kind == Reply::Kind::kFailed) {
      fail(point.reason);
    } else if (*point.step > 0 || heard_.point) {
      const int last = heard_.point ? *heard_.point->step : 0;
      if (*point.step <= last) {
        fail(fmt::format("its step {} came after step {}, but steps must grow", *point.step, last));
        return;
      }
      heard_.point = point;
      follow(hooks_.after_epoch({*point.step, point.loss, point.metrics}));
    }
  }

  // Whether that ends it.
  bool follow(Going going) {
    if (going == Going::kStop) end(Heard::End::kStopped);
    if (going == Going::kCancel) end(Heard::End::kCancelled);
    return going != Going::kOn;
  }

  void fail(std::string reason) {
    heard_.reason = std::move(reason);
    end(Heard::End::kFailed);
  }

  void end(Heard::End why) {
    heard_.end = why;
    over_ = true;
  }

  ChildProcess& program_;
  const Listening& listening_;
  const Hooks& hooks_;
  Clock::time_point deadline_ = Clock::time_point::max();
  Heard heard_;
  std::string line_;
  bool over_ = false;
};

}  // namespace

Heard listen(ChildProcess& program, const Listening& listening, const Hooks& hooks) {
  return Listener(program, listening, hooks).listen();
}

}  // namespace crescendo
