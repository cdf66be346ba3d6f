#include "space/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

namespace crescendo {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr int kDeepest = 32;
// A few aliases of aliases may stand for billions of values.
constexpr int kMostValues = 20'000;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool all_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

// What YAML 1.1 takes for a truth or a number in another notation, and YAML 1.2 for something else or a text.
bool is_ambiguous(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (is_one_of(lower, {"yes", "no", "on", "off"})) return true;
  std::string_view digits = lower;
  if (!digits.empty() && (digits.front() == '-' || digits.front() == '+')) digits.remove_prefix(1);
  if (is_one_of(digits, {".inf", ".nan"})) return true;
  if (digits.empty() || digits.front() < '0' || digits.front() > '9') return false;
  if (digits.size() > 1 && digits.front() == '0') {
    if (all_of(digits, "0123456789_")) return true;
    if (is_one_of(digits.substr(1, 1), {"x", "o", "b"}) && all_of(digits.substr(2), "0123456789abcdef_")) return true;
  }
  return all_of(digits, "0123456789_:.") && digits.find_first_of("_:") != std::string_view::npos;
}

class Reader {
 public:
  explicit Reader(std::string_view what) : what_(what) {}

  Json read(const YAML::Node& node, int depth) {
    if (depth > kDeepest) refuse(node, fmt::format("nested more deeply than {} levels", kDeepest));
    if (++values_ > kMostValues) refuse(node, fmt::format("more than {} values, aliases filled in", kMostValues));
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        return read_scalar(node);
      case YAML::NodeType::Sequence: {
        Json list = Json::array();
        for (const YAML::Node& item : node) list.push_back(read(item, depth + 1));
        return list;
      }
      case YAML::NodeType::Map:
        return read_map(node, depth);
      case YAML::NodeType::Null:
      case YAML::NodeType::Undefined:
        break;
    }
    return nullptr;
  }

 private:
  [[noreturn]] void refuse(const YAML::Node& node, std::string_view reason) const {
    bad_input(fmt::format("{}, line {}: {}", what_, node.Mark().line + 1, reason));
  }

  Json read_map(const YAML::Node& node, int depth) {
    Json object = Json::object();
    for (const auto& field : node) {
      if (!field.first.IsScalar()) refuse(field.first, "a key must be a text");
      const std::string key = text_of(field.first);
      if (key == "<<") refuse(field.first, "the merge key << has no counterpart here; write out what it stands for");
      if (object.contains(key)) refuse(field.first, fmt::format("the key '{}' stands twice", key));
      object[key] = read(field.second, depth + 1);
    }
    return object;
  }

  Json read_scalar(const YAML::Node& node) const {
    // "!" says that it is quoted, "?" that it is not.
    const std::string& tag = node.Tag();
    if (is_one_of(tag, {"!", "tag:yaml.org,2002:str"})) return text_of(node);
    if (!is_one_of(tag, {"", "?"})) refuse(node, fmt::format("the tag {} has no counterpart here", tag));
    const std::string text = text_of(node);
    if (is_one_of(text, {"true", "True", "TRUE"})) return true;
    if (is_one_of(text, {"false", "False", "FALSE"})) return false;
    if (is_ambiguous(text)) {
      refuse(node,
             fmt::format("'{}' is read in different ways; write true, false or a decimal number, or put a text in "
                         "quotes",
                         text));
    }
    return number_or_text(node, text);
  }

  Json number_or_text(const YAML::Node& node, const std::string& text) const {
    std::string_view digits = text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const std::string_view unsigned_part = digits.substr(digits.starts_with('-') ? 1 : 0);
    // Otherwise nan and infinity would be numbers, and +-1 too.
    if (unsigned_part.empty() || !all_of(unsigned_part.substr(0, 1), ".0123456789")) return text;
    const char* end = digits.data() + digits.size();
    std::int64_t integer = 0;
    if (const auto [rest, failed] = std::from_chars(digits.data(), end, integer); rest == end) {
      if (failed != std::errc()) refuse(node, fmt::format("the whole number {} is too large", text));
      return integer;
    }
    double number = 0;
    if (const auto [rest, failed] = std::from_chars(digits.data(), end, number); rest == end) {
      if (failed != std::errc()) refuse(node, fmt::format("no floating-point number is {}", text));
      return number;
    }
    return text;
  }

  // JSON, where it may go from here, is UTF-8.
  std::string text_of(const YAML::Node& node) const {
    try {
      Json(node.Scalar()).dump();
    } catch (const Json::exception&) {
      refuse(node, "a text is not UTF-8");
    }
    return node.Scalar();
  }

  std::string what_;
  int values_ = 0;
};

}  // namespace

Json parse_yaml(std::string_view text, std::string_view what) {
  if (text.size() > kMostBytes) bad_input(fmt::format("{} is larger than 1 MiB", what));
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) bad_input(fmt::format("{} holds {} documents; one is wanted", what, documents.size()));
    return documents.empty() ? Json(nullptr) : Reader(what).read(documents.front(), 0);
  } catch (const YAML::Exception& error) {
    bad_input(fmt::format("{}, line {}, column {}: {}", what, error.mark.line + 1, error.mark.column + 1, error.msg));
  }
}

}  // namespace crescendo
