#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace crescendo {
namespace {

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

void write_out(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

TerminalSize terminal_size(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

bool speaks_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view locale = variable(name);
    if (locale.empty()) continue;  // POSIX: the first that is set and not empty counts
    std::string letters;
    for (const char c : locale) {
      if (c != '-') letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return letters.find("utf8") != std::string::npos;
  }
  return false;
}

bool wants_colour(int descriptor) {
  return isatty(descriptor) != 0 && variable("NO_COLOR").empty() && variable("TERM") != "dumb" &&
         !variable("TERM").empty();
}

Screen::Screen() { write_out("\033[?1049h\033[?25l\033[2J"); }
Screen::~Screen() { write_out("\033[?25h\033[?1049l"); }

void Screen::show(const std::string& lines) {
  std::string frame = "\033[H";
  for (const char c : lines) frame += c == '\n' ? std::string("\033[K\r\n") : std::string(1, c);
  write_out(frame + "\033[J");
}

}  // namespace crescendo
