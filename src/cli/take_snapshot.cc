#include "cli/take_snapshot.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <utility>

#include "cli/outputs.h"
#include "cli/shown_studies.h"
#include "cli/version.h"
#include "cli/words.h"

namespace crescendo {

void declare_snapshot_request(Flags& command, SnapshotRequest& request) {
  command.add_option("--storage", request.storage, "as sqlite:///folder/study.db").required();
  command.add_option("--study", request.studies, "only this study; may be given again").one_value_each();
  command.add_option("--details", request.details, "put in the files of so many trials of each study, the best ones")
      .check(in_range(0, 1'000'000))
      .shows_default();
}

std::string snapshot_now(std::span<const ShownStudy> studies, int details, bool importance) {
  SnapshotOptions options;
  options.details = details;
  options.importance = importance;
  options.written = fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)));
  options.program = program_version();
  Snapshot taken = snapshot(studies, options);
  for (const std::string& note : taken.notes) fmt::print(stderr, "crescendo: {}\n", note);
  return std::move(taken.json);
}

std::string take_snapshot(const SnapshotRequest& request) {
  const auto store = open_existing_store(request.storage);
  std::vector<ShownStudy> studies = read_shown_studies(*store, request.storage, request.studies);
  check_outputs({{"--out", request.out}}, storage_files(request.storage));
  find_trial_folders(request.storage, studies);
  return snapshot_now(studies, request.details);
}

}  // namespace crescendo
