// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/internal/prometheus_text.h"

#include "slipway/base/format.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace slipway::metrics {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsLetterOrDigit(char c) { return IsLetter(c) || (c >= '0' && c <= '9'); }

/// Backslashes and line ends would end a line early; in a label's value, quotes too.
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

void AppendHeader(std::string& text, const MetricFamily& family, std::string_view type) {
  fmt::format_to(std::back_inserter(text), "# HELP {} ", family.name);
  AppendEscaped(text, family.help, false);
  fmt::format_to(std::back_inserter(text), "\n# TYPE {} {}\n", family.name, type);
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

std::string FormatValue(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

std::string FormatValue(std::uint64_t value) { return fmt::format("{}", value); }

template <typename Value>
void AppendSample(std::string& text, std::string_view name, std::string_view labels, Value value) {
  text += name;
  if (!labels.empty()) fmt::format_to(std::back_inserter(text), "{{{}}}", labels);
  fmt::format_to(std::back_inserter(text), " {}\n", FormatValue(value));
}

void AppendHistogram(std::string& text, std::string_view name, const std::string& labels,
                     const Histogram& histogram) {
  const std::string bucket_name = fmt::format("{}_bucket", name);
  const std::string_view comma = labels.empty() ? "" : ",";
  // Read once, so that the count equals the last bucket whatever is counted meanwhile.
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < histogram.upper_bounds().size(); ++i) {
    count += histogram.bucket_count(i);
    const std::string bound = FormatValue(histogram.upper_bounds()[i]);
    AppendSample(text, bucket_name, fmt::format("{}{}le=\"{}\"", labels, comma, bound), count);
  }
  count += histogram.bucket_count(histogram.upper_bounds().size());
  AppendSample(text, bucket_name, fmt::format("{}{}le=\"+Inf\"", labels, comma), count);
  AppendSample(text, fmt::format("{}_sum", name), labels, histogram.sum());
  AppendSample(text, fmt::format("{}_count", name), labels, count);
}

}  // namespace

bool IsMetricName(std::string_view name) {
  const auto may_start = [](char c) { return IsLetter(c) || c == ':'; };
  const auto may_follow = [](char c) { return IsLetterOrDigit(c) || c == ':'; };
  return !name.empty() && may_start(name.front()) && std::ranges::all_of(name, may_follow);
}

bool IsLabelName(std::string_view name) {
  return !name.empty() && IsLetter(name.front()) && std::ranges::all_of(name, IsLetterOrDigit) &&
         name != "le";
}

void AppendFamily(std::string& text, const MetricFamily& family,
                  const std::map<Labels, Counter>& series) {
  AppendHeader(text, family, "counter");
  for (const auto& [labels, counter] : series) {
    AppendSample(text, family.name, FormatLabels(labels), counter.value());
  }
}

void AppendFamily(std::string& text, const MetricFamily& family,
                  const std::map<Labels, Gauge>& series) {
  AppendHeader(text, family, "gauge");
  for (const auto& [labels, gauge] : series) {
    AppendSample(text, family.name, FormatLabels(labels), gauge.value());
  }
}

void AppendFamily(std::string& text, const MetricFamily& family,
                  const std::map<Labels, Histogram>& series) {
  AppendHeader(text, family, "histogram");
  for (const auto& [labels, histogram] : series) {
    AppendHistogram(text, family.name, FormatLabels(labels), histogram);
  }
}

}  // namespace slipway::metrics
