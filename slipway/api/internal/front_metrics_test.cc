// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/front_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace slipway::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

TEST(FrontMetricsTest, CountsByProtocolRouteAndCode) {
  metrics::Registry registry;
  FrontMetrics metrics(registry);
  const Route& live = *std::ranges::find(kRoutes, "/v2/health/live", &Route::pattern);

  metrics.Count({Protocol::kRest, &live, 200, 1ms});
  metrics.Count({Protocol::kRest, &live, 200, 1ms});
  metrics.Count({Protocol::kRest, &live, 418, 1ms});
  metrics.Count({Protocol::kGrpc, nullptr, 12, 2s});

  const std::string text = registry.PrometheusText();
  EXPECT_THAT(text, HasSubstr(R"({code="200",protocol="rest",route="/v2/health/live"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"({code="other",protocol="rest",route="/v2/health/live"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"({code="UNIMPLEMENTED",protocol="grpc",route="none"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(slipway_http_request_seconds_count{protocol="rest"} 3)"));
  EXPECT_THAT(text, HasSubstr(R"(slipway_http_request_seconds_sum{protocol="grpc"} 2)"));
}

TEST(FrontMetricsTest, ShowsNoSeriesBeforeItsFirstRequest) {
  metrics::Registry registry;
  const FrontMetrics metrics(registry);

  EXPECT_THAT(registry.PrometheusText(), Not(HasSubstr("route=")));
}

}  // namespace
}  // namespace slipway::api
