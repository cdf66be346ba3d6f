#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/words.h"
#include "crescendo/error.h"
#include "search/point_lines.h"
#include "search/summary.h"

namespace crescendo {
namespace {

struct EnqueueOptions {
  std::string storage, study, points;
};

int run(const EnqueueOptions& options) {
  const auto store = open_existing_store(options.storage);
  const Study study = store->study(choose_study(*store, options.study));
  const std::vector<Point> points = read_points(options.points, study);
  if (points.empty()) bad_input(options.points + " holds no point");
  store->enqueue(study, points);
  fmt::print("{} point{} enqueued; the next trials of '{}' take them\n", points.size(), points.size() == 1 ? "" : "s",
             study.name);
  return kExitSucceeded;
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<EnqueueOptions>();
  command.add_option("--storage", options->storage, "as sqlite:///folder/study.db").required();
  command.add_option("--study", options->study, "the study's name; may be left out where there is one only");
  command
      .add_option("points", options->points,
                  "a file with a JSON object of parameters a line, or a TOML with [point]; -: standard input")
      .required()
      .check(not_empty());
  return [options] { return run(*options); };
}

}  // namespace

Command enqueue_command() { return {"enqueue", "give a study points to try before any is proposed", declare}; }

}  // namespace crescendo
