#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#ifdef __AVX2__
#include <immintrin.h>
#endif

// Vectors of CRESCENDO_LANES floats in GCC's vector extensions: one source for SSE2, AVX2 and AVX-512.
//
// Everything that kernels.cc includes lives in an unnamed namespace, and inlines nothing from the standard library:
// a function shared by name between the objects could be linked from the AVX-512 one and crash an older processor.

// Unrolled code with a check at every access takes GCC minutes to compile, so under sanitizers loops stay loops.
#ifdef __SANITIZE_ADDRESS__
#define UNROLL_FOR(variable, count) for (int variable = 0; variable < (count); ++variable)
#else
#define UNROLL_FOR(variable, count) _Pragma("GCC unroll 64") for (int variable = 0; variable < (count); ++variable)
#endif
#define ALWAYS_INLINE __attribute__((always_inline)) inline
#define NEVER_INLINE __attribute__((noinline))

// Keeps a loaded value in a register; GCC otherwise reads it again as a memory operand of every FMA.
#if CRESCENDO_LANES == 16 && defined(__AVX512F__)
#define PIN(value) asm("" : "+v"(value))
#elif (CRESCENDO_LANES == 8 && defined(__AVX__)) || (CRESCENDO_LANES == 4 && defined(__SSE2__))
#define PIN(value) asm("" : "+x"(value))
#else
#define PIN(value) static_cast<void>(0)
#endif

/// Keeps an address in a register, as its own value.
#define PIN_ADDRESS(address) asm("" : "+r"(address))

namespace crescendo {
namespace {

constexpr int kLanes = CRESCENDO_LANES;
constexpr int kRegisters = kLanes == 16 ? 32 : 16;  // of the instruction set that has such vectors

typedef float Vec __attribute__((vector_size(4 * kLanes)));
typedef std::int32_t IntVec __attribute__((vector_size(4 * kLanes)));
typedef std::uint8_t ByteVec __attribute__((vector_size(kLanes)));

// The same in memory, at any address.
typedef float LooseVec __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));
typedef std::int32_t LooseIntVec __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));
typedef std::uint8_t LooseByteVec __attribute__((vector_size(kLanes), aligned(1), may_alias));

ALWAYS_INLINE Vec load(const float* from) { return *reinterpret_cast<const LooseVec*>(from); }
ALWAYS_INLINE void store(float* to, Vec v) { *reinterpret_cast<LooseVec*>(to) = v; }
// GCC 12 converts between bytes and integers lane by lane where the processor has one instruction or two.
ALWAYS_INLINE IntVec load_bytes(const std::uint8_t* from) {
#if CRESCENDO_LANES == 16 && defined(__AVX512F__)
  return reinterpret_cast<IntVec>(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i_u*>(from))));
#elif CRESCENDO_LANES == 8 && defined(__AVX2__)
  return reinterpret_cast<IntVec>(_mm256_cvtepu8_epi32(_mm_loadu_si64(from)));
#else
  return __builtin_convertvector(*reinterpret_cast<const LooseByteVec*>(from), IntVec);
#endif
}
/// The low bytes.
ALWAYS_INLINE void store_bytes(std::uint8_t* to, IntVec v) {
#if CRESCENDO_LANES == 16 && defined(__AVX512F__)
  const ByteVec low = reinterpret_cast<ByteVec>(_mm512_cvtepi32_epi8(reinterpret_cast<__m512i>(v)));
#elif CRESCENDO_LANES == 8
  typedef std::uint8_t AllBytes __attribute__((vector_size(32)));
  const AllBytes bytes = reinterpret_cast<AllBytes>(v);
  const ByteVec low = __builtin_shufflevector(bytes, bytes, 0, 4, 8, 12, 16, 20, 24, 28);
#else
  const ByteVec low = __builtin_convertvector(v, ByteVec);
#endif
  *reinterpret_cast<LooseByteVec*>(to) = low;
}
ALWAYS_INLINE Vec broadcast(float value) { return value - Vec{}; }
ALWAYS_INLINE Vec pinned(Vec v) {
  PIN(v);
  return v;
}
ALWAYS_INLINE Vec load_pinned(const float* from) { return pinned(load(from)); }
ALWAYS_INLINE Vec keep_where(IntVec mask, Vec v) { return reinterpret_cast<Vec>(reinterpret_cast<IntVec>(v) & mask); }

// {a0 b0 a1 b1 ..} of the lower and of the upper halves.
#ifdef __clang__
static_assert(kLanes == 4, "clang builds the portable object alone");
ALWAYS_INLINE IntVec interleave_low(IntVec a, IntVec b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
ALWAYS_INLINE IntVec interleave_high(IntVec a, IntVec b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
#else
ALWAYS_INLINE IntVec interleave(IntVec a, IntVec b, int from) {
  IntVec order;
  for (int lane = 0; lane < kLanes; ++lane) order[lane] = from + lane / 2 + lane % 2 * kLanes;
  return __builtin_shuffle(a, b, order);
}
ALWAYS_INLINE IntVec interleave_low(IntVec a, IntVec b) { return interleave(a, b, 0); }
ALWAYS_INLINE IntVec interleave_high(IntVec a, IntVec b) { return interleave(a, b, kLanes / 2); }
#endif

template <int kValue>
using Constant = std::integral_constant<int, kValue>;

template <class T>
ALWAYS_INLINE constexpr T least(T a, T b) {
  return b < a ? b : a;
}
template <class T>
ALWAYS_INLINE constexpr T most(T a, T b) {
  return a < b ? b : a;
}

/// Hands out 64-byte aligned pieces of the working memory; without a block it only counts.
class Scratch {
 public:
  explicit Scratch(std::byte* block) : block_(block) {}

  template <class T>
  T* take(std::size_t count) {
    std::byte* const piece = block_ ? block_ + used_ : nullptr;
    used_ += (count * sizeof(T) + 63) / 64 * 64;
    return reinterpret_cast<T*>(piece);
  }
  std::size_t used_bytes() const { return used_; }

 private:
  std::byte* block_;
  std::size_t used_ = 0;
};

}  // namespace
}  // namespace crescendo
