// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/check.h"
#include "slipway/dataset/idx.h"

#include <cstddef>
#include <cstdint>

/// Any bytes are either refused or become a tensor that is sound and within the limit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kMaxBytes = 1U << 20U;
  const auto tensor = slipway::dataset::ParseIdx(std::as_bytes(std::span(data, size)), "fuzz.idx",
                                                 {.max_bytes = kMaxBytes});
  if (tensor) {
    SLIPWAY_CHECK(slipway::CheckByteCount(tensor->view()));
    SLIPWAY_CHECK(tensor->bytes().size() <= kMaxBytes);
  }
  return 0;
}
