#include "base/child_process.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "base/printable.h"

namespace crescendo {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kErrorBytes = 4096, kErrorLines = 20;
constexpr std::size_t kReadBytes = 65'536;  // a pipe's worth
// A program whose output is held open by what it left behind is noticed by asking for it this often.
constexpr milliseconds kSlice(20);

ChildProcess::Deadline now() { return std::chrono::steady_clock::now(); }

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

// Appends what there is; closes the descriptor at its end.
void read_some(FileDescriptor& from, std::string& to) {
  std::array<char, kReadBytes> piece;
  const ssize_t got = read(from.get(), piece.data(), piece.size());
  if (got > 0) to.append(piece.data(), static_cast<std::size_t>(got));
  const bool later = got < 0 && (errno == EAGAIN || errno == EINTR);
  if (got <= 0 && !later) from.close();
}

// As write(), but a reader that has gone is only an error, EPIPE: no SIGPIPE, whatever this process does with that one.
ssize_t write_quietly(int descriptor, std::string_view text) {
  sigset_t pipe_signal, before, waiting;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigpending(&waiting);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  const ssize_t written = write(descriptor, text.data(), text.size());
  const int error = errno;
  if (written < 0 && error == EPIPE && sigismember(&waiting, SIGPIPE) == 0) {
    const timespec at_once{};
    while (sigtimedwait(&pipe_signal, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return written;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& words, const AddedEnvironment& added)
    : started_(start_process(words, added)) {}

ChildProcess::~ChildProcess() { stop(); }

void ChildProcess::send(std::string_view text) {
  if (!started_.input.open() || input_ends_) return;
  pending_ += text;
  write_pending();
}

void ChildProcess::end_input() {
  input_ends_ = true;
  if (pending_.empty()) started_.input.close();
}

ChildProcess::Reading ChildProcess::read_line(std::string& line, Deadline deadline) {
  for (;;) {
    if (take_line(line)) return Reading::kLine;
    if (output_.size() - line_begin_ > kMostLineBytes) return Reading::kTooLong;
    if (!started_.output.open()) break;
    // It is asked before the pipe is emptied, so that nothing that it wrote is overlooked.
    const bool ended = has_ended();
    const std::size_t before = output_.size();
    pump(ended ? now() : std::min(deadline, now() + kSlice));
    if (output_.size() != before) continue;
    if (ended) {
      started_.output.close();
    } else if (started_.output.open() && now() >= deadline) {
      return Reading::kNothingYet;
    }
  }
  if (line_begin_ == output_.size()) return Reading::kEnded;
  line = output_.substr(line_begin_);
  line_begin_ = searched_ = output_.size();
  return Reading::kUnfinishedLine;
}

bool ChildProcess::wait(Deadline deadline) {
  // A program's output often ends an instant before the program does.
  auto slice = milliseconds(1);
  while (!has_ended()) {
    if (now() >= deadline) return false;
    pump(std::min(deadline, now() + slice));
    output_.clear();
    line_begin_ = searched_ = 0;
    slice = std::min(2 * slice, kSlice);
  }
  return true;
}

ChildEnd ChildProcess::stop(milliseconds grace) {
  if (started_.process < 0) return end_;
  started_.input.close();
  if (!has_ended()) {
    kill(-started_.process, SIGTERM);
    wait(now() + grace);
  }
  pump(now());  // its last words
  // Until it is reaped, its number and so its group's cannot be another's.
  kill(-started_.process, SIGKILL);
  kill(started_.guardian, SIGKILL);
  while (waitpid(started_.guardian, nullptr, 0) < 0 && errno == EINTR) {
  }
  int status = 0;
  rusage usage{};
  while (wait4(started_.process, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  started_.process = -1;
  if (WIFEXITED(status)) end_.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end_.signal = WTERMSIG(status);
  end_.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  return end_;
}

double ChildProcess::cpu_seconds() const {
  clockid_t clock;
  timespec used{};
  if (started_.process < 0 || clock_getcpuclockid(started_.process, &clock) != 0) return 0;
  if (clock_gettime(clock, &used) != 0) return 0;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

std::string ChildProcess::last_words() const {
  std::string_view text = errors_;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < kErrorLines) {
    const std::size_t begin = text.rfind('\n') + 1;  // npos + 1 is 0
    std::string_view line = text.substr(begin);
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    line.remove_prefix(line.rfind('\r') + 1);
    lines.push_back(printable(line, kErrorBytes));
    text = text.substr(0, begin == 0 ? 0 : begin - 1);
  }
  std::string joined;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) joined += (joined.empty() ? "" : "\n") + *line;
  return joined;
}

// Once something can be done or the deadline has passed: writes what it can, and reads a pipe's worth of each output,
// no more, so that a flood on one of them keeps nobody from looking at the clock.
void ChildProcess::pump(Deadline deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - now());
  std::array<pollfd, 3> ends{};  // poll passes over numbers below 0
  ends[0] = {pending_.empty() ? -1 : started_.input.get(), POLLOUT, 0};
  ends[1] = {started_.output.get(), POLLIN, 0};
  ends[2] = {started_.errors.get(), POLLIN, 0};
  const int timeout = static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, 1000));
  if (poll(ends.data(), ends.size(), timeout) <= 0) return;
  if (ends[0].revents != 0) write_pending();
  if (ends[1].revents != 0) read_some(started_.output, output_);
  if (ends[2].revents != 0) read_some(started_.errors, errors_);
  if (errors_.size() > kErrorBytes) errors_.erase(0, errors_.size() - kErrorBytes);
}

void ChildProcess::write_pending() {
  while (!pending_.empty()) {
    const ssize_t written = write_quietly(started_.input.get(), pending_);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) return;
    if (written < 0) {  // nobody reads it any more
      pending_.clear();
      started_.input.close();
      return;
    }
    pending_.erase(0, static_cast<std::size_t>(written));
  }
  if (input_ends_) started_.input.close();
}

bool ChildProcess::has_ended() const {
  if (started_.process < 0) return true;
  siginfo_t about{};
  return waitid(P_PID, static_cast<id_t>(started_.process), &about, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         about.si_pid != 0;
}

bool ChildProcess::take_line(std::string& line) {
  const std::size_t end = output_.find('\n', searched_);
  if (end == std::string::npos) {
    output_.erase(0, line_begin_);
    line_begin_ = 0;
    searched_ = output_.size();
    return false;
  }
  line.assign(output_, line_begin_, end - line_begin_);
  line_begin_ = searched_ = end + 1;
  return true;
}

}  // namespace crescendo
