#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/version.h"
#include "crescendo/error.h"

namespace {

using crescendo::Error;
using crescendo::ErrorKind;

int say(const std::string& sentence, int status) {
  std::fprintf(stderr, "crescendo: %s\n", sentence.c_str());
  return status;
}

int run(int argc, char** argv) {
  CLI::App app("Finds good hyperparameters for image classifiers: on small pictures first, then larger ones.");
  app.name("crescendo");
  app.set_version_flag("--version", crescendo::program_version());
  app.require_subcommand(1);
  std::function<int()> chosen;
  std::vector<std::string_view> names;
  for (const auto& make : crescendo::kCommands) {
    const crescendo::Command command = make();
    names.push_back(command.name);
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    crescendo::Flags flags(*sub);
    const auto action = command.declare(flags);
    sub->callback([&chosen, action] { chosen = action; });
  }
  if (argc > 1 && argv[1][0] != '-' && std::find(names.begin(), names.end(), argv[1]) == names.end()) {
    return say(fmt::format("no command called '{}'; there are: {}", argv[1], fmt::join(names, " ")),
               crescendo::kExitBadInput);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    return say(error.what() + std::string("; 'crescendo --help' and 'crescendo COMMAND --help' say what there is"),
               crescendo::kExitBadInput);
  }
  crescendo::listen_for_interrupts();
  const int status = chosen();
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    crescendo::unavailable("cannot write the output: the disk is full, or nobody reads it");
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const Error& error) {
    return say(error.what(),
               error.kind() == ErrorKind::kUnavailable ? crescendo::kExitFailed : crescendo::kExitBadInput);
  } catch (const crescendo::Interrupted&) {
    return say("stopped", crescendo::kExitInterrupted);
  } catch (const std::bad_alloc&) {
    return say("out of memory", crescendo::kExitFailed);
  } catch (const std::exception& error) {
    return say(error.what(), crescendo::kExitFailed);
  }
}
