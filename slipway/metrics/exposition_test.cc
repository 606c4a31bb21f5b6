// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::metrics {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;

TEST(ExpositionTest, IsPrometheusTextWhenNothingIsAskedFor) {
  EXPECT_EQ(ChooseExpositionFormat(""), ExpositionFormat::kPrometheusText);
  EXPECT_EQ(ChooseExpositionFormat("*/*"), ExpositionFormat::kPrometheusText);
  EXPECT_EQ(ChooseExpositionFormat("image/png, text/html;q=0.9"),
            ExpositionFormat::kPrometheusText);
}

TEST(ExpositionTest, IsProtobufForAPrometheusThatReadsNativeHistograms) {
  EXPECT_EQ(ChooseExpositionFormat(
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                "encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,"
                "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,"
                "*/*;q=0.1"),
            ExpositionFormat::kPrometheusProtobuf);
}

TEST(ExpositionTest, IsOpenMetricsForAPrometheusWithoutThem) {
  EXPECT_EQ(ChooseExpositionFormat("application/openmetrics-text;version=1.0.0,"
                                   "application/openmetrics-text;version=0.0.1;q=0.75,"
                                   "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            ExpositionFormat::kOpenMetricsText);
}

TEST(ExpositionTest, FollowsTheOrderOfPreferenceNotOfNaming) {
  EXPECT_EQ(
      ChooseExpositionFormat("application/openmetrics-text;q=0.3 , text/plain ; version=0.0.4"),
      ExpositionFormat::kPrometheusText);
}

TEST(ExpositionTest, LeavesOutWhatIsRefusedWithAQualityOfZero) {
  EXPECT_EQ(ChooseExpositionFormat("application/openmetrics-text;q=0, text/plain;q=0.1"),
            ExpositionFormat::kPrometheusText);
}

TEST(ExpositionTest, LeavesOutOtherMessagesEncodingsAndVersions) {
  EXPECT_EQ(ChooseExpositionFormat("application/vnd.google.protobuf;proto=some.Other;"
                                   "encoding=delimited"),
            ExpositionFormat::kPrometheusText);
  EXPECT_EQ(ChooseExpositionFormat("application/vnd.google.protobuf;"
                                   "proto=io.prometheus.client.MetricFamily;encoding=text"),
            ExpositionFormat::kPrometheusText);
  EXPECT_EQ(ChooseExpositionFormat("application/openmetrics-text;version=2.0.0"),
            ExpositionFormat::kPrometheusText);
}

TEST(ExpositionTest, ReadsQuotedParametersAndAnyCase) {
  EXPECT_EQ(ChooseExpositionFormat("Application/VND.google.protobuf; "
                                   "Proto=\"io.prometheus.client.MetricFamily\"; "
                                   "encoding=\"delimited\""),
            ExpositionFormat::kPrometheusProtobuf);
}

TEST(ExpositionTest, TakesAQualityThatIsNoNumberForARefusal) {
  EXPECT_EQ(ChooseExpositionFormat("application/openmetrics-text;q=x,;;,=,;q="),
            ExpositionFormat::kPrometheusText);
  EXPECT_EQ(ChooseExpositionFormat("application/openmetrics-text;q=nan, text/plain;q=0.1"),
            ExpositionFormat::kPrometheusText);
}

TEST(ExpositionTest, SaysWhatItIs) {
  Registry registry;
  registry.GetCounter("c", "Help.").Add();

  const Exposition text = Expose(registry, ExpositionFormat::kPrometheusText);
  const Exposition open = Expose(registry, ExpositionFormat::kOpenMetricsText);
  const Exposition protobuf = Expose(registry, ExpositionFormat::kPrometheusProtobuf);

  EXPECT_THAT(text.content_type, StartsWith("text/plain; version=0.0.4"));
  EXPECT_THAT(text.body, StartsWith("# HELP c"));
  EXPECT_THAT(open.content_type, StartsWith("application/openmetrics-text; version=1.0.0"));
  EXPECT_THAT(open.body, EndsWith("# EOF\n"));
  EXPECT_THAT(protobuf.content_type, StartsWith("application/vnd.google.protobuf; "));
  EXPECT_EQ(protobuf.body, registry.PrometheusProtobuf());
}

}  // namespace
}  // namespace slipway::metrics
