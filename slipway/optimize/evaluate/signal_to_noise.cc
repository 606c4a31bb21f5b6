// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/evaluate/signal_to_noise.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace slipway::evaluate {

void SignalToNoise::Add(std::span<const float> expected, std::span<const float> actual) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!std::isfinite(expected[i])) continue;
    const double error = std::abs(double{expected[i]} - double{actual[i]});
    signal_ += double{expected[i]} * double{expected[i]};
    // A comparison with NaN is false, so that it would hide here.
    const double shown = std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
    noise_ += shown * shown;
    largest_error_ = std::max(largest_error_, shown);
  }
}

double SignalToNoise::decibels() const {
  constexpr double kDecibelsPerDecade = 10;
  if (noise_ == 0) return std::numeric_limits<double>::infinity();
  return kDecibelsPerDecade * std::log10(signal_ / noise_);
}

}  // namespace slipway::evaluate
