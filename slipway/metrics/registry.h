// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/mutex.h"
#include "slipway/metrics/counter.h"
#include "slipway/metrics/gauge.h"
#include "slipway/metrics/histogram.h"
#include "slipway/metrics/labels.h"
#include "slipway/metrics/seconds_counter.h"
#include "slipway/metrics/summary.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace slipway::metrics {

/// Which kinds of metric a registry keeps.
struct RegistryOptions {
  bool histograms = true;              ///< Off: histograms are neither counted nor shown.
  bool summaries = false;              ///< On: quantiles of the last minute as well.
  const Clock& clock = SystemClock();  ///< Of the summaries; outlives the registry.
};

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
  explicit Registry(const RegistryOptions& options = {});

  /// The series of `name` with these labels, in whatever order, made on first use. `help` is the
  /// one of the first use.
  Counter& GetCounter(std::string_view name, std::string_view help, const Labels& labels = {});
  SecondsCounter& GetSecondsCounter(std::string_view name, std::string_view help,
                                    const Labels& labels = {});
  Gauge& GetGauge(std::string_view name, std::string_view help, const Labels& labels = {});
  /// As above; `upper_bounds` are those of the first use.
  Histogram& GetHistogram(std::string_view name, std::string_view help, const Labels& labels,
                          const std::vector<double>& upper_bounds);
  /// As above; null if this registry keeps no summaries.
  Summary* GetSummary(std::string_view name, std::string_view help, const Labels& labels = {});

  /// Has `refresh` called each time before the series are shown, on the thread that asks for them,
  /// so that it can set those that nobody counts as they happen. It is thread-safe and may be
  /// called for as long as series are shown.
  void OnScrape(std::function<void()> refresh);

  /// All series, sorted by name, then by labels, in the Prometheus text format 0.0.4.
  std::string PrometheusText() const;
  /// The same as OpenMetrics 1.0.0.
  std::string OpenMetricsText() const;
  /// The same as messages of Prometheus, with their lengths in front, and with native histograms.
  std::string PrometheusProtobuf() const;

 private:
  template <typename Metric>
  using Series = std::map<Labels, Metric>;
  struct Family {
    std::string help;
    std::variant<Series<Counter>, Series<SecondsCounter>, Series<Gauge>, Series<Histogram>,
                 Series<Summary>>
        series;
  };

  template <typename Metric>
  Series<Metric>& FamilyOf(std::string_view name, std::string_view help) SLIPWAY_REQUIRES(mutex_);
  template <typename Writer>
  std::string WriteWith(Writer writer) const;

  const RegistryOptions options_;
  Histogram disabled_ = Histogram::Disabled();

  mutable Mutex mutex_;
  std::map<std::string, Family, std::less<>> families_ SLIPWAY_GUARDED_BY(mutex_);
  std::vector<std::function<void()>> refreshes_ SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace slipway::metrics
