#include "train/arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace crescendo {
namespace {

bool all_zero(const std::uint8_t* bytes, std::size_t count) {
  return std::all_of(bytes, bytes + count, [](std::uint8_t byte) { return byte == 0; });
}

TEST(Arena, HandsOutAlignedZeroesAgainAndAgain) {
  Arena arena;
  for (const std::size_t size :
       {std::size_t{100}, std::size_t{5'000'000}, std::size_t{3'000}, std::size_t{4'000'000}}) {
    arena.reset(2 * Arena::rounded(size));
    for (int piece = 0; piece < 2; ++piece) {
      std::uint8_t* const bytes = arena.take<std::uint8_t>(size);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes) % 64, 0u);
      EXPECT_TRUE(all_zero(bytes, size + 64));
      std::fill(bytes, bytes + size + 64, std::uint8_t{0xff});
    }
  }
}

TEST(Arena, HandsOutNoMoreThanItWasResetTo) {
  Arena arena;
  EXPECT_THROW(arena.take<float>(1), std::logic_error);
  arena.reset(Arena::rounded(10));
  arena.take<std::uint8_t>(10);
  EXPECT_THROW(arena.take<std::uint8_t>(1), std::logic_error);
}

TEST(Arena, RefusesWhatTheMachineCannotGive) {
  Arena arena;
  EXPECT_THROW(arena.reset(std::size_t{1} << 60), std::bad_alloc);
  arena.reset(Arena::rounded(40));  // and can be used afterwards
  EXPECT_NE(arena.take<float>(10), nullptr);
}

}  // namespace
}  // namespace crescendo
