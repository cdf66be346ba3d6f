#include "base/start_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <system_error>

#include "crescendo/error.h"

namespace crescendo {
namespace {

std::string system_reason(int error) { return std::generic_category().message(error); }

struct Pipe {
  FileDescriptor read, write;
};

Pipe make_pipe() {
  const auto refused = [] { unavailable(fmt::format("cannot make a pipe: {}", system_reason(errno))); };
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) refused();
  Pipe result{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  for (FileDescriptor* end : {&result.read, &result.write}) {
    if (end->get() > STDERR_FILENO) continue;
    // The child's ends are moved onto these numbers, free where this process was started without them.
    FileDescriptor moved(fcntl(end->get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!moved.open()) refused();
    *end = std::move(moved);
  }
  return result;
}

void do_not_block(const FileDescriptor& end) { fcntl(end.get(), F_SETFL, fcntl(end.get(), F_GETFL) | O_NONBLOCK); }

// No signal is handled by this process's handlers in a process that it forks.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_;
};

// Whoever ignores SIGCHLD, which is inherited, never learns how a child of his ends.
void want_to_know_of_ends() {
  struct sigaction action {};
  if (sigaction(SIGCHLD, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) signal(SIGCHLD, SIG_DFL);
}

// All that the program is given, made before the fork: memory may not be allocated behind it.
struct Launch {
  Launch(const std::vector<std::string>& words, const AddedEnvironment& added) : program(find_program(words.front())) {
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    for (const auto& [name, value] : added) texts.push_back(name + "=" + value);
    for (char** variable = environ; *variable; ++variable) {
      const std::string_view text = *variable;
      const bool replaced = std::any_of(added.begin(), added.end(), [&](const auto& a) {
        return text.starts_with(a.first) && text.substr(a.first.size()).starts_with("=");
      });
      if (!replaced) environment.push_back(*variable);
    }
    for (std::string& text : texts) environment.push_back(text.data());
    environment.push_back(nullptr);
  }

  std::string program;
  std::vector<std::string> texts;
  std::vector<char*> arguments, environment;
};

struct ChildEnds {
  int input, output, errors, failure;
  int go, other_end_of_go;  // the program begins when a byte comes, and never if this process is gone before
};

// In the child. Only async-signal-safe calls from here on; so in guard_group.
[[noreturn]] void become_program(const Launch& launch, const ChildEnds& ends, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it ended before the line above
  close(ends.other_end_of_go);
  char byte;
  ssize_t told;
  do told = read(ends.go, &byte, 1);
  while (told < 0 && errno == EINTR);
  if (told != 1) _exit(127);
  dup2(ends.input, STDIN_FILENO);
  dup2(ends.output, STDOUT_FILENO);
  dup2(ends.errors, STDERR_FILENO);
  signal(SIGPIPE, SIG_DFL);  // ignored signals stay so through exec, and a host such as Python ignores this one
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execve(launch.program.c_str(), launch.arguments.data(), launch.environment.data());
  const int error = errno;
  if (write(ends.failure, &error, sizeof error) < 0) _exit(126);
  _exit(127);
}

// In the guardian. It has this process's descriptors, and one kept open would keep somebody waiting for an end of file.
[[noreturn]] void guard_group(pid_t group, int guard, int most_descriptors) {
  setsid();  // what is sent to our group or terminal is not for it
  prctl(PR_SET_NAME, "crescendo-guard");
  dup2(guard, 0);
#ifdef SYS_close_range
  const bool closed = syscall(SYS_close_range, 1u, ~0u, 0u) == 0;
#else
  const bool closed = false;
#endif
  for (int i = 1; !closed && i < most_descriptors; ++i) close(i);
  char byte;
  while (read(0, &byte, 1) < 0 && errno == EINTR) {
  }
  kill(-group, SIGKILL);
  _exit(0);
}

// Bound for closing descriptors one by one, where the kernel (before 5.9) cannot close them at once.
int most_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65'536));
}

// The error that exec met in the child; 0 once the program runs.
int exec_error(const FileDescriptor& failure) {
  int error = 0;
  ssize_t got;
  do got = read(failure.get(), &error, sizeof error);
  while (got < 0 && errno == EINTR);
  return got == sizeof error ? error : 0;
}

[[noreturn]] void cannot_start(const std::string& name, int error) {
  std::string why = system_reason(error);
  if (error == ENOENT) why += " (of the program, or of what its first line says it runs with)";
  if (error == ENOEXEC) why += " (a script needs a first line such as #!/bin/sh)";
  const std::string sentence = fmt::format("cannot start {}: {}", name, why);
  if (error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE) unavailable(sentence);
  bad_input(sentence);
}

void end_and_reap(pid_t process) {
  kill(-process, SIGKILL);
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
}

bool is_program(const std::string& path) {
  struct stat about {};
  return stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) && access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (is_program(name)) return name;
    if (access(name.c_str(), F_OK) == 0) bad_input(fmt::format("{} is no file that may be executed", name));
    bad_input(fmt::format("there is no program {}", name));
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = (folder.empty() ? "." : folder) + "/" + name;
    if (!name.empty() && is_program(file)) return file;
  }
  bad_input(
      fmt::format("there is no program '{}' in the folders of PATH; one that lies elsewhere is named with its "
                  "folder, as in ./{}",
                  name, name));
}

StartedProcess start_process(const std::vector<std::string>& words, const AddedEnvironment& added) {
  check(!words.empty(), "a command has a first word");
  const Launch launch(words, added);
  Pipe input = make_pipe(), output = make_pipe(), errors = make_pipe(), failure = make_pipe(), guard = make_pipe();
  Pipe go = make_pipe();
  want_to_know_of_ends();
  const int most = most_descriptors();
  const pid_t parent = getpid();
  StartedProcess started;
  const BlockedSignals blocked;
  started.process = fork();
  if (started.process == 0) {
    become_program(launch,
                   {input.read.get(), output.write.get(), errors.write.get(), failure.write.get(), go.read.get(),
                    go.write.get()},
                   parent);
  }
  if (started.process < 0) cannot_start(words.front(), errno);
  failure.write.close();
  // The guardian is there before the program has begun, so nothing that it starts is ever without one.
  started.guardian = fork();
  if (started.guardian == 0) guard_group(started.process, guard.read.get(), most);
  if (started.guardian < 0) {
    const int error = errno;
    end_and_reap(started.process);
    cannot_start(words.front(), error);
  }
  const bool begins = write(go.write.get(), "", 1) == 1;
  const int error = begins ? exec_error(failure.read) : EIO;
  if (error != 0) {
    end_and_reap(started.guardian);
    end_and_reap(started.process);
    cannot_start(words.front(), error);
  }
  started.input = std::move(input.write);
  started.output = std::move(output.read);
  started.errors = std::move(errors.read);
  started.guard = std::move(guard.write);
  for (const FileDescriptor* end : {&started.input, &started.output, &started.errors}) do_not_block(*end);
  return started;
}

}  // namespace crescendo
