// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/kernels/instruction_set.h"

#include <array>

namespace slipway::kernels {
namespace {

constexpr std::array kInstructionSets = {InstructionSet::kPortable, InstructionSet::kAvx2,
                                         InstructionSet::kAvx512, InstructionSet::kAvx512Vnni};

}  // namespace

std::string_view InstructionSetName(InstructionSet set) {
  switch (set) {
    case InstructionSet::kPortable:
      return "portable";
    case InstructionSet::kAvx2:
      return "AVX2";
    case InstructionSet::kAvx512:
      return "AVX-512";
    case InstructionSet::kAvx512Vnni:
      break;
  }
  return "AVX-512 VNNI";
}

bool IsSupported(InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kPortable:
      return true;
    case InstructionSet::kAvx2:
      return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    case InstructionSet::kAvx512:
      return IsSupported(InstructionSet::kAvx2) && __builtin_cpu_supports("avx512f") != 0 &&
             __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
             __builtin_cpu_supports("avx512vl") != 0;
    case InstructionSet::kAvx512Vnni:
      return IsSupported(InstructionSet::kAvx512) && __builtin_cpu_supports("avx512vnni") != 0;
  }
#endif
  return set == InstructionSet::kPortable;
}

std::vector<InstructionSet> SupportedInstructionSets() {
  std::vector<InstructionSet> supported;
  for (const InstructionSet set : kInstructionSets) {
    if (IsSupported(set)) supported.push_back(set);
  }
  return supported;
}

}  // namespace slipway::kernels
