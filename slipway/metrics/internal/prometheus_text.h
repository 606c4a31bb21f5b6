// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/metrics/counter.h"
#include "slipway/metrics/gauge.h"
#include "slipway/metrics/histogram.h"
#include "slipway/metrics/internal/metric_family.h"
#include "slipway/metrics/labels.h"
#include "slipway/metrics/seconds_counter.h"
#include "slipway/metrics/summary.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace slipway::metrics {

/// The two text formats, which differ little.
enum class TextDialect : std::uint8_t {
  kPrometheus,   ///< 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
  kOpenMetrics,  ///< 1.0.0: https://github.com/prometheus/OpenMetrics
};

/// Writes metrics as text. Not thread-safe.
///
/// OpenMetrics wants the samples of a counter to end in "_total"; a counter whose name does not is
/// told there as one of unknown type, so that its series are called the same in both.
class PrometheusText {
 public:
  explicit PrometheusText(TextDialect dialect) : dialect_(dialect) {}

  /// Appends the HELP and TYPE lines of `family` and the samples of each of its series.
  void Append(const MetricFamily& family, const std::map<Labels, Counter>& series);
  void Append(const MetricFamily& family, const std::map<Labels, SecondsCounter>& series);
  void Append(const MetricFamily& family, const std::map<Labels, Gauge>& series);
  void Append(const MetricFamily& family, const std::map<Labels, Histogram>& series);
  void Append(const MetricFamily& family, const std::map<Labels, Summary>& series);

  /// Hands over the whole document.
  std::string Take() &&;

 private:
  void AppendHeader(const MetricFamily& family, std::string_view type);
  template <typename Value>
  void AppendSample(std::string_view name, std::string_view labels, Value value);
  template <typename Series>
  void AppendCounters(const MetricFamily& family, const Series& series);
  void AppendHistogram(std::string_view name, const std::string& labels,
                       const Histogram& histogram);
  void AppendSummary(std::string_view name, const std::string& labels,
                     const Summary::Reading& reading);
  std::string FormatBound(double bound) const;

  const TextDialect dialect_;
  std::string text_;
};

}  // namespace slipway::metrics
