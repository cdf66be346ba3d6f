#include <fmt/format.h>

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
  command.add_option("--out", request->out, "write it to this file instead of printing it").check(not_empty());
  return [request] {
    const std::string json = take_snapshot(*request) + "\n";
    if (request->out.empty()) {
      fmt::print("{}", json);
    } else {
      write_file(request->out, json);
    }
    return kExitSucceeded;
  };
}

}  // namespace

Command snapshot_command() {
  return {"snapshot", "print everything that pictures of studies are drawn from, as JSON", declare};
}

}  // namespace crescendo
