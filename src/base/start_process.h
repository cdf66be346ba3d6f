#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "base/file_descriptor.h"

namespace crescendo {

/// Variables that are set in a program's environment besides those of this process.
using AddedEnvironment = std::vector<std::pair<std::string, std::string>>;

/// A program that runs, and our ends of its pipes, which do not block.
struct StartedProcess {
  pid_t process = -1;     // also the number of its process group
  pid_t guardian = -1;    // sleeps while `guard` is open in this process, then kills the group
  FileDescriptor input;   // we write
  FileDescriptor output;  // we read
  FileDescriptor errors;  // we read
  FileDescriptor guard;
};

/// Starts words[0], as find_program finds it, with the words as its arguments, in a process group of its own.
///
/// It ends with this process, however this one ends, SIGKILL included: the program by the kernel (PR_SET_PDEATHSIG,
/// which also reaches it when the *thread* that started it ends), and what it started itself, as long as that stays in
/// its process group, by a guardian: a forked process that waits for a pipe of ours to close. Out of reach is what
/// leaves the group (a daemon, a shell with job control), and the program's children when somebody kills the guardian
/// first.
///
/// Safe while other threads run: all descriptors close on exec, and between fork and exec only async-signal-safe calls
/// are made. Whoever starts it must reap both processes, the guardian first. Throws Error: bad input naming the program
/// when it cannot be executed, unavailable when the system has no room for another process or pipe.
StartedProcess start_process(const std::vector<std::string>& words, const AddedEnvironment& added);

/// The file that runs as `name`: itself where it has a slash, or else the first of that name in the folders of PATH.
/// Throws Error (bad input) naming it if there is no such file or it may not be executed.
std::string find_program(const std::string& name);

}  // namespace crescendo
