#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"

namespace crescendo {

/// A program that answers lines with JSON lines. It ends with this object, and with this process however that ends.
class Child {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;

  /// `name`: what messages call it. `environment` is added to ours. Throws Error (unavailable) with the system's
  /// reason.
  Child(std::string name, const std::vector<std::string>& command, const Environment& environment);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Both throw Error (unavailable) when the program has ended or answers {"error": sentence}.
  void ask(const std::string& line);
  Json answer();

 private:
  [[noreturn]] void ended();

  std::string name_;
  pid_t process_ = -1;
  int to_ = -1, from_ = -1;
  std::string unread_;
};

}  // namespace crescendo
