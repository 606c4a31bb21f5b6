// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/metrics/counter.h"
#include "slipway/metrics/gauge.h"
#include "slipway/metrics/histogram.h"
#include "slipway/metrics/labels.h"

#include <map>
#include <string>
#include <string_view>

namespace slipway::metrics {

/// The Prometheus text exposition format 0.0.4:
/// https://prometheus.io/docs/instrumenting/exposition_formats/

/// Whether `name` matches [a-zA-Z_:][a-zA-Z0-9_:]*.
bool IsMetricName(std::string_view name);
/// Whether `name` matches [a-zA-Z_][a-zA-Z0-9_]* and is not "le", which histograms use.
bool IsLabelName(std::string_view name);

/// What all series of a metric have in common.
struct MetricFamily {
  std::string_view name;
  std::string_view help;
};

/// Appends the HELP and TYPE lines of `family` and a sample for each of its series.
void AppendFamily(std::string& text, const MetricFamily& family,
                  const std::map<Labels, Counter>& series);
void AppendFamily(std::string& text, const MetricFamily& family,
                  const std::map<Labels, Gauge>& series);
void AppendFamily(std::string& text, const MetricFamily& family,
                  const std::map<Labels, Histogram>& series);

}  // namespace slipway::metrics
