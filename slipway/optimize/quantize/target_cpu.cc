// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/target_cpu.h"

#include <array>
#include <utility>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace slipway::quantize {
namespace {

constexpr std::array kTargetNames = {
    std::pair<TargetCpu, std::string_view>{TargetCpu::kThisMachine, "auto"},
    std::pair<TargetCpu, std::string_view>{TargetCpu::kVnni, "vnni"},
    std::pair<TargetCpu, std::string_view>{TargetCpu::kAvx2, "avx2"}};

}  // namespace

std::string_view TargetCpuName(TargetCpu target) {
  for (const auto& [known, name] : kTargetNames) {
    if (known == target) return name;
  }
  return "";
}

Result<TargetCpu> ParseTargetCpu(std::string_view name) {
  for (const auto& [target, known] : kTargetNames) {
    if (known == name) return target;
  }
  return InvalidArgument("unknown target processor \"{}\": it is auto, vnni or avx2", name);
}

TargetCpu DetectTargetCpu() {
#if defined(__x86_64__)
  // Intel SDM volume 2A, CPUID leaf 7: AVX-512 VNNI is ECX bit 11 of subleaf 0, AVX-VNNI is EAX
  // bit 4 of subleaf 1.
  constexpr unsigned kFeatureLeaf = 7;
  constexpr unsigned kAvx512Vnni = 1U << 11U;
  constexpr unsigned kAvxVnni = 1U << 4U;
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (__get_cpuid_count(kFeatureLeaf, 0, &eax, &ebx, &ecx, &edx) == 0) return TargetCpu::kAvx2;
  if ((ecx & kAvx512Vnni) != 0) return TargetCpu::kVnni;
  const bool has_subleaf = eax >= 1;
  if (has_subleaf && __get_cpuid_count(kFeatureLeaf, 1, &eax, &ebx, &ecx, &edx) != 0 &&
      (eax & kAvxVnni) != 0) {
    return TargetCpu::kVnni;
  }
  return TargetCpu::kAvx2;
#else
  return TargetCpu::kVnni;
#endif
}

TargetCpu ResolveTargetCpu(TargetCpu target) {
  return target == TargetCpu::kThisMachine ? DetectTargetCpu() : target;
}

}  // namespace slipway::quantize
