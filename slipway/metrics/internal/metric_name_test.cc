// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/internal/metric_name.h"

#include <gtest/gtest.h>

namespace slipway::metrics {
namespace {

TEST(MetricNameTest, TellsNamesOfMetricsFromOtherText) {
  EXPECT_TRUE(IsMetricName(":a_1"));
  EXPECT_FALSE(IsMetricName(""));
  EXPECT_FALSE(IsMetricName("1a"));
  EXPECT_FALSE(IsMetricName("a-b"));
}

TEST(MetricNameTest, TellsNamesOfLabelsFromOtherText) {
  EXPECT_TRUE(IsLabelName("_model1"));
  EXPECT_FALSE(IsLabelName("a:b"));
}

TEST(MetricNameTest, KeepsLabelsThatTheFormatNeedsForItself) {
  EXPECT_FALSE(IsLabelName("le"));
  EXPECT_FALSE(IsLabelName("quantile"));
}

}  // namespace
}  // namespace slipway::metrics
