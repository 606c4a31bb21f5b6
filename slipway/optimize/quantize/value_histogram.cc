// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/value_histogram.h"

#include "slipway/optimize/quantize/internal/value_extremes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace slipway::quantize {
namespace {

constexpr int kSideBits = 11;
static_assert(std::size_t{1} << kSideBits == ValueHistogram::kSideBins);

// Equal values in a row would make each count wait for the one before it: they go to tables of
// their own, which are added up at the end.
constexpr std::size_t kTables = 4;
// Bins of a block are computed first, which becomes SIMD, and counted then, which does not.
constexpr std::size_t kBlock = 256;
// Fewer values are counted directly: clearing and adding up the tables would take longer.
constexpr std::size_t kMinForTables = std::size_t{1} << 14U;
// So many cannot overflow the 32 bits of a table's counters.
constexpr std::size_t kMaxForTables = std::size_t{1} << 31U;

// The smallest exponent with |value| < 2^exponent.
int ExponentOf(float value) {
  int exponent = 0;
  std::frexp(value, &exponent);
  return exponent;
}

std::uint64_t CountZeros(std::span<const float> values) {
  std::uint64_t zeros = 0;
  for (std::size_t first = 0; first < values.size(); first += kBlock) {
    // 32 bits for each block, as wide as the values, are what SIMD adds up best.
    std::uint32_t in_block = 0;
    const std::size_t end = std::min(first + kBlock, values.size());
    for (std::size_t i = first; i < end; ++i)
      in_block += static_cast<std::uint32_t>(values[i] == 0);
    zeros += in_block;
  }
  return zeros;
}

using Bins = std::array<std::int32_t, kBlock>;

// The bins of at most kBlock values. Cutting the fraction off rounds towards zero on both sides.
void FindBins(std::span<const float> values, float inverse_width, Bins& bins) {
  constexpr auto kMiddle = static_cast<std::int32_t>(ValueHistogram::kSideBins);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto whole = static_cast<std::int32_t>(values[i] * inverse_width);
    bins[i] = whole + kMiddle - static_cast<std::int32_t>(values[i] < 0);
  }
}

template <typename CountBin>
void ForEachBin(std::span<const float> values, float inverse_width, CountBin count) {
  Bins bins = {};
  for (std::size_t first = 0; first < values.size(); first += kBlock) {
    const auto block = values.subspan(first, std::min(kBlock, values.size() - first));
    FindBins(block, inverse_width, bins);
    for (std::size_t i = 0; i < block.size(); ++i) {
      count(i % kTables, static_cast<std::size_t>(bins[i]));
    }
  }
}

}  // namespace

Result<ValueHistogram> ValueHistogram::Restore(const Contents& contents) {
  ValueHistogram histogram;
  if (contents.counts.size() != kBins) {
    return InvalidArgument("{} bins: a histogram has {}", contents.counts.size(), kBins);
  }
  for (const std::uint64_t count : contents.counts) histogram.count_ += count;
  if (histogram.count_ == 0) return histogram;
  int exponent = 0;
  const double fraction = std::frexp(contents.bin_width, &exponent);
  // frexp gives powers of two as one half times a power.
  exponent += kSideBits - 1;
  const ValueRange& range = contents.range;
  const int least = std::max(ExponentOf(range.min), ExponentOf(range.max));
  if (fraction != 0.5 || exponent < std::max(histogram.exponent_, least) ||
      exponent > std::numeric_limits<float>::max_exponent) {
    return InvalidArgument("bins of width {} hold no values from {} to {}", contents.bin_width,
                           range.min, range.max);
  }
  std::ranges::copy(contents.counts, histogram.counts_.begin());
  if (contents.zero_count > histogram.counts_[kSideBins]) {
    return InvalidArgument("{} values are zero of the {} in the bin of zero", contents.zero_count,
                           histogram.counts_[kSideBins]);
  }
  histogram.zero_count_ = contents.zero_count;
  histogram.exponent_ = exponent;
  histogram.seen_ = range;
  return histogram;
}

double ValueHistogram::bin_width() const { return std::ldexp(1.0, exponent_ - kSideBits); }

void ValueHistogram::Add(std::span<const float> values) {
  if (values.empty()) return;
  const ValueRange range = ExtremesOf(values);
  WidenTo(std::max(ExponentOf(range.min), ExponentOf(range.max)));
  seen_ = seen_ ? Union(*seen_, range) : range;
  count_ += values.size();
  zero_count_ += CountZeros(values);
  for (std::size_t first = 0; first < values.size(); first += kMaxForTables) {
    Count(values.subspan(first, std::min(kMaxForTables, values.size() - first)));
  }
}

void ValueHistogram::Count(std::span<const float> values) {
  const auto inverse_width = static_cast<float>(1 / bin_width());
  if (values.size() < kMinForTables) {
    ForEachBin(values, inverse_width,
               [&](std::size_t /*table*/, std::size_t bin) { ++counts_[bin]; });
    return;
  }
  std::array<std::array<std::uint32_t, kBins>, kTables> tables = {};
  ForEachBin(values, inverse_width,
             [&](std::size_t table, std::size_t bin) { ++tables[table][bin]; });
  for (const auto& table : tables) {
    for (std::size_t bin = 0; bin < kBins; ++bin) counts_[bin] += table[bin];
  }
}

void ValueHistogram::Merge(const ValueHistogram& other) {
  if (!other.seen_) return;
  ValueHistogram copy = other;
  copy.WidenTo(exponent_);
  WidenTo(copy.exponent_);
  for (std::size_t bin = 0; bin < kBins; ++bin) counts_[bin] += copy.counts_[bin];
  seen_ = seen_ ? Union(*seen_, *other.seen_) : *other.seen_;
  count_ += other.count_;
  zero_count_ += other.zero_count_;
}

void ValueHistogram::WidenTo(int exponent) {
  if (exponent <= exponent_) return;
  // From kSideBits doublings on, all that is on one side is in its first bin.
  const int doublings = std::min(exponent - exponent_, kSideBits);
  exponent_ = exponent;
  for (std::size_t k = 1; k < kSideBins; ++k) {
    const std::size_t merged = k >> static_cast<unsigned>(doublings);
    const std::size_t positive = std::exchange(counts_[kSideBins + k], 0);
    const std::size_t negative = std::exchange(counts_[kSideBins - 1 - k], 0);
    counts_[kSideBins + merged] += positive;
    counts_[kSideBins - 1 - merged] += negative;
  }
}

}  // namespace slipway::quantize
