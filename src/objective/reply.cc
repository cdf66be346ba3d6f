#include "objective/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/json.h"
#include "base/printable.h"

namespace crescendo {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr std::size_t kMostReasonBytes = 1000;
// As Python's json writes them; the second is looked for before the third, which is part of it.
constexpr std::array<std::string_view, 3> kNotFinite = {"NaN", "-Infinity", "Infinity"};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

Reply failed(std::string reason) {
  Reply reply;
  reply.kind = Reply::Kind::kFailed;
  reply.reason = std::move(reason);
  return reply;
}

Reply not_finite(std::string_view what) { return failed(fmt::format("its loss is {}, not a finite number", what)); }

// Names such as nan and inf are numbers here too.
Reply parse_number(std::string_view text) {
  std::string_view number = text;
  if (number.starts_with('+') && !number.starts_with("+-")) number.remove_prefix(1);
  double loss = 0;
  const auto [rest, error] = std::from_chars(number.data(), number.data() + number.size(), loss);
  if (rest != number.data() + number.size() || error == std::errc::invalid_argument) return {};
  // Beyond what a double can hold: strtod says on which side.
  if (error == std::errc::result_out_of_range) loss = std::strtod(std::string(number).c_str(), nullptr);
  if (!std::isfinite(loss)) return not_finite(text);
  Reply reply;
  reply.kind = Reply::Kind::kLoss;
  reply.loss = loss;
  return reply;
}

// With NaN, Infinity and -Infinity in quotes, where they stand outside of texts: JSON lacks them.
std::string with_quoted_not_finite(std::string_view text) {
  std::string result;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size();) {
    const auto token = std::find_if(kNotFinite.begin(), kNotFinite.end(),
                                    [&](std::string_view t) { return text.substr(i).starts_with(t); });
    if (!in_text && token != kNotFinite.end()) {
      result += fmt::format("\"{}\"", *token);
      i += token->size();
      continue;
    }
    if (text[i] == '"') in_text = !in_text;
    if (in_text && text[i] == '\\' && i + 1 < text.size()) result += text[i++];
    result += text[i++];
  }
  return result;
}

std::string reason_given(const Json& field) {
  if (!field.is_string()) return "the program says that it failed";
  return fmt::format("the program says: {}", printable(field.get<std::string>(), kMostReasonBytes));
}

// A point of the curve, if the object has a step.
void read_step(const Json& object, Reply& reply) {
  const auto field = object.find("step");
  if (field == object.end()) return;
  const double step = field->is_number() ? field->get<double>() : -1;
  if (step >= 0 && step <= std::numeric_limits<int>::max() && std::floor(step) == step) {
    reply.step = static_cast<int>(step);
    return;
  }
  // Only a number is shown: what is nested deeply could not be written without as deep a recursion.
  reply = failed(fmt::format("its step is {}, where a whole number from 0 is wanted",
                             field->is_number() ? to_line(*field) : field->type_name()));
  reply.step = 0;
}

Reply parse_object(const Json& object, std::string_view loss_field) {
  const auto said = object.find("failed");
  if (said != object.end() && (said->is_string() || (said->is_boolean() && said->get<bool>()))) {
    return failed(reason_given(*said));
  }
  const auto loss = object.find(loss_field);
  if (loss == object.end()) return {};
  Reply reply;
  if (loss->is_number()) {
    reply.kind = Reply::Kind::kLoss;
    reply.loss = loss->get<double>();
  } else if (loss->is_null()) {
    reply = not_finite("null");
  } else if (loss->is_string() &&
             std::find(kNotFinite.begin(), kNotFinite.end(), loss->get<std::string>()) != kNotFinite.end()) {
    reply = not_finite(loss->get<std::string>());
  } else {
    return {};
  }
  for (const auto& [name, value] : object.items()) {
    if (value.is_number() && name != loss_field && name != "step") reply.metrics[name] = value.get<double>();
  }
  read_step(object, reply);
  return reply;
}

}  // namespace

Reply parse_reply(std::string_view line, std::string_view loss_field) {
  const std::string_view text = trimmed(line);
  if (!text.starts_with('{')) return parse_number(text);
  const bool plain = text.find("NaN") == std::string_view::npos && text.find("Infinity") == std::string_view::npos;
  const Json object = Json::parse(plain ? std::string(text) : with_quoted_not_finite(text), nullptr, false);
  return object.is_object() ? parse_object(object, loss_field) : Reply{};
}

}  // namespace crescendo
