// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace slipway::evaluate {

/// How far values are from what they should be, over any number of calls. Not thread-safe.
class SignalToNoise {
 public:
  /// Adds elements, as many of `actual` as of `expected`. Where `expected` is not finite nothing is
  /// asked of `actual`.
  void Add(std::span<const float> expected, std::span<const float> actual);

  /// 10 log10(Σ y² / Σ (y − y')²) in dB: infinite if all are equal, minus infinity if one that
  /// should be finite is not.
  double decibels() const;
  /// The largest |y − y'|.
  double largest_error() const { return largest_error_; }

 private:
  double signal_ = 0;
  double noise_ = 0;
  double largest_error_ = 0;
};

}  // namespace slipway::evaluate
