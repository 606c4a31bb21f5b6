// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace slipway::metrics {

/// What a native histogram of Prometheus tells: counts by buckets whose bounds grow by the factor
/// 2^(2^-schema). Bucket `index` holds values above factor^(index-1) and up to factor^index.
struct BucketCounts {
  struct Bucket {
    std::int32_t index = 0;
    std::uint64_t count = 0;

    friend bool operator==(const Bucket&, const Bucket&) = default;
  };

  int schema = 0;
  std::uint64_t zero_count = 0;      ///< Of values that are not above the threshold of zero.
  std::vector<Bucket> buckets = {};  ///< Those that hold anything, by index.

  std::uint64_t count() const;
};

/// Counts observations in exponential buckets: about 9 % wide, from 2^-32 to 2^32, which in seconds
/// is less than a nanosecond to more than a century. Memory is taken for the octaves that occur.
///
/// Thread-safe, lock-free.
class ExponentialBuckets {
 public:
  static constexpr int kSchema = 3;
  /// 2^-32. What is not above it, negative values among them, counts as zero.
  static constexpr double kZeroThreshold = 0x1p-32;

  ExponentialBuckets() = default;
  ExponentialBuckets(const ExponentialBuckets&) = delete;
  ExponentialBuckets& operator=(const ExponentialBuckets&) = delete;
  ~ExponentialBuckets();

  /// Counts `value`, which is not NaN. One above 2^32 goes into the last bucket.
  void Count(double value);
  /// What has been counted, in at most `max_buckets` buckets, which is at least 2: where there are
  /// more, neighbours are joined, by a lower schema.
  BucketCounts Read(std::size_t max_buckets) const;

 private:
  static constexpr std::size_t kOctaves = 64;
  static constexpr std::size_t kBucketsPerOctave = std::size_t{1} << kSchema;
  using Octave = std::array<std::atomic<std::uint64_t>, kBucketsPerOctave>;

  Octave& OctaveAt(std::size_t index);

  std::atomic<std::uint64_t> zero_count_ = 0;
  std::array<std::atomic<Octave*>, kOctaves> octaves_ = {};
};

}  // namespace slipway::metrics
