#include "bench/contestant.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include "base/clock.h"
#include "bench/networks.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

constexpr int kFirstResults = 3;

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// A field of /proc/self/status that is given in kB.
double status_mib(const std::string& field) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(field + ":")) return std::stod(line.substr(field.size() + 1)) / 1024;
  }
  unavailable("/proc/self/status has no " + field);
}

Ask parse_ask(const char* text) {
  const Json json = parse_json(text, "what is asked of a contestant");
  const std::string mode = json.at("mode");
  Ask ask;
  if (mode == "train") {
    ask.mode = Ask::Mode::kTrain;
  } else if (mode == "evaluate") {
    ask.mode = Ask::Mode::kEvaluate;
  } else if (mode == "trial") {
    ask.mode = Ask::Mode::kTrial;
  } else {
    bad_input("no mode called '" + mode + "'; there are: train evaluate trial");
  }
  ask.batch = json.at("batch");
  ask.shape = asked_shape(json);
  return ask;
}

double result_of(TimedWork& work) {
  const double result = work.result();
  check(std::isfinite(result) && result != 0, "what is timed ends with a result");
  return result;
}

Json window(TimedWork& work, double seconds) {
  const double cpu = process_cpu_seconds();
  const double start = wall_seconds();
  double images = 0;
  double elapsed = 0;
  do {
    images += work.run();
    elapsed = wall_seconds() - start;
  } while (elapsed < seconds);
  result_of(work);
  const double used = process_cpu_seconds() - cpu;
  return {{"images", images}, {"cpu", used}, {"wall", elapsed}};
}

void say(const Json& line) { std::cout << to_line(line) << std::endl; }

void answer_all(const char* text, const Json& versions, const MakeWork& make) {
  const Ask ask = parse_ask(text);
  const bool trial = ask.mode == Ask::Mode::kTrial;
  Noise noise(ask.shape, trial ? kTrialPictures + kTrialValidation : kTimedPictures);
  const double before_mib = status_mib("VmRSS");
  const std::unique_ptr<TimedWork> work = make(ask, noise);
  Json first_results = Json::array();
  if (!trial) {  // a trial is timed with all that its start costs
    for (int i = 0; i < kFirstResults; ++i) {
      work->run();
      first_results.push_back(result_of(*work));
    }
    window(*work, 0.3);
  }
  say({{"versions", versions}, {"import_seconds", 0}, {"before_mib", before_mib}, {"first_results", first_results}});
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "memory") {
      say({{"peak_mib", status_mib("VmHWM")}});
    } else if (line.starts_with("window ")) {
      say(window(*work, std::stod(line.substr(7))));
    } else {
      bad_input("a contestant knows 'window SECONDS' and 'memory', not '" + line + "'");
    }
  }
}

}  // namespace

int serve(const char* ask, const Json& versions, const MakeWork& make) {
  try {
    answer_all(ask, versions, make);
    return 0;
  } catch (const std::exception& e) {
    say({{"error", e.what()}});
    return 1;
  }
}

}  // namespace crescendo
