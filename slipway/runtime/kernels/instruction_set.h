// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace slipway::kernels {

/// What a processor is used with. Each has an implementation of its own of all products.
enum class InstructionSet : std::uint8_t {
  kPortable,
  kAvx2,        ///< AVX2 and FMA.
  kAvx512,      ///< AVX-512 F, BW, DQ and VL.
  kAvx512Vnni,  ///< These and VNNI.
};

/// For people: "portable", "AVX2", "AVX-512", "AVX-512 VNNI".
std::string_view InstructionSetName(InstructionSet set);

/// Whether this processor, and the system on it, has `set`.
bool IsSupported(InstructionSet set);

/// Those that this processor has, the best last.
std::vector<InstructionSet> SupportedInstructionSets();

}  // namespace slipway::kernels
