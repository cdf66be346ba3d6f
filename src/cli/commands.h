#pragma once

#include <array>
#include <functional>
#include <string_view>

#include "cli/flags.h"

namespace crescendo {

inline constexpr int kExitSucceeded = 0, kExitFailed = 1, kExitBadInput = 2, kExitInterrupted = 130;

struct Command {
  std::string_view name, summary;
  /// Declares the command's options; the result runs it and gives the exit status.
  std::function<int()> (*declare)(Flags& command);
};

// The commands. To add one: write src/cli/<name>.cc, then one line in each list here.
Command tune_command();
Command trials_command();
Command status_command();
Command best_command();
Command importance_command();
Command report_command();
Command snapshot_command();
Command plot_command();
Command train_command();
Command predict_command();
Command kernels_command();
Command ask_command();
Command tell_command();
Command enqueue_command();
Command replay_command();
Command experiment_command();
Command list_command();

inline constexpr std::array kCommands = {
    &tune_command,     &trials_command,  &status_command, &best_command,       &importance_command, &report_command,
    &snapshot_command, &plot_command,    &train_command,  &predict_command,    &kernels_command,    &ask_command,
    &tell_command,     &enqueue_command, &replay_command, &experiment_command, &list_command,
};

}  // namespace crescendo
