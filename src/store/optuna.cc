#include "store/optuna.h"

#include <fmt/format.h>

#include <cmath>
#include <ctime>

#include "base/json.h"
#include "space/parse.h"

namespace crescendo {

std::string distribution_json(const Parameter& p) {
  Json attributes;
  if (has_choices(p)) {
    attributes["choices"] = Json::array();
    for (const Value& choice : p.choices) attributes["choices"].push_back(to_json(choice));
    return to_line({{"name", "CategoricalDistribution"}, {"attributes", attributes}});
  }
  const bool integer = p.kind == Kind::kInt;
  const auto number = [&](double value) { return integer ? Json(static_cast<std::int64_t>(value)) : Json(value); };
  attributes["log"] = p.log;
  attributes["step"] = p.step ? number(*p.step) : integer ? Json(1) : Json(nullptr);
  attributes["low"] = number(p.low);
  attributes["high"] = number(p.high);
  return to_line({{"name", integer ? "IntDistribution" : "FloatDistribution"}, {"attributes", attributes}});
}

std::string_view optuna_state(const Study& study, const Trial& trial) {
  switch (trial.state) {
    case TrialState::kRunning:
      return "RUNNING";
    case TrialState::kFailed:
      return "FAIL";
    case TrialState::kFinished:
      return trial.rung == study.top() ? "COMPLETE" : "PRUNED";
  }
  return "";
}

std::string optuna_time(double seconds_since_1970) {
  const auto whole = static_cast<std::time_t>(std::floor(seconds_since_1970));
  const auto micros = static_cast<int>((seconds_since_1970 - std::floor(seconds_since_1970)) * 1e6);
  std::tm utc{};
  gmtime_r(&whole, &utc);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, micros);
}

}  // namespace crescendo
