#pragma once

#include <cstddef>
#include <memory>

namespace crescendo {

/// One block of zeroed memory for everything a network needs, kept across networks so that a worker touches fresh
/// pages only when a network is larger than all before it. Not thread-safe.
class Arena {
 public:
  Arena();
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Forgets what was handed out and makes room for `size_bytes`, all zero. Throws std::bad_alloc.
  void reset(std::size_t size_bytes);

  /// The next `count` values, 64-byte aligned with at least 64 bytes of slack behind them.
  template <class T>
  T* take(std::size_t count) {
    return static_cast<T*>(take_bytes(count * sizeof(T)));
  }

  /// What `take` of so many bytes uses up.
  static std::size_t rounded(std::size_t size_bytes) { return (size_bytes + 64 + 63) / 64 * 64 + kGuardBytes; }

 private:
  // Under the address sanitizer each piece ends at memory that must not be touched.
#ifdef __SANITIZE_ADDRESS__
  static constexpr std::size_t kGuardBytes = 4096;
#else
  static constexpr std::size_t kGuardBytes = 0;
#endif

  void* take_bytes(std::size_t size_bytes);

  std::byte* block_ = nullptr;
  std::size_t capacity_ = 0, size_ = 0, used_ = 0;
};

}  // namespace crescendo
