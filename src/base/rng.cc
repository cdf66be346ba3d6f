#include "crescendo/rng.h"

#include <bit>

namespace crescendo {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

Rng::Rng(std::uint64_t seed, std::initializer_list<std::uint64_t> key) {
  // Each part of the key is mixed through a full splitmix step, so that {1, 2} and {2, 1} differ.
  std::uint64_t mixed = seed;
  std::uint64_t state = splitmix(mixed);
  for (const std::uint64_t part : key) {
    state ^= part;
    state = splitmix(state);
  }
  for (std::uint64_t& word : state_) word = splitmix(state);
}

std::uint64_t Rng::next() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Rng::below(std::uint64_t count) {
  // Lemire 2019: multiply, and reject the few low products that would make some results likelier.
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(next()) * count;
  if (static_cast<std::uint64_t>(product) < count) {
    const std::uint64_t threshold = -count % count;
    while (static_cast<std::uint64_t>(product) < threshold) product = static_cast<Wide>(next()) * count;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double Rng::normal() {
  for (;;) {
    const double x = 2 * uniform() - 1;
    const double y = 2 * uniform() - 1;
    const double r = x * x + y * y;
    if (r > 0 && r < 1) return x * std::sqrt(-2 * std::log(r) / r);
  }
}

}  // namespace crescendo
