#include "base/processes.h"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

namespace crescendo {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

// Clock ticks since boot at which the process started (field 22 of its stat line); empty if there is none. A zombie
// has ended too: only its parent has not looked yet.
std::string start_time(const std::string& process) {
  std::ifstream in("/proc/" + process + "/stat");
  std::string line;
  if (!std::getline(in, line)) return "";
  const std::size_t name_end = line.rfind(')');  // the name may itself hold spaces and brackets
  if (name_end == std::string::npos) return "";
  std::istringstream fields(line.substr(name_end + 1));
  std::string field, state;
  for (int i = 3; i <= 22 && fields >> field; ++i) {
    if (i == 3) state = field;
  }
  return state == "Z" || state == "X" ? "" : field;
}

}  // namespace

std::string process_identity() {
  const std::string process = std::to_string(getpid());
  return fmt::format("{}:{}:{}", host_name(), process, start_time(process));
}

ProcessState process_state(const std::string& identity) {
  const std::size_t last = identity.rfind(':');
  const std::size_t middle = last == 0 || last == std::string::npos ? last : identity.rfind(':', last - 1);
  if (middle == std::string::npos || middle == last) return ProcessState::kUnknown;
  if (identity.substr(0, middle) != host_name()) return ProcessState::kUnknown;
  const std::string started = start_time(identity.substr(middle + 1, last - middle - 1));
  return started == identity.substr(last + 1) ? ProcessState::kAlive : ProcessState::kGone;
}

int processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

}  // namespace crescendo
