#include "cli/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "cli/commands.h"

namespace crescendo {
namespace {

std::atomic<int> signals_seen = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may use it");

void on_signal(int) {
  if (signals_seen.fetch_add(1) > 0) _exit(kExitInterrupted);
}

}  // namespace

void listen_for_interrupts() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, on_signal);
}

bool interrupted() { return signals_seen > 0; }

void stop_if_interrupted() {
  if (interrupted()) throw Interrupted{};
}

}  // namespace crescendo
