// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/registry.h"

#include "slipway/base/check.h"
#include "slipway/metrics/internal/metric_name.h"
#include "slipway/metrics/internal/prometheus_protobuf.h"
#include "slipway/metrics/internal/prometheus_text.h"

#include <algorithm>
#include <utility>

namespace slipway::metrics {
namespace {

/// One order for the labels of a series, so that it is found again whatever order they come in.
Labels Sorted(Labels labels) {
  std::ranges::sort(labels);
  const auto same_name = [](const auto& a, const auto& b) { return a.first == b.first; };
  SLIPWAY_CHECK(std::ranges::adjacent_find(labels, same_name) == labels.end());
  for (const auto& [name, value] : labels) SLIPWAY_CHECK(IsLabelName(name));
  return labels;
}

}  // namespace

Registry::Registry(const RegistryOptions& options) : options_(options) {}

template <typename Metric>
Registry::Series<Metric>& Registry::FamilyOf(std::string_view name, std::string_view help) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    SLIPWAY_CHECK(IsMetricName(name));
    found = families_.emplace(name, Family{std::string(help), Series<Metric>()}).first;
  }
  auto* const series = std::get_if<Series<Metric>>(&found->second.series);
  SLIPWAY_CHECK(series != nullptr);
  return *series;
}

Counter& Registry::GetCounter(std::string_view name, std::string_view help, const Labels& labels) {
  const MutexLock lock(mutex_);
  return FamilyOf<Counter>(name, help)[Sorted(labels)];
}

SecondsCounter& Registry::GetSecondsCounter(std::string_view name, std::string_view help,
                                            const Labels& labels) {
  const MutexLock lock(mutex_);
  return FamilyOf<SecondsCounter>(name, help)[Sorted(labels)];
}

Gauge& Registry::GetGauge(std::string_view name, std::string_view help, const Labels& labels) {
  const MutexLock lock(mutex_);
  return FamilyOf<Gauge>(name, help)[Sorted(labels)];
}

Histogram& Registry::GetHistogram(std::string_view name, std::string_view help,
                                  const Labels& labels, const std::vector<double>& upper_bounds) {
  if (!options_.histograms) return disabled_;
  const MutexLock lock(mutex_);
  return FamilyOf<Histogram>(name, help).try_emplace(Sorted(labels), upper_bounds).first->second;
}

Summary* Registry::GetSummary(std::string_view name, std::string_view help, const Labels& labels) {
  if (!options_.summaries) return nullptr;
  const MutexLock lock(mutex_);
  Series<Summary>& series = FamilyOf<Summary>(name, help);
  return &series.try_emplace(Sorted(labels), options_.clock).first->second;
}

void Registry::OnScrape(std::function<void()> refresh) {
  const MutexLock lock(mutex_);
  refreshes_.push_back(std::move(refresh));
}

template <typename Writer>
std::string Registry::WriteWith(Writer writer) const {
  std::vector<std::function<void()>> refreshes;
  {
    const MutexLock lock(mutex_);
    refreshes = refreshes_;
  }
  for (const std::function<void()>& refresh : refreshes) refresh();
  const MutexLock lock(mutex_);
  for (const auto& [name, family] : families_) {
    const auto append = [&](const auto& series) {
      writer.Append({.name = name, .help = family.help}, series);
    };
    std::visit(append, family.series);
  }
  return std::move(writer).Take();
}

std::string Registry::PrometheusText() const {
  return WriteWith(metrics::PrometheusText(TextDialect::kPrometheus));
}

std::string Registry::OpenMetricsText() const {
  return WriteWith(metrics::PrometheusText(TextDialect::kOpenMetrics));
}

std::string Registry::PrometheusProtobuf() const {
  return WriteWith(metrics::PrometheusProtobuf());
}

}  // namespace slipway::metrics
