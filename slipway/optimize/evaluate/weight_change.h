// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace slipway::evaluate {

/// How many weights lie in each of equal parts of a range, before and after a change.
struct WeightHistogram {
  static constexpr std::size_t kBins = 64;

  double least = 0;  ///< Of all weights, before and after.
  double greatest = 0;
  std::vector<std::uint32_t> before = {};  ///< `kBins` counts; empty if nothing is known.
  std::vector<std::uint32_t> after = {};
};

/// What became of the numbers of a weight.
struct WeightChange {
  /// 10 log10(Σ w² / Σ (w − w')²) in dB; infinite if nothing changed.
  double snr_db = 0;
  WeightHistogram histogram = {};
};

/// What became of `before`; `after` has as many numbers, and all of both are finite.
WeightChange ChangeOf(std::span<const float> before, std::span<const float> after);

}  // namespace slipway::evaluate
