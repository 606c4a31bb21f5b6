// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/mutex.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace slipway::metrics {

/// Names and values that tell the series of one metric apart:
/// {{"model","fashion"},{"version","1"}}.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// A count that only grows. Thread-safe, lock-free.
class Counter {
 public:
  void Add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// A value that goes up and down. Thread-safe, lock-free.
class Gauge {
 public:
  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  void Add(double amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_ = 0;
};

/// Counts of observations by upper bound, with their sum. Thread-safe, lock-free.
class Histogram {
 public:
  /// `upper_bounds` ascend; what lies above the last is counted too.
  explicit Histogram(std::vector<double> upper_bounds);
  void Observe(double value);

  std::span<const double> upper_bounds() const { return upper_bounds_; }
  /// Observations in bucket `index`, not cumulated; the last bucket is the one above all bounds.
  std::uint64_t bucket_count(std::size_t index) const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double> upper_bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_ = 0;
};

/// Bounds for latencies in seconds: 25 µs to 10 s, about three a decade.
std::vector<double> LatencyBounds();

/// All metrics of a process, by name and labels.
///
/// Thread-safe. What it hands out lives as long as the registry; a series, once made, stays, so
/// that counters do not vanish when a model is reloaded.
class Registry {
 public:
  /// The series of `name` with these labels, made on first use. `help` is the one of the first use.
  /// A name is used with one kind of metric only.
  Counter& GetCounter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& GetGauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& GetHistogram(std::string_view name, std::string_view help, const Labels& labels,
                          const std::vector<double>& upper_bounds);

  /// All series in Prometheus text format 0.0.4, names and labels in order.
  std::string PrometheusText() const;

 private:
  struct Family;
  struct Series;
  Series& FindOrMake(std::string_view name, std::string_view help, const Labels& labels,
                     std::string_view type) SLIPWAY_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_ SLIPWAY_GUARDED_BY(mutex_);

 public:
  Registry();
  ~Registry();
};

}  // namespace slipway::metrics
