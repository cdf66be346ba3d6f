#include "train/kernel_table.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

#include "crescendo/error.h"
#include "train/kernels/dispatch.h"

namespace crescendo {
namespace {

// All that there are, whether or not this program was built with them: a table may come from elsewhere.
constexpr std::string_view kInstructionSets[] = {"avx512", "avx2", "portable", "wide-avx2"};

constexpr int kSizes[] = {3, 5, 7};
constexpr int kWideChannels = 16;

struct Letter {
  char letter;
  ForwardMethod method;
};
constexpr Letter kLetters[] = {
    {'d', ForwardMethod::kDirect}, {'2', ForwardMethod::kWinograd2}, {'4', ForwardMethod::kWinograd4}};

/// Multiplications for each pair of channels; the larger tiles cover an odd side with ones that reach over it.
ForwardMethod cheapest(const StageKind& kind) {
  if (!has_method(kind.size, ForwardMethod::kWinograd4)) return ForwardMethod::kWinograd2;
  const int side = side_of_class(kind.side);
  const double small = std::pow((kind.size + 1) * side, 2);
  const double large = std::pow((kind.size + 3) * ((side + 1) / 2), 2);
  return large < 0.85 * small ? ForwardMethod::kWinograd4 : ForwardMethod::kWinograd2;
}

std::string letters_of(const KernelTable& table, int size, bool is_wide) {
  std::string letters;
  for (int side = 1; side <= KernelTable::kSides; ++side) {
    const ForwardMethod method = table.at({size, side, is_wide});
    letters += std::find_if(std::begin(kLetters), std::end(kLetters), [&](const Letter& l) {
                 return l.method == method;
               })->letter;
  }
  return letters;
}

}  // namespace

int side_of_class(int side) { return side == 9 ? 12 : side == 10 ? 32 : side; }

bool has_method(int size, ForwardMethod method) {
  if (method == ForwardMethod::kDirect) return true;
  return method == ForwardMethod::kWinograd2 ? size >= 3 : size == 3 || size == 5;
}

StageKind kind_of(const Stage& stage) {
  const int side = stage.pooled <= 8 ? stage.pooled : stage.pooled <= 16 ? 9 : 10;
  return {stage.size, std::max(side, 1), stage.channels > kWideChannels};
}

std::vector<StageKind> stage_kinds() {
  std::vector<StageKind> kinds;
  for (const int size : kSizes) {
    for (const bool is_wide : {false, true}) {
      for (int side = 1; side <= KernelTable::kSides; ++side) kinds.push_back({size, side, is_wide});
    }
  }
  return kinds;
}

KernelTable::KernelTable(std::string isa) : isa_(std::move(isa)) {
  for (const StageKind& kind : stage_kinds()) methods_[kind] = cheapest(kind);
}

ForwardMethod KernelTable::forward(const Stage& stage) const {
  if (stage.first || stage.size == 1) return ForwardMethod::kDirect;
  return methods_.at(kind_of(stage));
}

void KernelTable::set(const StageKind& kind, ForwardMethod method) {
  check(has_method(kind.size, method), "a table's methods are those that the filter size has");
  methods_.at(kind) = method;
}

std::string to_text(const KernelTable& table) {
  std::string text = table.isa();
  for (const int size : kSizes) {
    text += ' ' + std::to_string(size) + ':' + letters_of(table, size, false) + '/' + letters_of(table, size, true);
  }
  return text;
}

KernelTable parse_kernel_table(std::string_view text, const std::string& what) {
  const auto refuse = [&] {
    bad_input(what + " is no table of kernels; one is a line such as '" + to_text(KernelTable("avx2")) + "'");
  };
  std::istringstream in{std::string(text)};
  std::string isa, part;
  if (!(in >> isa)) refuse();
  if (std::find(std::begin(kInstructionSets), std::end(kInstructionSets), isa) == std::end(kInstructionSets)) refuse();
  KernelTable table(isa);
  for (const int size : kSizes) {
    const std::string head = std::to_string(size) + ':';
    constexpr std::size_t kSides = KernelTable::kSides;
    if (!(in >> part) || part.size() != head.size() + 2 * kSides + 1 || !part.starts_with(head) ||
        part[head.size() + kSides] != '/') {
      refuse();
    }
    for (const bool is_wide : {false, true}) {
      for (int side = 1; side <= KernelTable::kSides; ++side) {
        const char letter = part[head.size() + (is_wide ? kSides + 1 : 0) + side - 1];
        const auto found =
            std::find_if(std::begin(kLetters), std::end(kLetters), [&](const Letter& l) { return l.letter == letter; });
        if (found == std::end(kLetters) || !has_method(size, found->method)) refuse();
        table.set({size, side, is_wide}, found->method);
      }
    }
  }
  if (in >> part) refuse();
  return table;
}

KernelTable shipped_kernel_table(std::string_view isa) { return KernelTable(std::string(isa)); }

bool runs_here(const KernelTable& table) {
  const auto sets = kernel_sets();
  return std::any_of(sets.begin(), sets.end(),
                     [&](const KernelSet& set) { return set.name == table.isa() && set.runs_here(); });
}

}  // namespace crescendo
