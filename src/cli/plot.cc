#include <fmt/format.h>

#include "base/files.h"
#include "base/options.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "cli/shown_studies.h"
#include "cli/words.h"
#include "report/figures.h"
#include "search/summary.h"

namespace crescendo {
namespace {

struct CommandOptions {
  std::string figure, storage, out;
  std::vector<std::string> studies;
};

int run(const CommandOptions& options) {
  const Figure figure = find_entry(kFigures, options.figure, "figure");
  std::vector<std::string> names = options.studies;
  if (!figure.of_several) {
    if (names.size() > 1) bad_input(fmt::format("the figure {} is of one study; give one --study", figure.name));
    names = {choose_study(*open_existing_store(options.storage), names.empty() ? "" : names.front())};
  }
  const ShownStudies studies = read_shown_studies(options.storage, names);
  check_outputs({{"--out", options.out}}, {{"--storage", storage_file(options.storage)}});
  write_file(options.out, figure.draw(studies.shown));
  return kExitSucceeded;
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<CommandOptions>();
  std::string figures;
  for (const auto& make : kFigures) {
    const Figure figure = make();
    figures += fmt::format("{}{}: {}", figures.empty() ? "" : "; ", figure.name, figure.summary);
  }
  command.add_option("figure", options->figure, figures).required();
  command.add_option("--storage", options->storage, "as sqlite:///folder/study.db").required();
  command.add_option("--study", options->studies, "this study; of compare all unless said, and may be given again")
      .one_value_each();
  command.add_option("--out", options->out, "the file to write, as history.svg").required().check(not_empty());
  return [options] { return run(*options); };
}

}  // namespace

Command plot_command() { return {"plot", "draw a study, or several, as an SVG picture", declare}; }

}  // namespace crescendo
