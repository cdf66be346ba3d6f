#pragma once

#include <string>

namespace crescendo {

/// Names this process among all that ever ran: host, process number and start time, as in "lab3:4711:88123".
std::string process_identity();

/// True when the process named so is known to have ended: it ran on this host and is not there any more.
/// False for another host, where only a lease can tell.
bool process_is_gone(const std::string& identity);

}  // namespace crescendo
