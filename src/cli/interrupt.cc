#include "cli/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>

#include "cli/commands.h"

namespace crescendo {
namespace {

std::atomic<int> signals_seen = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may use it");

std::atomic<const char*> last_words = nullptr;
static_assert(std::atomic<const char*>::is_always_lock_free, "a signal handler may use it");

void on_signal(int) {
  if (signals_seen.fetch_add(1) == 0) return;
  if (const char* const text = last_words) {
    // Nothing can be done about a failure: the process ends.
    [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, text, std::strlen(text));
  }
  _exit(kExitInterrupted);
}

}  // namespace

void listen_for_interrupts() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, on_signal);
}

void say_when_killed(const char* text) { last_words = text; }

bool interrupted() { return signals_seen > 0; }

void stop_if_interrupted() {
  if (interrupted()) throw Interrupted{};
}

}  // namespace crescendo
