#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/start_process.h"

namespace crescendo {

/// How a program ended.
struct ChildEnd {
  int status = 0;          // its exit status
  int signal = 0;          // the signal that ended it, or 0
  double cpu_seconds = 0;  // its own, and that of those of its children that it waited for
};

/// A program that is talked to in lines, in a process group of its own that ends with this object (and with this
/// process: see start_process). For one thread.
///
/// While one of its functions waits, what was given to send() is written and both outputs are read, so that neither
/// side waits for the other; what is in the pipes between two calls (64 KiB each) waits there.
class ChildProcess {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  enum class Reading {
    kLine,
    kUnfinishedLine,  // the last of its output, which lacks its end
    kNothingYet,      // the deadline has passed
    kTooLong,         // a line above kMostLineBytes; no line comes after this
    kEnded,           // it has ended or has closed its output, and all lines were read
  };

  static constexpr std::size_t kMostLineBytes = std::size_t{16} << 20;
  static constexpr std::chrono::milliseconds kGrace{2000};

  /// Starts it, or throws as start_process does.
  explicit ChildProcess(const std::vector<std::string>& words, const AddedEnvironment& added = {});

  /// stop().
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Queues text for its standard input. No signal and no Error if it has ended: reading says so.
  void send(std::string_view text);

  /// Ends its input once everything queued is written.
  void end_input();

  /// The next line of its output without its end. Lines that came before it ended are all given out, even if a process
  /// that it left behind holds the output open.
  Reading read_line(std::string& line, Deadline deadline);

  /// Waits for its end; false if the deadline passes first. Output that nobody reads is dropped meanwhile.
  bool wait(Deadline deadline);

  /// Ends it if it has not ended: SIGTERM to its group, and after `grace`, or once it has ended, SIGKILL to all that is
  /// left of the group. A second call gives the same answer.
  ChildEnd stop(std::chrono::milliseconds grace = kGrace);

  /// CPU seconds that it itself has used so far; 0 once it was stopped.
  double cpu_seconds() const;

  /// The last lines of its standard error: at most 20 of at most 4 KiB, printable, joined by ends of lines. Of a line
  /// that was written over (progress bars) the last state.
  std::string last_words() const;

 private:
  void pump(Deadline deadline);
  void write_pending();
  bool has_ended() const;
  bool take_line(std::string& line);

  StartedProcess started_;
  ChildEnd end_;
  std::string pending_;  // input not yet written
  bool input_ends_ = false;
  std::string output_;                         // read, from the first line not yet given out
  std::size_t line_begin_ = 0, searched_ = 0;  // in output_; no end of line lies between them
  std::string errors_;                         // its last bytes
};

}  // namespace crescendo
