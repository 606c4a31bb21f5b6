// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/quantize/affine_scale.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace slipway::quantize {

/// How often a tensor takes which values, in memory of a fixed size (32 KiB) however many there
/// are.
///
/// The bins are equally wide, a power of two, and lie on both sides of zero: zero is an edge, so
/// that what is positive, negative and exactly zero can be told apart. When a value is beyond the
/// last bin, neighbours are merged and the width doubles until it is not. Since widths are powers
/// of two and zero stays an edge, a bin of the wider kind is exactly two of the narrower: the
/// histogram depends on the values alone, not on their order, nor on what was merged with what.
/// The values of the larger side fill between half and all of its `kSideBins`.
class ValueHistogram {
 public:
  static constexpr std::size_t kSideBins = 2048;  ///< On each side of zero.
  static constexpr std::size_t kBins = 2 * kSideBins;

  /// All that a histogram is, as its functions of these names say.
  struct Contents {
    ValueRange range;
    double bin_width = 0;
    std::uint64_t zero_count = 0;
    std::span<const std::uint64_t> counts;
  };

  ValueHistogram() : counts_(kBins) {}

  /// The histogram with `contents`, whose numbers are finite; kInvalidArgument if none can have
  /// them.
  static Result<ValueHistogram> Restore(const Contents& contents);

  /// Counts `values`, all of which are finite.
  void Add(std::span<const float> values);
  /// Counts all that `other` has counted.
  void Merge(const ValueHistogram& other);

  /// The smallest and largest value, exactly; [0, 0] if there are none.
  ValueRange range() const { return seen_.value_or(ValueRange{}); }
  std::uint64_t count() const { return count_; }
  /// How many values were zero. They are in the first bin of the positive side as well.
  std::uint64_t zero_count() const { return zero_count_; }
  /// How many values lie in each bin. Bin `kSideBins + k` is [k, k + 1) widths, and
  /// bin `kSideBins - 1 - k` is (-(k + 1), -k] widths without zero itself.
  std::span<const std::uint64_t> counts() const { return counts_; }
  double bin_width() const;

 private:
  // Merges neighbours until the bins reach to 2^exponent.
  void WidenTo(int exponent);
  void Count(std::span<const float> values);

  std::vector<std::uint64_t> counts_;
  std::optional<ValueRange> seen_;
  std::uint64_t count_ = 0;
  std::uint64_t zero_count_ = 0;
  // Each side reaches to 2^exponent_; small enough at first that any other value widens the bins,
  // large enough that the inverse of the width is a normal number.
  int exponent_ = -100;
};

}  // namespace slipway::quantize
