#pragma once

#include <string>

namespace crescendo {

/// Names this process among all that ever ran: host, process number and start time, as in "lab3:4711:88123".
std::string process_identity();

/// Whether the process named so runs. Unknown for another host.
enum class ProcessState { kUnknown, kAlive, kGone };
ProcessState process_state(const std::string& identity);

/// Processors that this process may use.
int processors();

}  // namespace crescendo
