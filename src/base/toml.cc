#include "base/toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#define TOML_EXCEPTIONS 1
#define TOML_ASSERT(condition) static_cast<void>(0)  // 3.3.0 asserts what malformed input breaks before it reports it
#include <toml++/toml.h>

namespace crescendo {
namespace {

// Deeper nesting than any file of ours needs would only overflow the stack of whoever walks the result.
constexpr int kDeepest = 16;

// How a null inside a list is written.
const Json kNull = Json::object({{"null", true}});

Json to_json(const toml::node& node, std::string_view what, int depth) {
  const auto at = node.source().begin;
  if (depth > kDeepest) bad_input(fmt::format("{}, line {}: nested too deeply", what, at.line));
  if (const auto* table = node.as_table()) {
    // toml++ keeps keys sorted; the order in the file is restored by position.
    std::vector<std::pair<toml::source_position, std::string>> order;
    for (const auto& [key, value] : *table) order.emplace_back(key.source().begin, std::string(key.str()));
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Json object = Json::object();
    for (const auto& [position, key] : order) object[key] = to_json(*table->get(key), what, depth + 1);
    return object == kNull ? Json(nullptr) : object;
  }
  if (const auto* array = node.as_array()) {
    Json list = Json::array();
    for (const toml::node& item : *array) list.push_back(to_json(item, what, depth + 1));
    return list;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* boolean = node.as_boolean()) return boolean->get();
  if (const auto* number = node.as_floating_point(); number && std::isfinite(number->get())) return number->get();
  bad_input(fmt::format("{}, line {}: a finite number, a text, true, false, a list or a table is wanted here", what,
                        at.line));
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string key_text(const std::string& key) {
  const auto bare = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
  return !key.empty() && std::all_of(key.begin(), key.end(), bare) ? key : quoted(key);
}

std::string inline_text(const Json& value) {
  if (value.is_string()) return quoted(value.get<std::string>());
  if (value.is_null()) return inline_text(kNull);
  if (value.is_array()) {
    std::string out = "[";
    for (const Json& item : value) out += (out.size() > 1 ? ", " : "") + inline_text(item);
    return out + "]";
  }
  if (value.is_object()) {
    std::string out = "{ ";
    for (const auto& [key, item] : value.items()) {
      if (!item.is_null()) out += (out.size() > 2 ? ", " : "") + key_text(key) + " = " + inline_text(item);
    }
    return out + " }";
  }
  return to_line(value);
}

bool array_of_tables(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_object(); });
}

void write_table(const Json& table, const std::string& path, std::string& out) {
  for (const auto& [key, value] : table.items()) {
    const bool own_table = array_of_tables(value) || (value.is_object() && path.empty());
    if (!own_table && !value.is_null()) out += fmt::format("{} = {}\n", key_text(key), inline_text(value));
  }
  for (const auto& [key, value] : table.items()) {
    const std::string name = path.empty() ? key_text(key) : path + "." + key_text(key);
    if (array_of_tables(value)) {
      for (const Json& item : value) {
        out += fmt::format("\n[[{}]]\n", name);
        write_table(item, name, out);
      }
    } else if (value.is_object() && path.empty()) {
      out += fmt::format("\n[{}]\n", name);
      write_table(value, name, out);
    }
  }
}

}  // namespace

Json parse_toml(std::string_view text, std::string_view what) {
  try {
    return to_json(toml::parse(text), what, 0);
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    bad_input(fmt::format("{}, line {}, column {}: {}", what, at.line, at.column, error.description()));
  }
}

std::string to_toml(const Json& object) {
  std::string out;
  write_table(object, "", out);
  return out;
}

}  // namespace crescendo
