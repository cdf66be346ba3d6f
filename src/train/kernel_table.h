#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "train/kernels/stage.h"

namespace crescendo {

struct KernelSet;

/// What a choice of kernel depends on: a later stage's filter size, the side of its pooled map and whether its input
/// fills more than one vector of the widest kind.
struct StageKind {
  int size;      // 3, 5 or 7; first stages and 1x1 filters have no choice
  int side;      // 1..8 exactly, 9: 9..16, 10: more
  bool is_wide;  // more than 16 input channels

  friend auto operator<=>(const StageKind&, const StageKind&) = default;
};

StageKind kind_of(const Stage& stage);

/// The pooled side that stands for a class of them.
int side_of_class(int side);

/// Which kernels compute a network: an instruction set, and the forward method of each kind of stage.
/// The same table gives the same numbers wherever the instruction set and the C library's exp and log are the same.
class KernelTable {
 public:
  static constexpr int kSides = 10;

  /// Every kind by the number of multiplications.
  explicit KernelTable(std::string isa);

  const std::string& isa() const { return isa_; }

  /// The direct method for first stages and 1x1 filters.
  ForwardMethod forward(const Stage& stage) const;

  ForwardMethod at(const StageKind& kind) const { return methods_.at(kind); }

  /// The kind must have the method.
  void set(const StageKind& kind, ForwardMethod method);

  friend bool operator==(const KernelTable&, const KernelTable&) = default;

 private:
  std::string isa_;
  std::map<StageKind, ForwardMethod> methods_;
};

/// Whether a filter of this size has the method: all have the direct one, 3x3, 5x5 and 7x7 small tiles, the first two
/// large ones.
bool has_method(int size, ForwardMethod method);

/// All kinds that have a choice, in order.
std::vector<StageKind> stage_kinds();

/// What is used where nobody measured: by the number of multiplications. On the processor at hand (Sapphire Rapids)
/// timing chose the same for every kind with every instruction set: `crescendo kernels` repeats it.
KernelTable shipped_kernel_table(std::string_view isa);

/// Seconds that a method takes for a kind. What is far above `to_beat` need not be exact.
using KernelClock = std::function<double(const StageKind&, ForwardMethod, double to_beat)>;

/// `table`, changed where another method takes less than 0.95 times as long by the clock. `tick` is called now and then
/// with the share that is done, and may throw to stop it.
KernelTable faster_kernel_table(KernelTable table, const KernelClock& clock,
                                const std::function<void(double)>& tick = {});

/// The shipped table for `kernels`, changed where this processor is faster otherwise. Takes about a second.
KernelTable timed_kernel_table(const KernelSet& kernels, const std::function<void(double)>& tick = {});

/// One line: `avx512 3:2444444444/2244444444 5:.. 7:..`, for each size the methods by side (d: direct, 2, 4: tiles of
/// so many outputs), of narrow and of wide inputs.
std::string to_text(const KernelTable& table);

/// Throws Error (bad input) naming `what` for anything but such a line.
KernelTable parse_kernel_table(std::string_view text, const std::string& what);

/// Whether this processor has the table's instruction set.
bool runs_here(const KernelTable& table);

}  // namespace crescendo
