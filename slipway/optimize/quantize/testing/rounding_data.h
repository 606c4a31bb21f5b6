// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/evaluate/weight_change.h"
#include "slipway/optimize/quantize/block_weights.h"

#include <cstddef>
#include <random>
#include <span>
#include <vector>

namespace slipway::quantize::testing {

/// The depth of the matrix and the vectors below.
inline constexpr std::size_t kRoundingDepth = 48;

/// Normally distributed numbers, the same for the same seed.
inline std::vector<float> NormalFloats(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

/// A matrix of random weights.
inline WeightMatrix RandomWeights() {
  constexpr std::size_t kChannels = 6;
  return {.channels = kChannels,
          .depth = kRoundingDepth,
          .weights = NormalFloats(kChannels * kRoundingDepth, 1)};
}

/// Vectors whose elements depend on one another, as those of images do.
inline std::vector<float> CorrelatedVectors(std::size_t count, unsigned seed = 2) {
  std::vector<float> vectors = NormalFloats(count * kRoundingDepth, seed);
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    if (i % kRoundingDepth != 0) vectors[i] = 0.9F * vectors[i - 1] + 0.3F * vectors[i];
  }
  return vectors;
}

/// The signal-to-noise ratio of `rounded` for `matrix` in dB.
inline double SnrDb(const BlockWeights& rounded, const WeightMatrix& matrix) {
  return evaluate::ChangeOf(matrix.weights, rounded.Dequantize().weights).snr_db;
}

/// The squared error of the products of `vectors` by `rounded` in place of `matrix`.
inline double OutputError(const WeightMatrix& matrix, const BlockWeights& rounded,
                          std::span<const float> vectors) {
  const WeightMatrix back = rounded.Dequantize();
  double sum = 0;
  for (std::size_t first = 0; first < vectors.size(); first += matrix.depth) {
    for (std::size_t channel = 0; channel < matrix.channels; ++channel) {
      double error = 0;
      for (std::size_t i = 0; i < matrix.depth; ++i) {
        error += (static_cast<double>(matrix.row(channel)[i]) - back.row(channel)[i]) *
                 vectors[first + i];
      }
      sum += error * error;
    }
  }
  return sum;
}

}  // namespace slipway::quantize::testing
