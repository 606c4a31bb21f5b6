// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/exponential_buckets.h"

#include <algorithm>
#include <cmath>
#include <memory>

namespace slipway::metrics {
namespace {

/// The index of the bucket that ends at the threshold of zero: 2^-32.
constexpr int kZeroIndex = -32 * (1 << ExponentialBuckets::kSchema);
constexpr double kLargest = 0x1p32;

/// 2^((i-8)/8): where the buckets of an octave begin, as `frexp` scales values.
constexpr std::array<double, 8> kStarts = {0.5,
                                           0.5452538663326288,
                                           0.5946035575013605,
                                           0.6484197773255048,
                                           0.7071067811865476,
                                           0.7711054127039704,
                                           0.8408964152537145,
                                           0.9170040432046712};

/// The index of the bucket of `value`, which lies above the threshold and not above the largest.
int IndexOf(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  int above = 0;
  for (const double start : kStarts) above += fraction > start ? 1 : 0;
  return (exponent - 1) * static_cast<int>(kStarts.size()) + above;
}

/// Joins each two neighbours, as the next lower schema has them.
void Halve(BucketCounts& counts) {
  std::vector<BucketCounts::Bucket> joined;
  for (const BucketCounts::Bucket& bucket : counts.buckets) {
    // The half, rounded up, for negative indices too.
    const std::int32_t index = (bucket.index + 1) >> 1;
    if (joined.empty() || joined.back().index != index) joined.push_back({index, 0});
    joined.back().count += bucket.count;
  }
  counts.buckets = std::move(joined);
  --counts.schema;
}

}  // namespace

std::uint64_t BucketCounts::count() const {
  std::uint64_t sum = zero_count;
  for (const Bucket& bucket : buckets) sum += bucket.count;
  return sum;
}

ExponentialBuckets::~ExponentialBuckets() {
  for (const std::atomic<Octave*>& octave : octaves_) {
    const std::unique_ptr<Octave> owned(octave.load(std::memory_order_relaxed));
  }
}

void ExponentialBuckets::Count(double value) {
  if (value <= kZeroThreshold) {
    zero_count_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  // Counted from 0: the first bucket is the one behind the threshold.
  const auto position =
      static_cast<std::size_t>(IndexOf(std::min(value, kLargest)) - kZeroIndex - 1);
  OctaveAt(position / kBucketsPerOctave)[position % kBucketsPerOctave].fetch_add(
      1, std::memory_order_relaxed);
}

ExponentialBuckets::Octave& ExponentialBuckets::OctaveAt(std::size_t index) {
  Octave* octave = octaves_[index].load(std::memory_order_acquire);
  if (octave != nullptr) return *octave;
  auto made = std::make_unique<Octave>();
  // Another thread may have been faster; `octave` is then its one.
  if (octaves_[index].compare_exchange_strong(octave, made.get(), std::memory_order_acq_rel)) {
    return *made.release();
  }
  return *octave;
}

BucketCounts ExponentialBuckets::Read(std::size_t max_buckets) const {
  BucketCounts counts{.schema = kSchema, .zero_count = zero_count_.load(std::memory_order_relaxed)};
  for (std::size_t i = 0; i < octaves_.size(); ++i) {
    const Octave* const octave = octaves_[i].load(std::memory_order_acquire);
    if (octave == nullptr) continue;
    for (std::size_t j = 0; j < octave->size(); ++j) {
      const std::uint64_t count = (*octave)[j].load(std::memory_order_relaxed);
      const auto position = static_cast<int>(i * kBucketsPerOctave + j);
      if (count > 0) counts.buckets.push_back({kZeroIndex + 1 + position, count});
    }
  }
  while (counts.buckets.size() > max_buckets) Halve(counts);
  return counts;
}

}  // namespace slipway::metrics
