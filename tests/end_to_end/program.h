#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

#include "crescendo/rng.h"
#include "tests/images/picture_maker.h"

// The built program, run as a user runs it.
namespace crescendo::end_to_end {

struct Ended {
  int status = -1;
  std::string out, err;
};

/// Runs `crescendo <arguments>` through the shell, in `folder`.
inline Ended crescendo(const std::string& arguments, const std::filesystem::path& folder) {
  const std::filesystem::path errors = folder / ".stderr";
  const std::string command = "cd '" + folder.string() + "' && CRESCENDO_KERNELS=shipped '" CRESCENDO_PROGRAM "' " +
                              arguments + " 2>" + errors.string();
  Ended run;
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> buffer;
  for (std::size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) run.out.append(buffer.data(), n);
  const int status = pclose(pipe);
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  const auto bytes = picture_maker::bytes_of_file(errors);
  run.err.assign(bytes.begin(), bytes.end());
  return run;
}

/// Three classes of 16 x 16 pictures that a small CNN learns: stripes across, stripes down, blobs; with noise.
inline void make_pictures(const picture_maker::TemporaryFolder& folder, const std::string& name, int each) {
  Rng rng(1);
  for (const std::string kind : {"across", "blob", "down"}) {
    for (int i = 0; i < each; ++i) {
      const int phase = static_cast<int>(rng.below(4));
      const Picture picture = picture_maker::picture_of(16, 16, 1, [&](int x, int y, int) {
        const bool bright = kind == "across" ? (y + phase) / 2 % 2 == 0
                            : kind == "down" ? (x + phase) / 2 % 2 == 0
                                             : (x - 8) * (x - 8) + (y - 8) * (y - 8) < 30;
        return (bright ? 130 : 0) + static_cast<int>(rng.below(120));
      });
      folder.write(name + "/" + kind + "/" + std::to_string(i) + ".jpg", picture_maker::jpeg_bytes(picture));
    }
  }
}

}  // namespace crescendo::end_to_end
