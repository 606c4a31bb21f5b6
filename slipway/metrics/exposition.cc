// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/exposition.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace slipway::metrics {
namespace {

constexpr std::string_view kSpace = " \t";

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(Trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// A media type with its parameters, as it stands between the commas.
struct MediaRange {
  std::string_view type;
  std::vector<std::string_view> parameters;

  std::optional<std::string_view> Find(std::string_view name) const {
    for (const std::string_view parameter : parameters) {
      const std::size_t equals = parameter.find('=');
      if (equals == std::string_view::npos) continue;
      if (EqualsIgnoringCase(Trimmed(parameter.substr(0, equals)), name)) {
        std::string_view value = Trimmed(parameter.substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
          value = value.substr(1, value.size() - 2);
        }
        return value;
      }
    }
    return std::nullopt;
  }
};

MediaRange ParseRange(std::string_view text) {
  std::vector<std::string_view> parts = Split(text, ';');
  MediaRange range{.type = parts.front(), .parameters = {}};
  range.parameters.assign(parts.begin() + 1, parts.end());
  return range;
}

double QualityOf(const MediaRange& range) {
  const std::string_view text = range.Find("q").value_or("1");
  double quality = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quality);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  // What is no number from 0 to 1, "nan" among them, is no wish.
  return is_number && quality > 0 && quality <= 1 ? quality : 0;
}

std::optional<ExpositionFormat> FormatOf(const MediaRange& range) {
  if (EqualsIgnoringCase(range.type, "application/vnd.google.protobuf")) {
    const bool is_ours = range.Find("proto") == "io.prometheus.client.MetricFamily" &&
                         range.Find("encoding") == "delimited";
    if (is_ours) return ExpositionFormat::kPrometheusProtobuf;
  } else if (EqualsIgnoringCase(range.type, "application/openmetrics-text")) {
    const std::string_view version = range.Find("version").value_or("1.0.0");
    if (version == "1.0.0" || version == "0.0.1") return ExpositionFormat::kOpenMetricsText;
  } else if (EqualsIgnoringCase(range.type, "text/plain")) {
    if (range.Find("version").value_or("0.0.4") == "0.0.4")
      return ExpositionFormat::kPrometheusText;
  } else if (range.type == "*/*" || EqualsIgnoringCase(range.type, "text/*")) {
    return ExpositionFormat::kPrometheusText;
  }
  return std::nullopt;
}

}  // namespace

ExpositionFormat ChooseExpositionFormat(std::string_view accept) {
  ExpositionFormat best = ExpositionFormat::kPrometheusText;
  double best_quality = 0;
  for (const std::string_view text : Split(accept, ',')) {
    const MediaRange range = ParseRange(text);
    const std::optional<ExpositionFormat> format = FormatOf(range);
    const double quality = QualityOf(range);
    // Of those liked equally, the one named first.
    if (!format || quality <= best_quality) continue;
    best = *format;
    best_quality = quality;
  }
  return best;
}

Exposition Expose(const Registry& registry, ExpositionFormat format) {
  switch (format) {
    case ExpositionFormat::kPrometheusProtobuf:
      return {.content_type =
                  "application/vnd.google.protobuf; "
                  "proto=io.prometheus.client.MetricFamily; encoding=delimited",
              .body = registry.PrometheusProtobuf()};
    case ExpositionFormat::kOpenMetricsText:
      return {.content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8",
              .body = registry.OpenMetricsText()};
    case ExpositionFormat::kPrometheusText:
      break;
  }
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
          .body = registry.PrometheusText()};
}

}  // namespace slipway::metrics
