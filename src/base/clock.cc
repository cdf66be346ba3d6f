#include "base/clock.h"

#include <ctime>
#include <thread>

namespace crescendo {
namespace {

double read_clock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

double SystemClock::now() const { return read_clock(CLOCK_REALTIME); }
void SystemClock::sleep_for(std::chrono::duration<double> time) { std::this_thread::sleep_for(time); }
double thread_cpu_seconds() { return read_clock(CLOCK_THREAD_CPUTIME_ID); }
double process_cpu_seconds() { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

}  // namespace crescendo
