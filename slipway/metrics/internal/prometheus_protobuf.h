// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/metrics/counter.h"
#include "slipway/metrics/gauge.h"
#include "slipway/metrics/histogram.h"
#include "slipway/metrics/internal/metric_family.h"
#include "slipway/metrics/labels.h"
#include "slipway/metrics/seconds_counter.h"
#include "slipway/metrics/summary.h"

#include <map>
#include <string>
#include <utility>

namespace slipway::metrics {

/// Writes metrics as io.prometheus.client.MetricFamily messages, each with its length in front:
/// the one format that has native histograms. Not thread-safe.
///
/// Histograms come in both forms at once, the classic buckets and at most 160 native ones.
class PrometheusProtobuf {
 public:
  void Append(const MetricFamily& family, const std::map<Labels, Counter>& series);
  void Append(const MetricFamily& family, const std::map<Labels, SecondsCounter>& series);
  void Append(const MetricFamily& family, const std::map<Labels, Gauge>& series);
  void Append(const MetricFamily& family, const std::map<Labels, Histogram>& series);
  void Append(const MetricFamily& family, const std::map<Labels, Summary>& series);

  /// Hands over the whole document.
  std::string Take() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace slipway::metrics
