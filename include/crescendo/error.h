#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace crescendo {

enum class ErrorKind {
  kBadInput,     // something the user said or gave cannot be used
  kNotFound,     // something named by the user is not there
  kUnavailable,  // a file, disk or service refused to work
};

/// What stops a command: one sentence that says what was wrong, where, and what would be accepted.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& sentence) : std::runtime_error(sentence), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

[[noreturn]] void bad_input(const std::string& sentence);
[[noreturn]] void not_found(const std::string& sentence);
[[noreturn]] void unavailable(const std::string& sentence);

/// A promise inside the program; throws std::logic_error naming it when it is broken, in release builds too.
void check(bool kept, std::string_view promise);

}  // namespace crescendo
