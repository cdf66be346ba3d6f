#include "bench/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "crescendo/error.h"

namespace crescendo {
namespace {

struct Pipe {
  int read, write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) unavailable(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  return {ends[0], ends[1]};
}

[[noreturn]] void become(const std::vector<std::string>& command, const Child::Environment& environment, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it ended before the line above
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  std::fprintf(stderr, "cannot start %s: %s\n", arguments[0], std::strerror(errno));
  _exit(127);
}

}  // namespace

Child::Child(std::string name, const std::vector<std::string>& command, const Environment& environment)
    : name_(std::move(name)) {
  std::signal(SIGPIPE, SIG_IGN);  // a program that has ended is an Error of ask()
  const Pipe in = make_pipe(), out = make_pipe();
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ < 0) unavailable(fmt::format("cannot start {}: {}", name_, std::strerror(errno)));
  if (process_ == 0) {
    dup2(in.read, STDIN_FILENO);
    dup2(out.write, STDOUT_FILENO);
    std::signal(SIGPIPE, SIG_DFL);
    become(command, environment, parent);
  }
  close(in.read);
  close(out.write);
  to_ = in.write;
  from_ = out.read;
}

Child::~Child() {
  close(to_);
  close(from_);
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

void Child::ended() { unavailable(fmt::format("{} has ended; its last words are above, if it had any", name_)); }

void Child::ask(const std::string& line) {
  const std::string text = line + "\n";
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = write(to_, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) ended();
    done += static_cast<std::size_t>(written);
  }
}

Json Child::answer() {
  std::size_t end;
  while ((end = unread_.find('\n')) == std::string::npos) {
    std::array<char, 4096> piece{};
    const ssize_t got = read(from_, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) ended();
    unread_.append(piece.data(), static_cast<std::size_t>(got));
  }
  Json json = parse_json(unread_.substr(0, end), "the answer of " + name_);
  unread_.erase(0, end + 1);
  if (json.contains("error")) unavailable(fmt::format("{}: {}", name_, json["error"].get<std::string>()));
  return json;
}

}  // namespace crescendo
