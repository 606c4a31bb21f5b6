// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/internal/prometheus_text.h"

#include "slipway/base/format.h"

#include <cmath>
#include <iterator>
#include <utility>

namespace slipway::metrics {
namespace {

constexpr std::string_view kTotal = "_total";

/// Backslashes and line ends would end a line early; between quotes, quotes too.
void AppendEscaped(std::string& text, std::string_view value, bool quoted) {
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\\' || (quoted && c == '"')) {
      text += '\\';
      text += c;
    } else {
      text += c;
    }
  }
}

/// "model="fashion",version="1"": what stands between the braces of a sample.
std::string FormatLabels(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += ',';
    fmt::format_to(std::back_inserter(text), "{}=\"", name);
    AppendEscaped(text, value, true);
    text += '"';
  }
  return text;
}

/// `labels` and one more, whose value needs no escaping.
std::string WithLabel(const std::string& labels, std::string_view name, std::string_view value) {
  return fmt::format("{}{}{}=\"{}\"", labels, labels.empty() ? "" : ",", name, value);
}

std::string FormatValue(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

std::string FormatValue(std::uint64_t value) { return fmt::format("{}", value); }

}  // namespace

void PrometheusText::Append(const MetricFamily& family, const std::map<Labels, Counter>& series) {
  AppendCounters(family, series);
}

void PrometheusText::Append(const MetricFamily& family,
                            const std::map<Labels, SecondsCounter>& series) {
  AppendCounters(family, series);
}

void PrometheusText::Append(const MetricFamily& family, const std::map<Labels, Gauge>& series) {
  AppendHeader(family, "gauge");
  for (const auto& [labels, gauge] : series) {
    AppendSample(family.name, FormatLabels(labels), gauge.value());
  }
}

void PrometheusText::Append(const MetricFamily& family, const std::map<Labels, Histogram>& series) {
  AppendHeader(family, "histogram");
  for (const auto& [labels, histogram] : series) {
    AppendHistogram(family.name, FormatLabels(labels), histogram);
  }
}

void PrometheusText::Append(const MetricFamily& family, const std::map<Labels, Summary>& series) {
  AppendHeader(family, "summary");
  for (const auto& [labels, summary] : series) {
    AppendSummary(family.name, FormatLabels(labels), summary.Read());
  }
}

std::string PrometheusText::Take() && {
  if (dialect_ == TextDialect::kOpenMetrics) text_ += "# EOF\n";
  return std::move(text_);
}

void PrometheusText::AppendHeader(const MetricFamily& family, std::string_view type) {
  fmt::format_to(std::back_inserter(text_), "# HELP {} ", family.name);
  AppendEscaped(text_, family.help, dialect_ == TextDialect::kOpenMetrics);
  fmt::format_to(std::back_inserter(text_), "\n# TYPE {} {}\n", family.name, type);
}

template <typename Value>
void PrometheusText::AppendSample(std::string_view name, std::string_view labels, Value value) {
  text_ += name;
  if (!labels.empty()) fmt::format_to(std::back_inserter(text_), "{{{}}}", labels);
  fmt::format_to(std::back_inserter(text_), " {}\n", FormatValue(value));
}

template <typename Series>
void PrometheusText::AppendCounters(const MetricFamily& family, const Series& series) {
  if (dialect_ == TextDialect::kPrometheus) {
    AppendHeader(family, "counter");
  } else if (family.name.ends_with(kTotal)) {
    AppendHeader(
        {.name = family.name.substr(0, family.name.size() - kTotal.size()), .help = family.help},
        "counter");
  } else {
    AppendHeader(family, "unknown");
  }
  for (const auto& [labels, counter] : series) {
    AppendSample(family.name, FormatLabels(labels), counter.value());
  }
}

void PrometheusText::AppendHistogram(std::string_view name, const std::string& labels,
                                     const Histogram& histogram) {
  const std::string bucket_name = fmt::format("{}_bucket", name);
  // Read once, so that the count equals the last bucket whatever is counted meanwhile.
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < histogram.upper_bounds().size(); ++i) {
    count += histogram.bucket_count(i);
    const std::string bound = FormatBound(histogram.upper_bounds()[i]);
    AppendSample(bucket_name, WithLabel(labels, "le", bound), count);
  }
  count += histogram.bucket_count(histogram.upper_bounds().size());
  AppendSample(bucket_name, WithLabel(labels, "le", "+Inf"), count);
  AppendSample(fmt::format("{}_sum", name), labels, histogram.sum());
  AppendSample(fmt::format("{}_count", name), labels, count);
}

void PrometheusText::AppendSummary(std::string_view name, const std::string& labels,
                                   const Summary::Reading& reading) {
  for (std::size_t i = 0; i < reading.quantiles.size(); ++i) {
    const std::string quantile = FormatBound(Summary::kQuantiles[i]);
    AppendSample(name, WithLabel(labels, "quantile", quantile), reading.quantiles[i]);
  }
  AppendSample(fmt::format("{}_sum", name), labels, reading.sum);
  AppendSample(fmt::format("{}_count", name), labels, reading.count);
}

std::string PrometheusText::FormatBound(double bound) const {
  std::string text = FormatValue(bound);
  const bool is_whole = text.find_first_not_of("-0123456789") == std::string::npos;
  if (dialect_ == TextDialect::kOpenMetrics && is_whole) text += ".0";
  return text;
}

}  // namespace slipway::metrics
