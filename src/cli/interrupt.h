#pragma once

namespace crescendo {

/// From now on the first Ctrl-C (SIGINT, SIGTERM or SIGHUP) only sets a flag; the second ends the process at once.
void listen_for_interrupts();
bool interrupted();

/// What the second Ctrl-C writes to standard output before it ends the process, null for nothing. The text must stay.
void say_when_killed(const char* text);

/// Thrown where nothing is kept that could be gone on with; main turns it into exit status 130.
struct Interrupted {};

/// Throws Interrupted if Ctrl-C was pressed.
void stop_if_interrupted();

}  // namespace crescendo
