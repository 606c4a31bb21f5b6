// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace slipway::api::client {
namespace {

constexpr unsigned kStepBits = 7;  // 128 buckets to a doubling.
constexpr std::uint64_t kSteps = std::uint64_t{1} << kStepBits;
constexpr unsigned kRangeBits = 40;  // Nanoseconds; 18 minutes.
constexpr std::uint64_t kLargest = (std::uint64_t{1} << kRangeBits) - 1;
constexpr std::size_t kBuckets = (kRangeBits - kStepBits + 1) * kSteps;

// Values below 2 * kSteps have a bucket each; above, each doubling has kSteps of them.
std::size_t BucketOf(std::uint64_t value) {
  const auto bits = static_cast<unsigned>(std::bit_width(value));
  const unsigned shift = bits <= kStepBits + 1 ? 0 : bits - kStepBits - 1;
  return static_cast<std::size_t>((std::uint64_t{shift} << kStepBits) + (value >> shift));
}

// The middle of a bucket.
std::uint64_t ValueOf(std::size_t bucket) {
  const std::size_t doubling = bucket >> kStepBits;
  const std::size_t shift = doubling <= 1 ? 0 : doubling - 1;
  const std::uint64_t lowest = (bucket - (shift << kStepBits)) << shift;
  return lowest + ((std::uint64_t{1} << shift) >> 1U);
}

}  // namespace

LatencyHistogram::LatencyHistogram() : counts_(kBuckets) {}

void LatencyHistogram::Record(std::chrono::nanoseconds latency) {
  const std::chrono::nanoseconds positive = std::max(latency, std::chrono::nanoseconds(0));
  ++counts_[BucketOf(std::min(static_cast<std::uint64_t>(positive.count()), kLargest))];
  ++count_;
  max_ = std::max(max_, positive);
}

void LatencyHistogram::Add(const LatencyHistogram& other) {
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    counts_[bucket] += other.counts_[bucket];
  }
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

std::chrono::nanoseconds LatencyHistogram::Quantile(double quantile) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(count_)));
  const std::uint64_t rank =
      std::clamp<std::uint64_t>(wanted, 1, std::max<std::uint64_t>(count_, 1));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen < rank) continue;
    return std::min(std::chrono::nanoseconds(ValueOf(bucket)), max_);
  }
  return std::chrono::nanoseconds(0);
}

}  // namespace slipway::api::client
