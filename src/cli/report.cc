#include "crescendo/report.h"

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

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<CommandOptions>();
  command.add_option("--storage", options->storage, "as sqlite:///folder/study.db").required();
  command.add_option("--study", options->studies, "only this study; may be given again").one_value_each();
  command.add_option("--out", options->out, "the file to write, as report.html").required().check(not_empty());
  command.add_option("--details", options->details, "put in the files of so many trials of each study, the best ones")
      .check(in_range(0, 1'000'000))
      .shows_default();
  return [options] {
    const ShownStudies studies = read_shown_studies(options->storage, options->studies);
    check_outputs({{"--out", options->out}}, {{"--storage", storage_file(options->storage)}});
    write_file(options->out, report_page(snapshot_now(studies, options->details)));
    return kExitSucceeded;
  };
}

}  // namespace

Command report_command() { return {"report", "write one HTML file that shows studies in pictures", declare}; }

}  // namespace crescendo
