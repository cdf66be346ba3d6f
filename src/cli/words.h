#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crescendo {

/// "90", "45s", "30m", "1h30m" as seconds; `option` is what the message calls it. Throws Error (bad input).
double parse_duration(std::string_view text, std::string_view option);

/// "2 min 5 s", "1 h 3 min", "12.3 s".
std::string duration_text(double seconds);

/// "32,64,128" as whole numbers. Throws Error (bad input) naming `option`.
std::vector<int> parse_sizes(std::string_view text, std::string_view option);

/// "epoch=2600" as the name and the number; `option` is what the message calls it. Throws Error (bad input).
std::pair<std::string, double> parse_total(std::string_view text, std::string_view option);

/// "epoch=1,4,13,52" as the name and the numbers. Throws Error (bad input) naming `option`.
std::pair<std::string, std::vector<double>> parse_rungs(std::string_view text, std::string_view option);

/// The first and the last line of a reason that may hold a program's last words.
std::string reason_text(const std::string& reason);

/// As it can be pasted into a shell: in quotes where it needs them.
std::string shell_quoted(const std::string& text);

/// 0.1834 as "18.3 %".
std::string percent(double fraction);

/// 1234567 as "1,234,567".
std::string grouped(long long number);

/// Columns padded to the widest cell, one of empty cells left out; the first row is the heading. Numbers look best when
/// `right` aligns them.
std::string table(const std::vector<std::vector<std::string>>& rows, const std::string& alignment);

}  // namespace crescendo
