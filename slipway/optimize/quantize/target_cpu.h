// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <cstdint>
#include <string_view>

namespace slipway::quantize {

/// The processor that will run a quantized model, as far as its integer arithmetic differs.
enum class TargetCpu : std::uint8_t {
  kThisMachine,  ///< Whichever of the others this machine is.
  /// Multiplies four pairs of bytes at a time into 32 bits: all 8 bits of a weight can be used.
  kVnni,
  /// x86 without VNNI: sums of two products saturate at 16 bits, so weights must leave room.
  kAvx2,
};

/// "auto", "vnni" or "avx2".
std::string_view TargetCpuName(TargetCpu target);
/// The target called `name`. kInvalidArgument that lists the names if there is none.
Result<TargetCpu> ParseTargetCpu(std::string_view name);

/// What this machine is: kVnni if it has AVX-VNNI or AVX-512 VNNI, or is no x86 at all (the
/// engine's kernels for other processors do not saturate).
TargetCpu DetectTargetCpu();
/// `target`, or what this machine is in place of kThisMachine.
TargetCpu ResolveTargetCpu(TargetCpu target);

}  // namespace slipway::quantize
