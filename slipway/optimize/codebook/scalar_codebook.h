// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/codebook/scale_search.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace slipway::codebook {

/// A list of numbers, in rising order, of which each of many numbers takes the nearest.
class ScalarCodebook {
 public:
  /// The `entries` numbers, at least 1, with which the sum of importance · (number - nearest)² over
  /// `weighted`, at least one number, is least. Exact by dynamic programming up to
  /// `kExactNumbers` different numbers; with more, neighbours count as one until then, and turns of
  /// k-means on all numbers, which never make the error greater, follow.
  static ScalarCodebook Fit(const WeightedNumbers& weighted, std::size_t entries);

  static constexpr std::size_t kExactNumbers = 4096;

  /// Takes entries in rising order, at least 1.
  explicit ScalarCodebook(std::vector<float> entries);

  const std::vector<float>& entries() const { return entries_; }
  /// The index of the entry nearest to `number`.
  std::uint8_t Nearest(float number) const;
  /// The sum over `weighted` of importance · (number - nearest entry)².
  double Error(const WeightedNumbers& weighted) const;

 private:
  std::vector<float> entries_;
  std::vector<float> midpoints_;
};

}  // namespace slipway::codebook
