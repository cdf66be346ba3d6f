#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace crescendo {

/// What one epoch came to. The metrics' names are the objective's; `loss` is what the schedule sees.
struct EpochReport {
  int epoch = 0;  // from 1, growing
  double loss = 0;
  std::map<std::string, double> metrics = {};
};

/// A file that a trial left, relative to the study's folder.
struct Artifact {
  std::string path;
  std::uint64_t size_bytes = 0;
};

/// How an attempt ended.
struct Outcome {
  bool failed = false;
  double loss = 0;  // finite, where not failed
  double tie = 0;
  bool stopped_early = false;
  std::string reason;
  double seconds = 0, cpu_seconds = 0;
  std::map<std::string, double> metrics = {};
  std::vector<Artifact> artifacts = {};
};

}  // namespace crescendo
