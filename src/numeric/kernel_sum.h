#pragma once

#include <cstddef>
#include <cstdint>

namespace crescendo {

/// Points that are judged together: the lanes of the longest vectors there are.
inline constexpr std::size_t kBatch = 8;

/// The kernels of a mixture and the points at which it is judged, as the innermost loop of all proposals of tpe reads
/// them. A kernel's log density is its norm, plus an entry of each table, less the squares of (at - mean) * steepness.
struct MixtureRows {
  std::size_t normals, tables;
  double negligible;                         // exponents below this, in units of exp(offset), may be left out
  const double *weights, *log_norms, *rows;  // [kernel], [kernel], [kernel][normal]{mean, steepness}
  const std::uint32_t* kinds;                // [kernel][table]
  const double* const* table;                // [table][kind][lane], at most 0
  const double* const* at;                   // [normal][lane]
};

/// Adds to sum[lane] the weighted densities of the kernels from `begin` to before `end` in units of exp(offset[lane]),
/// one after the other. Both change where a density is so large that the unit has to.
using KernelSum = void (*)(const MixtureRows& rows, std::size_t begin, std::size_t end, double* offset, double* sum);

/// For this machine, or (`plain`) for every one. They give the same bits.
KernelSum quickest_kernel_sum(bool plain);

// One source, one object for each instruction set.
void kernel_sum_plain(const MixtureRows& rows, std::size_t begin, std::size_t end, double* offset, double* sum);
void kernel_sum_avx2(const MixtureRows& rows, std::size_t begin, std::size_t end, double* offset, double* sum);
void kernel_sum_avx512(const MixtureRows& rows, std::size_t begin, std::size_t end, double* offset, double* sum);

}  // namespace crescendo
