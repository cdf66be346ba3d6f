// Runs a fuzz target without libFuzzer: on each file of a folder, and on mutations of them that are the same every
// time.
//
//   fuzz_NAME FOLDER [MUTATIONS]     each seed, then so many mutations, in turn of each seed
//   fuzz_NAME FILE                   one input, as to look into a crash

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "crescendo/rng.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

// Kept where a signal handler may read it.
char running[512] = "nothing yet";

extern "C" void report_crash(int signal) {
  std::fprintf(stderr, "signal %d in %s\n", signal, running);
  std::_Exit(1);
}

Bytes contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void mutate_once(Bytes& bytes, crescendo::Rng& rng) {
  // Bytes at which parsers turn: borders of signed and unsigned numbers, and the marker byte of JPEG.
  constexpr std::uint8_t kOdd[] = {0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff};
  if (bytes.empty()) bytes.push_back(0);
  const std::size_t at = rng.below(bytes.size());
  const auto here = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const auto length = static_cast<std::ptrdiff_t>(std::min<std::size_t>(1 + rng.below(16), bytes.size() - at));
  switch (rng.below(7)) {
    case 0:
      bytes[at] ^= static_cast<std::uint8_t>(1u << rng.below(8));
      break;
    case 1:
      bytes[at] = static_cast<std::uint8_t>(rng.below(256));
      break;
    case 2:
      bytes[at] = kOdd[rng.below(std::size(kOdd))];
      break;
    case 3:
      bytes.resize(at);
      break;
    case 4:
      bytes.erase(here, here + length);
      break;
    case 5: {
      const Bytes piece(here, here + length);
      const auto to = static_cast<std::ptrdiff_t>(rng.below(bytes.size() + 1));
      bytes.insert(bytes.begin() + to, piece.begin(), piece.end());
      break;
    }
    default:
      std::fill(here, here + length, kOdd[rng.below(std::size(kOdd))]);
  }
}

Bytes mutated(Bytes bytes, std::uint64_t number) {
  crescendo::Rng rng(number);
  // A few changes: many would break every header, and nothing behind it would be reached.
  for (std::uint64_t left = 1 + rng.below(4); left > 0; --left) mutate_once(bytes, rng);
  return bytes;
}

// The input is in memory of its own size, so that a sanitizer sees each read beyond it.
void run(const Bytes& bytes, const std::string& name) {
  std::snprintf(running, sizeof running, "%s", name.c_str());
  try {
    LLVMFuzzerTestOneInput(Bytes(bytes).data(), bytes.size());
  } catch (const std::exception& unexpected) {
    std::ofstream("unexpected.bin", std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    std::fprintf(stderr, "%s threw '%s'; the input is in unexpected.bin\n", running, unexpected.what());
    std::exit(1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "give a seed folder and a number of mutations, or a file\n");
    return 2;
  }
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL}) std::signal(signal, report_crash);
  const std::filesystem::path given = argv[1];
  std::vector<std::filesystem::path> seeds;
  if (std::filesystem::is_directory(given)) {
    for (const auto& entry : std::filesystem::directory_iterator(given)) seeds.push_back(entry.path());
  } else {
    seeds.push_back(given);
  }
  std::sort(seeds.begin(), seeds.end());
  if (seeds.empty() || !std::filesystem::exists(seeds.front())) {
    std::fprintf(stderr, "there is no seed in %s\n", argv[1]);
    return 2;
  }

  std::vector<Bytes> inputs;
  for (const auto& seed : seeds) {
    inputs.push_back(contents(seed));
    run(inputs.back(), seed.string());
  }
  run({}, "the empty input");
  const long mutations = argc > 2 ? std::atol(argv[2]) : 0;
  for (long i = 0; i < mutations; ++i) {
    const std::size_t seed = static_cast<std::size_t>(i) % inputs.size();
    run(mutated(inputs[seed], static_cast<std::uint64_t>(i)),
        "mutation " + std::to_string(i) + " of " + seeds[seed].string());
  }
  std::printf("%zu seeds and %ld mutations\n", seeds.size(), mutations);
}
