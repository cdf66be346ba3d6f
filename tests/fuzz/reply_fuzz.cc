#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crescendo/error.h"
#include "objective/reply.h"

// A line of any contents is a reply or none; what it holds can be used as it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crescendo;
  const Reply reply = parse_reply({reinterpret_cast<const char*>(data), size}, "loss");
  if (reply.kind == Reply::Kind::kLoss) check(std::isfinite(reply.loss), "a loss is finite");
  if (reply.kind == Reply::Kind::kFailed) check(!reply.reason.empty(), "a failure has a reason");
  if (reply.step) check(*reply.step >= 0, "steps are from 0");
  for (const auto& [name, value] : reply.metrics) check(std::isfinite(value), "metrics are finite");
  return 0;
}
