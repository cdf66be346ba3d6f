#include "base/json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace crescendo {

Json parse_json(std::string_view text, std::string_view what) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    bad_input(fmt::format("{} is not JSON: it breaks at byte {}", what, error.byte));
  } catch (const Json::exception& error) {
    // A number no double can hold, or text that is not UTF-8.
    bad_input(fmt::format("{} is not JSON that can be read ({})", what, error.what()));
  }
}

std::string to_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string pretty(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace); }

FieldReader::FieldReader(const Json& json, std::string what) : json_(json), what_(std::move(what)) {
  if (!json.is_object()) bad_input(fmt::format("{} must be a table of fields", what_));
}

void FieldReader::wrong_type(std::string_view name, std::string_view wanted) const {
  bad_input(fmt::format("{}: {} must be {}, not {}", what_, name, wanted, to_line(json_[std::string(name)])));
}

const Json* FieldReader::take(std::string_view name) {
  if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) asked_.emplace_back(name);
  const auto found = json_.find(name);
  return found == json_.end() ? nullptr : &*found;
}

const Json& FieldReader::require(std::string_view name) {
  const Json* field = take(name);
  if (!field) bad_input(fmt::format("{}: {} is missing", what_, name));
  return *field;
}

bool FieldReader::read(std::string_view name, double& target) {
  const Json* field = take(name);
  if (!field) return false;
  if (!field->is_number()) wrong_type(name, "a number");
  target = field->get<double>();
  return true;
}

bool FieldReader::read(std::string_view name, int& target) {
  const Json* field = take(name);
  if (!field) return false;
  const bool fits = field->is_number_integer() && std::abs(field->get<double>()) <= 2e9;
  if (!fits) wrong_type(name, "a whole number");
  target = field->get<int>();
  return true;
}

bool FieldReader::read(std::string_view name, std::uint64_t& target) {
  const Json* field = take(name);
  if (!field) return false;
  // A value above 2^63 compares as negative unless its type is asked.
  const bool fits = field->is_number_unsigned() || (field->is_number_integer() && field->get<std::int64_t>() >= 0);
  if (!fits) wrong_type(name, "a whole number, not negative");
  target = field->get<std::uint64_t>();
  return true;
}

bool FieldReader::read(std::string_view name, bool& target) {
  const Json* field = take(name);
  if (!field) return false;
  if (!field->is_boolean()) wrong_type(name, "true or false");
  target = field->get<bool>();
  return true;
}

bool FieldReader::read(std::string_view name, std::string& target) {
  const Json* field = take(name);
  if (!field) return false;
  if (!field->is_string()) wrong_type(name, "a text");
  target = field->get<std::string>();
  return true;
}

void FieldReader::finish() const {
  for (const auto& [name, value] : json_.items()) {
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
      bad_input(fmt::format("{} has no field called '{}'; there are: {}", what_, name, fmt::join(asked_, " ")));
    }
  }
}

}  // namespace crescendo
