#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "crescendo/error.h"

namespace crescendo {

/// JSON with its keys in the order they were written: files stay readable and differences small.
using Json = nlohmann::ordered_json;

/// Throws Error (bad input) that calls the text `what` and says where it breaks.
Json parse_json(std::string_view text, std::string_view what);

/// One line. Doubles come back bit for bit; NaN and infinities, which JSON lacks, become null; what is not UTF-8 is
/// replaced.
std::string to_line(const Json& json);

/// The same on many lines, indented, for people.
std::string pretty(const Json& json);

/// Reads the fields of one object and refuses what nobody asked for.
///
/// Usage: FieldReader in(json, "rung 2"); in.read("share", share); in.finish();
/// Every message names `what` and the field.
class FieldReader {
 public:
  FieldReader(const Json& json, std::string what);

  bool has(std::string_view name) const { return json_.contains(name); }

  /// Reads into `target` if the field is there; says whether it was. Throws Error when the type is another.
  bool read(std::string_view name, double& target);
  bool read(std::string_view name, int& target);
  bool read(std::string_view name, std::uint64_t& target);
  bool read(std::string_view name, bool& target);
  bool read(std::string_view name, std::string& target);

  /// The field itself, or nullptr.
  const Json* take(std::string_view name);

  /// The field, which must be there.
  const Json& require(std::string_view name);

  /// Throws Error if the object has a field that was never asked for, naming it and those that were.
  void finish() const;

  const std::string& what() const { return what_; }
  [[noreturn]] void wrong_type(std::string_view name, std::string_view wanted) const;

 private:
  const Json& json_;
  std::string what_;
  std::vector<std::string> asked_;
};

}  // namespace crescendo
