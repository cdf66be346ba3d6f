#include "train/kernels/dispatch.h"

#include <cstdlib>
#include <string>

#include "crescendo/error.h"
#include "train/kernels/ops.h"

namespace crescendo {

const Ops& portable_ops();
const Ops& avx2_ops();
const Ops& avx512_ops();
const Ops& wide_avx2_ops();

namespace {

bool always() { return true; }

#ifdef CRESCENDO_X86_KERNELS
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

constexpr KernelSet kKernelSets[] = {
#ifdef CRESCENDO_X86_KERNELS
    {"avx512", avx512_ops, has_avx512, true},
    {"avx2", avx2_ops, has_avx2, true},
#endif
    {"portable", portable_ops, always, true},
#ifdef CRESCENDO_TEST_KERNELS
    {"wide-avx2", wide_avx2_ops, has_avx2, false},  // the AVX-512 source on processors without AVX-512
#endif
};

}  // namespace

std::span<const KernelSet> kernel_sets() { return kKernelSets; }

const KernelSet& choose_kernels(std::string_view name) {
  if (name.empty()) {
    if (const char* const forced = std::getenv("CRESCENDO_ISA")) name = forced;
  }
  std::string known;
  for (const KernelSet& set : kKernelSets) {
    if (name.empty() ? set.chosen && set.runs_here() : set.name == name) {
      if (!set.runs_here()) bad_input("this processor lacks the instructions of '" + std::string(name) + "'");
      return set;
    }
    known += ' ' + std::string(set.name);
  }
  bad_input("no instruction set called '" + std::string(name) + "'; there are:" + known);
}

}  // namespace crescendo
