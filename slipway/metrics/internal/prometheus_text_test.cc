// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/internal/prometheus_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace slipway::metrics {
namespace {

using ::testing::HasSubstr;

template <typename Metric>
std::string Text(const std::map<Labels, Metric>& series, std::string_view name,
                 TextDialect dialect = TextDialect::kPrometheus) {
  PrometheusText text(dialect);
  text.Append({.name = name, .help = ""}, series);
  return std::move(text).Take();
}

std::string TextOfGauge(double value) {
  std::map<Labels, Gauge> series;
  series[{}].Set(value);
  return Text(series, "g");
}

TEST(PrometheusTextTest, PrintsHistogramsCumulated) {
  std::map<Labels, Histogram> series;
  Histogram& histogram =
      series.try_emplace(Labels{{"m", "x"}}, std::vector<double>{0.00025, 1.0}).first->second;
  histogram.Observe(0.0001);
  histogram.Observe(0.5);
  histogram.Observe(7.0);

  PrometheusText writer(TextDialect::kPrometheus);
  writer.Append({.name = "t_seconds", .help = "Time."}, series);
  const std::string text = std::move(writer).Take();

  EXPECT_EQ(text,
            "# HELP t_seconds Time.\n"
            "# TYPE t_seconds histogram\n"
            "t_seconds_bucket{m=\"x\",le=\"0.00025\"} 1\n"
            "t_seconds_bucket{m=\"x\",le=\"1\"} 2\n"
            "t_seconds_bucket{m=\"x\",le=\"+Inf\"} 3\n"
            "t_seconds_sum{m=\"x\"} 7.5001\n"
            "t_seconds_count{m=\"x\"} 3\n");
}

TEST(PrometheusTextTest, PrintsHistogramsWithoutLabels) {
  std::map<Labels, Histogram> series;
  series.try_emplace(Labels(), std::vector<double>());

  PrometheusText writer(TextDialect::kPrometheus);
  writer.Append({.name = "t_seconds", .help = "Time."}, series);
  const std::string text = std::move(writer).Take();

  EXPECT_THAT(text, HasSubstr("t_seconds_bucket{le=\"+Inf\"} 0\n"
                              "t_seconds_sum 0\n"
                              "t_seconds_count 0\n"));
}

TEST(PrometheusTextTest, EscapesHelpAndLabelValues) {
  std::map<Labels, Counter> series;
  series[{{"l", "\\ \n \""}}].Add(2);

  PrometheusText writer(TextDialect::kPrometheus);
  writer.Append({.name = "c", .help = "A \\ and\na \"line\"."}, series);
  const std::string text = std::move(writer).Take();

  EXPECT_EQ(text,
            "# HELP c A \\\\ and\\na \"line\".\n"
            "# TYPE c counter\n"
            "c{l=\"\\\\ \\n \\\"\"} 2\n");
}

TEST(PrometheusTextTest, PrintsValuesThatAreNotFinite) {
  EXPECT_THAT(TextOfGauge(std::numeric_limits<double>::infinity()), HasSubstr("g +Inf\n"));
  EXPECT_THAT(TextOfGauge(-std::numeric_limits<double>::infinity()), HasSubstr("g -Inf\n"));
  EXPECT_THAT(TextOfGauge(std::numeric_limits<double>::quiet_NaN()), HasSubstr("g NaN\n"));
}

TEST(PrometheusTextTest, PrintsValuesSoThatTheyReadBackExactly) {
  EXPECT_THAT(TextOfGauge(0.1), HasSubstr("g 0.1\n"));
  EXPECT_THAT(TextOfGauge(1e300), HasSubstr("g 1e+300\n"));
}

TEST(PrometheusTextTest, PrintsSummariesByQuantile) {
  std::map<Labels, Summary> series;
  series.try_emplace(Labels{{"m", "x"}}, SystemClock());

  EXPECT_EQ(Text(series, "s_us"),
            "# HELP s_us \n"
            "# TYPE s_us summary\n"
            "s_us{m=\"x\",quantile=\"0.5\"} NaN\n"
            "s_us{m=\"x\",quantile=\"0.9\"} NaN\n"
            "s_us{m=\"x\",quantile=\"0.95\"} NaN\n"
            "s_us{m=\"x\",quantile=\"0.99\"} NaN\n"
            "s_us{m=\"x\",quantile=\"0.999\"} NaN\n"
            "s_us_sum{m=\"x\"} 0\n"
            "s_us_count{m=\"x\"} 0\n");
}

TEST(PrometheusTextTest, PrintsSecondsThatCountUp) {
  std::map<Labels, SecondsCounter> series;
  series[{}].RaiseTo(2.25);
  series[{}].RaiseTo(1.0);

  EXPECT_EQ(Text(series, "cpu_seconds_total"),
            "# HELP cpu_seconds_total \n"
            "# TYPE cpu_seconds_total counter\n"
            "cpu_seconds_total 2.25\n");
}

TEST(PrometheusTextTest, TakesTotalOffACountersFamilyInOpenMetrics) {
  std::map<Labels, Counter> series;
  series[{}].Add(2);

  EXPECT_EQ(Text(series, "slipway_dropped_total", TextDialect::kOpenMetrics),
            "# HELP slipway_dropped \n"
            "# TYPE slipway_dropped counter\n"
            "slipway_dropped_total 2\n"
            "# EOF\n");
}

TEST(PrometheusTextTest, KeepsTheNameOfACounterWithoutTotalInOpenMetrics) {
  std::map<Labels, Counter> series;
  series[{}].Add(2);

  EXPECT_EQ(Text(series, "nv_inference_count", TextDialect::kOpenMetrics),
            "# HELP nv_inference_count \n"
            "# TYPE nv_inference_count unknown\n"
            "nv_inference_count 2\n"
            "# EOF\n");
}

TEST(PrometheusTextTest, PrintsBoundsAsFloatsInOpenMetrics) {
  std::map<Labels, Histogram> series;
  series.try_emplace(Labels(), std::vector<double>{0.5, 1.0});

  const std::string text = Text(series, "t_seconds", TextDialect::kOpenMetrics);

  EXPECT_THAT(text, HasSubstr("t_seconds_bucket{le=\"0.5\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("t_seconds_bucket{le=\"1.0\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("t_seconds_bucket{le=\"+Inf\"} 0\n"));
}

}  // namespace
}  // namespace slipway::metrics
