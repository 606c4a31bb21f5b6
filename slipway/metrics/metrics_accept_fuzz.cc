// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/exposition.h"

#include <cstddef>
#include <cstdint>
#include <string>

/// Any header chooses a form, and what we do not know does not change the choice.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string accept(reinterpret_cast<const char*>(data), size);
  const auto chosen = slipway::metrics::ChooseExpositionFormat(accept);
  if (slipway::metrics::ChooseExpositionFormat(accept + ",image/png") != chosen) __builtin_trap();
  return 0;
}
