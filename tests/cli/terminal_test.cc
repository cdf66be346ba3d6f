#include "cli/terminal.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <string>

#include "cli/interrupt.h"

namespace crescendo {
namespace {

TEST(Screen, IsLeftByASecondCtrlCToo) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::fflush(stdout);  // what the child has inherited it would write again
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    listen_for_interrupts();
    const Screen screen;
    raise(SIGINT);
    raise(SIGINT);
    _exit(1);
  }
  close(ends[1]);
  std::string out;
  std::array<char, 256> buffer;
  for (ssize_t n; (n = read(ends[0], buffer.data(), buffer.size())) > 0;) {
    out.append(buffer.data(), static_cast<std::size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_TRUE(out.starts_with("\033[?1049h")) << out;
  EXPECT_TRUE(out.ends_with("\033[?25h\033[?1049l")) << out;
}

}  // namespace
}  // namespace crescendo
