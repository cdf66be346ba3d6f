#include <fmt/format.h>

#include "base/files.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "cli/shown_studies.h"
#include "cli/words.h"

namespace crescendo {
namespace {

struct CommandOptions {
  std::string storage, out;
  std::vector<std::string> studies;
  int details = SnapshotOptions{}.details;
};

int run(const CommandOptions& options) {
  const ShownStudies studies = read_shown_studies(options.storage, options.studies);
  check_outputs({{"--out", options.out}}, {{"--storage", storage_file(options.storage)}});
  const std::string json = snapshot_now(studies, options.details) + "\n";
  if (options.out.empty()) {
    fmt::print("{}", json);
  } else {
    write_file(options.out, json);
  }
  return kExitSucceeded;
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<CommandOptions>();
  command.add_option("--storage", options->storage, "as sqlite:///folder/study.db").required();
  command.add_option("--study", options->studies, "only this study; may be given again").one_value_each();
  command.add_option("--details", options->details, "put in the files of so many trials of each study, the best ones")
      .check(in_range(0, 1'000'000))
      .shows_default();
  command.add_option("--out", options->out, "write it to this file instead of printing it").check(not_empty());
  return [options] { return run(*options); };
}

}  // namespace

Command snapshot_command() {
  return {"snapshot", "print everything that pictures of studies are drawn from, as JSON", declare};
}

}  // namespace crescendo
