#pragma once

#include <chrono>

namespace crescendo {

/// Where the worker loop takes time from; tests give it one that they turn by hand.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Seconds since 1970, UTC.
  virtual double now() const = 0;
  virtual void sleep_for(std::chrono::duration<double> time) = 0;
};

class SystemClock : public Clock {
 public:
  double now() const override;
  void sleep_for(std::chrono::duration<double> time) override;
};

/// CPU seconds of the calling thread, and of the whole process.
double thread_cpu_seconds();
double process_cpu_seconds();

}  // namespace crescendo
