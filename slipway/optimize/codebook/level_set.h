// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace slipway::codebook {

/// The numbers that a weight may be, before its scale: symmetric about 0, which is one of them, the
/// largest being 1.
class LevelSet {
 public:
  /// The fewest and the most bits of a code that a set is made for.
  static constexpr std::size_t kMinBits = 2;
  static constexpr std::size_t kMaxBits = 8;

  /// 2^bits - 1 levels at equal distances.
  static LevelSet Uniform(std::size_t bits);
  /// 0 and ±2^0, ±2^-1, ...: 2^bits - 1 levels. (Zhou et al. 2017, "Incremental network
  /// quantization", with the codes that INQ spends on telling zero apart used for levels)
  static LevelSet PowersOfTwo(std::size_t bits);
  /// Sums of powers of two, each out of a series of its own, at most 2^bits - 1 levels. (Li et al.
  /// 2020, "Additive powers-of-two quantization") For 2 to 6 bits the terms are the authors'; with
  /// more, one more series takes each bit.
  static LevelSet AdditivePowersOfTwo(std::size_t bits);

  /// The levels in rising order.
  std::span<const float> levels() const { return levels_; }
  /// The index of the level nearest to `value`, the lower one of two as near.
  std::uint8_t Nearest(float value) const;

 private:
  // Takes the levels that are not negative, in any order and perhaps twice.
  explicit LevelSet(std::vector<double> magnitudes);

  std::vector<float> levels_;
  std::vector<float> midpoints_;  // Between a level and the next.
};

}  // namespace slipway::codebook
