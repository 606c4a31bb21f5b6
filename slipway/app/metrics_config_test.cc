// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/metrics_config.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace slipway::app {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;
using Settings = std::vector<std::string>;

TEST(MetricsConfigTest, HasHistogramsAndNoSummariesUnlessToldOtherwise) {
  const Result<metrics::RegistryOptions> options = ParseMetricsConfig({});

  ASSERT_OK(options);
  EXPECT_TRUE(options->histograms);
  EXPECT_FALSE(options->summaries);
}

TEST(MetricsConfigTest, TurnsBothAround) {
  const Result<metrics::RegistryOptions> options =
      ParseMetricsConfig(Settings{"histogram_latencies=false", "summary_latencies=true"});

  ASSERT_OK(options);
  EXPECT_FALSE(options->histograms);
  EXPECT_TRUE(options->summaries);
}

TEST(MetricsConfigTest, SaysWhatIsWrong) {
  EXPECT_THAT(ParseMetricsConfig(Settings{"summary_latencies"}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("want <setting>=<value>")));
  EXPECT_THAT(ParseMetricsConfig(Settings{"summary_latencies=yes"}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"yes\": want true or false")));
  EXPECT_THAT(ParseMetricsConfig(Settings{"counter_latencies=true"}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"counter_latencies\"")));
}

}  // namespace
}  // namespace slipway::app
