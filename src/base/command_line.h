#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crescendo {

/// The words of a command line, as a shell would split it and nothing else that a shell does: no expansion of any kind.
///
/// Blanks and ends of lines part words. In '...' every character is itself; in "..." a backslash makes the next " or
/// backslash one of the text; elsewhere it does so for any character. Throws Error (bad input) showing the line for a
/// quote that is never closed, for a backslash at the end, and for a line without words.
std::vector<std::string> split_command_line(std::string_view line);

/// The words with each {name} replaced by its value, as it is: what a value holds is never looked at again, and a word
/// stays one word. {{ and }} are braces. Throws Error (bad input) for a name that is not among the values, listing
/// those that are; for a brace without its partner; and for a value with a zero byte, which no word can hold.
std::vector<std::string> fill_placeholders(std::span<const std::string> words,
                                           const std::map<std::string, std::string>& values);

}  // namespace crescendo
