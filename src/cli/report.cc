#include "crescendo/report.h"

#include <memory>

#include "base/files.h"
#include "cli/commands.h"
#include "cli/take_snapshot.h"
#include "cli/words.h"

namespace crescendo {
namespace {

std::function<int()> declare(Flags& command) {
  const auto request = std::make_shared<SnapshotRequest>();
  declare_snapshot_request(command, *request);
  command.add_option("--out", request->out, "the file to write, as report.html").required().check(not_empty());
  return [request] {
    write_file(request->out, report_page(take_snapshot(*request)));
    return kExitSucceeded;
  };
}

}  // namespace

Command report_command() { return {"report", "write one HTML file that shows studies in pictures", declare}; }

}  // namespace crescendo
