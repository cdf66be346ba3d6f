#include "bench/machine.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "base/processor.h"

namespace crescendo {
namespace {

/// All that a command of the shell prints, without the ends of lines; empty if it fails.
std::string output_of(const char* command) {
  FILE* const pipe = popen(command, "r");
  if (!pipe) return "";
  std::string output;
  for (int c; (c = std::fgetc(pipe)) != EOF;) {
    if (c != '\n') output += static_cast<char>(c);
  }
  return pclose(pipe) == 0 ? output : "";
}

/// Files that are neither compiled nor run, such as the rows themselves, do not make a tree dirty.
std::string source_commit() {
  const std::string commit =
      output_of("cd '" CRESCENDO_BENCH_DIR
                "/..' && git rev-parse --short=10 HEAD 2>/dev/null && { git diff --quiet HEAD -- "
                "CMakeLists.txt cmake include src bench ':!bench/results' || echo -dirty; }");
  return commit.empty() ? "unknown" : commit;
}

std::string now() {
  const std::time_t time = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

}  // namespace

Json run_description(std::string_view isa) {
  return {{"date", now()},
          {"machine", processor_name()},
          {"isa", isa},
          {"commit", source_commit()},
          {"compiler", std::string("g++ ") + __VERSION__}};
}

}  // namespace crescendo
