// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/internal/prometheus_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace slipway::metrics {
namespace {

using ::testing::HasSubstr;

std::string TextOfGauge(double value) {
  std::map<Labels, Gauge> series;
  series[{}].Set(value);
  std::string text;
  AppendFamily(text, {.name = "g", .help = ""}, series);
  return text;
}

TEST(PrometheusTextTest, PrintsHistogramsCumulated) {
  std::map<Labels, Histogram> series;
  Histogram& histogram =
      series.try_emplace(Labels{{"m", "x"}}, std::vector<double>{0.00025, 1.0}).first->second;
  histogram.Observe(0.0001);
  histogram.Observe(0.5);
  histogram.Observe(7.0);

  std::string text;
  AppendFamily(text, {.name = "t_seconds", .help = "Time."}, series);

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

  std::string text;
  AppendFamily(text, {.name = "t_seconds", .help = "Time."}, series);

  EXPECT_THAT(text, HasSubstr("t_seconds_bucket{le=\"+Inf\"} 0\n"
                              "t_seconds_sum 0\n"
                              "t_seconds_count 0\n"));
}

TEST(PrometheusTextTest, EscapesHelpAndLabelValues) {
  std::map<Labels, Counter> series;
  series[{{"l", "\\ \n \""}}].Add(2);

  std::string text;
  AppendFamily(text, {.name = "c", .help = "A \\ and\na \"line\"."}, series);

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

TEST(PrometheusTextTest, TellsNamesFromOtherText) {
  EXPECT_TRUE(IsMetricName(":a_1"));
  EXPECT_FALSE(IsMetricName(""));
  EXPECT_FALSE(IsMetricName("1a"));
  EXPECT_FALSE(IsMetricName("a-b"));
  EXPECT_TRUE(IsLabelName("_model1"));
  EXPECT_FALSE(IsLabelName("a:b"));
  EXPECT_FALSE(IsLabelName("le"));
}

}  // namespace
}  // namespace slipway::metrics
