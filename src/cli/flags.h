#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

namespace crescendo {

/// What a value must be like, as the help and the messages say it.
struct Rule {
  std::shared_ptr<const CLI::Validator> validator;
};
Rule in_range(int low, int high);  // both ends belong to it
Rule in_range(std::uint64_t low, std::uint64_t high);
Rule in_range(double low, double high);
Rule not_negative();
Rule not_empty();
Rule existing_file();

/// An option that was declared: each call says more of it.
class Flag {
 public:
  explicit Flag(CLI::Option* option) : option_(option) {}

  Flag required();
  Flag check(const Rule& rule);
  Flag needs(Flag other);
  Flag excludes(Flag other);
  Flag delimiter(char between);  // of the values of a list that stand in one argument
  Flag one_value_each();         // time that it is given: what follows belongs to the next option
  Flag shows_default();

 private:
  CLI::Option* option_;
};

/// The options of one command. All that is known of the library that reads command lines is in flags.cc and main.cc,
/// because its headers take seconds to compile.
class Flags {
 public:
  explicit Flags(CLI::App& app, std::string heading = "") : app_(app), heading_(std::move(heading)) {}

  /// "--name", "--name,--other-spelling", or "name" for one that is told by its place. T: std::string, int, double,
  /// std::uint64_t, an optional of those, or a vector of strings, doubles or paths.
  template <class T>
  Flag add_option(const std::string& names, T& target, const std::string& help);
  Flag add_flag(const std::string& names, bool& target, const std::string& help);

  /// The same command; what is added through it stands under a heading of its own in the help.
  Flags under(const std::string& heading) const { return Flags(app_, heading); }

 private:
  Flag placed(CLI::Option* option) const;

  CLI::App& app_;
  std::string heading_;
};

}  // namespace crescendo
