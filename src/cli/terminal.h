#pragma once

#include <string>

namespace crescendo {

struct TerminalSize {
  int columns = 80, rows = 24;
};

/// Of the terminal that a file descriptor leads to; 80 x 24 where it is none or does not say.
TerminalSize terminal_size(int descriptor);

/// Whether the environment's locale has UTF-8.
bool speaks_utf8();

/// Whether colours belong there: on a terminal that can show them, unless NO_COLOR is set (no-color.org).
bool wants_colour(int descriptor);

/// The terminal's second screen, without a cursor, as long as it lives. Writes to standard output.
class Screen {
 public:
  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Shows these lines in place of the last ones, in one write and without clearing first, so that nothing flickers.
  void show(const std::string& lines);
};

}  // namespace crescendo
