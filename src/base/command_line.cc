#include "base/command_line.h"

#include <fmt/format.h>

#include "crescendo/error.h"

namespace crescendo {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// Takes the word that `line` begins with at `i`, and leaves `i` behind it.
std::string take_word(std::string_view line, std::size_t& i) {
  std::string word;
  char quote = 0;
  for (; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == 0 && kBlanks.find(c) != std::string_view::npos) break;
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == '\\' && quote != '\'') {
      if (i + 1 == line.size())
        bad_input(fmt::format("the command line {} ends with a backslash; write \\\\ for one", line));
      const bool escapes = quote == 0 || line[i + 1] == '"' || line[i + 1] == '\\';
      word += escapes ? line[++i] : c;
    } else {
      word += c;
    }
  }
  if (quote != 0) {
    bad_input(fmt::format("the command line {} never closes its {}; write \\{} for the character", line, quote, quote));
  }
  return word;
}

std::string known_names(const std::map<std::string, std::string>& values) {
  std::string names;
  for (const auto& [name, value] : values) names += fmt::format(" {{{}}}", name);
  return names.empty() ? " none" : names;
}

std::string fill(const std::string& word, const std::map<std::string, std::string>& values) {
  std::string result;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    if (c != '{' && c != '}') {
      result += c;
      continue;
    }
    if (i + 1 < word.size() && word[i + 1] == c) {
      result += c;
      ++i;
      continue;
    }
    const std::size_t end = word.find('}', i);
    if (c == '}' || end == std::string::npos) {
      bad_input(
          fmt::format("the command line's word {} has a lone {}; write {}{} for the brace itself", word, c, c, c));
    }
    const std::string name = word.substr(i + 1, end - i - 1);
    const auto value = values.find(name);
    if (value == values.end()) {
      bad_input(fmt::format("the command line has no placeholder {{{}}}; there are:{} (write {{{{ for a brace itself)",
                            name, known_names(values)));
    }
    if (value->second.find('\0') != std::string::npos) {
      bad_input(fmt::format("the value of {{{}}} has a zero byte, which no word of a command line can hold", name));
    }
    result += value->second;
    i = end;
  }
  return result;
}

}  // namespace

std::vector<std::string> split_command_line(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t i = 0; (i = line.find_first_not_of(kBlanks, i)) != std::string_view::npos;) {
    words.push_back(take_word(line, i));
  }
  if (words.empty()) bad_input("the command line is empty; write the program and its arguments");
  return words;
}

std::vector<std::string> fill_placeholders(std::span<const std::string> words,
                                           const std::map<std::string, std::string>& values) {
  std::vector<std::string> result;
  for (const std::string& word : words) result.push_back(fill(word, values));
  return result;
}

}  // namespace crescendo
