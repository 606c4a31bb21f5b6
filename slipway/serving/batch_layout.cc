// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/batch_layout.h"

#include <algorithm>

namespace slipway::serving {

std::vector<std::size_t> BatchLayout::RaggedInputs() const {
  std::vector<std::size_t> ragged;
  for (const CallInput& input : inputs) {
    if (input.is_ragged) ragged.push_back(input.source);
  }
  std::ranges::sort(ragged);
  return ragged;
}

std::int64_t BatchLayout::PaddingOf(std::int64_t rows) const {
  const auto next = std::ranges::lower_bound(padded_sizes, rows);
  return next == padded_sizes.end() ? 0 : *next - rows;
}

}  // namespace slipway::serving
