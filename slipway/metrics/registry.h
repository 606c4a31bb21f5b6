// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/mutex.h"
#include "slipway/metrics/counter.h"
#include "slipway/metrics/gauge.h"
#include "slipway/metrics/histogram.h"
#include "slipway/metrics/labels.h"

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slipway::metrics {

/// All metrics of a process, by name and labels.
///
/// Thread-safe. What it hands out lives as long as the registry and is updated without its lock: a
/// caller looks a series up once and keeps the reference. A series, once made, stays, so that
/// counters do not vanish when a model is reloaded.
///
/// Names are bugs of ours when they are wrong, and end the process: a metric's name that Prometheus
/// does not allow, one name for two kinds of metric, a label that comes twice.
class Registry {
 public:
  /// The series of `name` with these labels, in whatever order, made on first use. `help` is the
  /// one of the first use.
  Counter& GetCounter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& GetGauge(std::string_view name, std::string_view help, const Labels& labels = {});
  /// As above; `upper_bounds` are those of the first use.
  Histogram& GetHistogram(std::string_view name, std::string_view help, const Labels& labels,
                          const std::vector<double>& upper_bounds);

  /// All series in the Prometheus text format 0.0.4, sorted by name, then by labels.
  std::string PrometheusText() const;

 private:
  template <typename Metric>
  using Series = std::map<Labels, Metric>;
  struct Family {
    std::string help;
    std::variant<Series<Counter>, Series<Gauge>, Series<Histogram>> series;
  };

  template <typename Metric>
  Series<Metric>& FamilyOf(std::string_view name, std::string_view help) SLIPWAY_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, Family, std::less<>> families_ SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace slipway::metrics
