#include "search/replay.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "search/summary.h"
#include "space/parse.h"
#include "study/names.h"

namespace crescendo {
namespace {

struct ReplayOptions {
  std::string storage, study;
  bool json = false;
};

// A point and, where the sampler chose it, the rung.
std::string proposal_text(const Study& study, const Proposal& proposed) {
  const std::string point = to_line(point_to_json(study.space, proposed.point));
  return proposed.rung ? fmt::format("{} at {}", point, rung_name(study, *proposed.rung)) : point;
}

std::string report_text(const Study& study, const ReplayReport& report) {
  std::string text;
  for (const Deviation& deviation : report.deviations) {
    text += fmt::format("trial {}: stored   {}\n{:>{}}proposed {}\n", deviation.trial,
                        proposal_text(study, deviation.stored), "", 8 + std::to_string(deviation.trial).size(),
                        proposal_text(study, deviation.proposed));
  }
  text += fmt::format("{} points proposed again, {} differ", report.proposed, report.deviations.size());
  if (report.given > 0) text += fmt::format("; {} were promoted, repeated or enqueued", report.given);
  if (report.missing > 0) text += fmt::format("; {} trials have no point yet", report.missing);
  return text + "\n";
}

Json report_json(const Study& study, const ReplayReport& report) {
  Json json{{"proposed", report.proposed}, {"given", report.given}, {"missing", report.missing}};
  json["deviations"] = Json::array();
  for (const Deviation& deviation : report.deviations) {
    Json row{{"trial", deviation.trial},
             {"stored", point_to_json(study.space, deviation.stored.point)},
             {"proposed", point_to_json(study.space, deviation.proposed.point)}};
    if (deviation.stored.rung) row["stored_rung"] = *deviation.stored.rung;
    if (deviation.proposed.rung) row["proposed_rung"] = *deviation.proposed.rung;
    json["deviations"].push_back(std::move(row));
  }
  return json;
}

int run(const ReplayOptions& options) {
  const auto store = open_existing_store(options.storage);
  const History history = read_history(*store, choose_study(*store, options.study));
  const bool shows = isatty(STDERR_FILENO) != 0;
  const ReplayReport report = replay(history, *make_sampler(history.study()), [&](int done, int all) {
    stop_if_interrupted();
    if (shows && (done % 10 == 0 || done == all)) fmt::print(stderr, "\r\033[K{} of {} points", done, all);
  });
  if (shows) fmt::print(stderr, "\r\033[K");
  if (options.json) {
    fmt::print("{}\n", pretty(report_json(history.study(), report)));
  } else {
    fmt::print("{}", report_text(history.study(), report));
  }
  return report.deviations.empty() ? kExitSucceeded : kExitFailed;
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<ReplayOptions>();
  command.add_option("--storage", options->storage, "as sqlite:///folder/study.db").required();
  command.add_option("--study", options->study, "the study's name; may be left out where there is one only");
  command.add_flag("--json", options->json, "print one object (docs/formats.md)");
  return [options] { return run(*options); };
}

}  // namespace

Command replay_command() {
  return {"replay", "propose every point of a study again from what its worker had seen; 1 if any differs", declare};
}

}  // namespace crescendo
