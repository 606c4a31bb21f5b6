// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slipway::codebook {

/// Vectors of the same length, one after the other, and how much the error of each of their numbers
/// counts.
struct WeightedVectors {
  std::span<const float> numbers = {};
  std::size_t length = 1;
  /// Not negative, for every number; empty: all 1.
  std::span<const float> importance = {};

  std::size_t count() const { return numbers.size() / length; }
};

/// How a codebook is found.
struct KMeansOptions {
  std::size_t entries = 256;  ///< 1 to 256.
  std::size_t turns = 25;     ///< Assignments at most; fewer if nothing changes any more.
  std::uint64_t seed = 1;     ///< The same seed gives the same codebook.
};

/// Vectors and, for each of many others, which of them is nearest.
struct VectorCodebook {
  std::vector<float> entries = {};       ///< [entries, length].
  std::vector<std::uint8_t> codes = {};  ///< One for each vector.
  double error = 0;  ///< The sum of importance · (number - entry's number)² over all numbers.
};

/// Finds a codebook for `vectors`, at least one, by k-means from a k-means++ start (Arthur and
/// Vassilvitskii 2007). An entry that no vector takes is put on the vector that is furthest off.
VectorCodebook FindVectorCodebook(const WeightedVectors& vectors, const KMeansOptions& options);

}  // namespace slipway::codebook
