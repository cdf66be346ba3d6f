#include "cli/flags.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <vector>

namespace crescendo {
namespace {

Rule rule(CLI::Validator validator) { return {std::make_shared<const CLI::Validator>(std::move(validator))}; }

}  // namespace

Rule in_range(int low, int high) { return rule(CLI::Range(low, high)); }
Rule in_range(std::uint64_t low, std::uint64_t high) { return rule(CLI::Range(low, high)); }
Rule in_range(double low, double high) { return rule(CLI::Range(low, high)); }
Rule not_negative() { return rule(CLI::NonNegativeNumber); }
Rule existing_file() { return rule(CLI::ExistingFile); }
Rule not_empty() {
  return rule(
      CLI::Validator([](std::string& text) { return text.empty() ? std::string("must not be empty") : ""; }, ""));
}

Flag Flag::required() { return Flag(option_->required()); }
Flag Flag::check(const Rule& rule) { return Flag(option_->check(*rule.validator)); }
Flag Flag::needs(Flag other) { return Flag(option_->needs(other.option_)); }
Flag Flag::excludes(Flag other) { return Flag(option_->excludes(other.option_)); }
Flag Flag::delimiter(char between) { return Flag(option_->delimiter(between)); }
Flag Flag::one_value_each() { return Flag(option_->allow_extra_args(false)); }
Flag Flag::shows_default() { return Flag(option_->capture_default_str()); }

template <class T>
Flag Flags::add_option(const std::string& names, T& target, const std::string& help) {
  return placed(app_.add_option(names, target, help));
}

template Flag Flags::add_option(const std::string&, std::string&, const std::string&);
template Flag Flags::add_option(const std::string&, int&, const std::string&);
template Flag Flags::add_option(const std::string&, double&, const std::string&);
template Flag Flags::add_option(const std::string&, std::uint64_t&, const std::string&);
template Flag Flags::add_option(const std::string&, std::optional<std::string>&, const std::string&);
template Flag Flags::add_option(const std::string&, std::optional<int>&, const std::string&);
template Flag Flags::add_option(const std::string&, std::optional<double>&, const std::string&);
template Flag Flags::add_option(const std::string&, std::optional<std::uint64_t>&, const std::string&);
template Flag Flags::add_option(const std::string&, std::vector<std::string>&, const std::string&);
template Flag Flags::add_option(const std::string&, std::vector<double>&, const std::string&);
template Flag Flags::add_option(const std::string&, std::vector<std::filesystem::path>&, const std::string&);

Flag Flags::add_flag(const std::string& names, bool& target, const std::string& help) {
  return placed(app_.add_flag(names, target, help));
}

Flag Flags::placed(CLI::Option* option) const {
  if (!heading_.empty()) option->group(heading_);
  return Flag(option);
}

}  // namespace crescendo
