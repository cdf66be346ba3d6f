#include "base/processes.h"

#include <fmt/format.h>
#include <unistd.h>

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

bool process_is_gone(const std::string& identity) {
  const std::size_t last = identity.rfind(':');
  const std::size_t middle = last == 0 || last == std::string::npos ? last : identity.rfind(':', last - 1);
  if (middle == std::string::npos || middle == last) return false;
  if (identity.substr(0, middle) != host_name()) return false;
  return start_time(identity.substr(middle + 1, last - middle - 1)) != identity.substr(last + 1);
}

}  // namespace crescendo
