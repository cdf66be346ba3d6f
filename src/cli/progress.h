#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "crescendo/search.h"

namespace crescendo {

/// One line on the terminal that says where a search stands: trials done of total, rung, best so far, images a second
/// and time left; and a line that stays for each rung that begins narrowed. Writes to standard error.
class ProgressLine : public Observer {
 public:
  explicit ProgressLine(int jobs);
  ~ProgressLine() override;

  void on_claim(const History& history, const Trial& trial) override;
  void on_epoch(const Trial& trial, const EpochReport& report) override;
  void on_end(const History& history, const Trial& trial) override;

  /// Replaces the line by `text`; used while pictures are loaded.
  void show(const std::string& text);
  void clear();

 private:
  void announce(const History& history);
  void describe(const History& history);
  void draw(bool now);

  std::mutex mutex_;
  int jobs_;
  int rung_ = -1;                            // the last one claimed
  std::set<int> announced_;                  // rungs whose narrowing was told
  std::string standing_;                     // what the history says
  std::map<int, double> images_per_second_;  // of each running trial
  std::chrono::steady_clock::time_point drawn_{};
  bool visible_ = false;
};

}  // namespace crescendo
