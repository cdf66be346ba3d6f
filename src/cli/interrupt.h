#pragma once

namespace crescendo {

/// From now on the first Ctrl-C (SIGINT, SIGTERM or SIGHUP) only sets a flag; the second ends the process at once.
void listen_for_interrupts();
bool interrupted();

}  // namespace crescendo
