// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/version_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""us;
using ::testing::HasSubstr;

const ModelName kModel = *ModelName::Parse("fashion");

TEST(VersionMetricsTest, MakesItsSeriesBeforeTheFirstRequest) {
  metrics::Registry registry;
  const VersionMetrics metrics(registry, kModel, VersionId(3));

  const std::string text = registry.PrometheusText();

  EXPECT_THAT(text, HasSubstr("nv_inference_count{model=\"fashion\",version=\"3\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("nv_inference_request_failure{model=\"fashion\",reason=\"CANCELED\","
                              "version=\"3\"} 0\n"));
  EXPECT_THAT(text,
              HasSubstr("slipway_request_seconds_count{model=\"fashion\",version=\"3\"} 0\n"));
}

TEST(VersionMetricsTest, CountsRequestsInferencesAndExecutionsApart) {
  metrics::Registry registry;
  VersionMetrics metrics(registry, kModel, VersionId(1));
  const SteadyTime start(1s);
  const CallTimes times{.started = start + 10us,
                        .gathered = start + 12us,
                        .computed = start + 112us,
                        .finished = start + 115us};

  metrics.CountCall(times, 9, std::array{start, start + 4us});

  const std::string text = registry.PrometheusText();
  const std::string_view labels = "{model=\"fashion\",version=\"1\"}";
  const auto has = [&](std::string_view name, std::string_view value) {
    return HasSubstr(fmt::format("{}{} {}\n", name, labels, value));
  };
  EXPECT_THAT(text, has("nv_inference_request_success", "2"));
  EXPECT_THAT(text, has("nv_inference_count", "9"));
  EXPECT_THAT(text, has("nv_inference_exec_count", "1"));
  EXPECT_THAT(text, has("nv_inference_request_duration_us", "226"));
  EXPECT_THAT(text, has("nv_inference_queue_duration_us", "16"));
  EXPECT_THAT(text, has("nv_inference_compute_input_duration_us", "4"));
  EXPECT_THAT(text, has("nv_inference_compute_infer_duration_us", "200"));
  EXPECT_THAT(text, has("nv_inference_compute_output_duration_us", "6"));
  EXPECT_THAT(text, has("slipway_request_seconds_count", "2"));
  EXPECT_THAT(text, has("slipway_queue_wait_seconds_count", "2"));
  EXPECT_THAT(text, has("slipway_compute_seconds_sum", "0.0001"));
  EXPECT_THAT(text, has("slipway_input_seconds_sum", "2e-06"));
  EXPECT_THAT(text, has("slipway_output_seconds_sum", "3e-06"));
}

TEST(VersionMetricsTest, KeepsSummariesOfEachStageIfTheRegistryDoes) {
  metrics::Registry registry({.summaries = true});
  VersionMetrics metrics(registry, kModel, VersionId(1));
  const SteadyTime start(1s);
  const CallTimes times{.started = start + 10us,
                        .gathered = start + 12us,
                        .computed = start + 112us,
                        .finished = start + 115us};

  metrics.CountCall(times, 2, std::array{start, start + 4us});

  const std::string text = registry.PrometheusText();
  const auto has_sum = [](std::string_view name, std::string_view value) {
    return HasSubstr(fmt::format("{}_sum{{model=\"fashion\",version=\"1\"}} {}\n", name, value));
  };
  EXPECT_THAT(text, has_sum("nv_inference_request_summary_us", "226"));
  EXPECT_THAT(text, has_sum("nv_inference_queue_summary_us", "16"));
  EXPECT_THAT(text, has_sum("nv_inference_compute_input_summary_us", "4"));
  EXPECT_THAT(text, has_sum("nv_inference_compute_infer_summary_us", "200"));
  EXPECT_THAT(text, has_sum("nv_inference_compute_output_summary_us", "6"));
}

TEST(VersionMetricsTest, KeepsNoSummariesOtherwise) {
  metrics::Registry registry;
  const VersionMetrics metrics(registry, kModel, VersionId(1));

  EXPECT_THAT(registry.PrometheusText(), ::testing::Not(HasSubstr("summary")));
}

TEST(VersionMetricsTest, CountsFailuresByReason) {
  metrics::Registry registry;
  VersionMetrics metrics(registry, kModel, VersionId(1));

  metrics.CountFailure(FailureReason::kRejected);
  metrics.CountFailure(FailureReason::kCancelled);
  metrics.CountFailure(FailureReason::kBackend);
  metrics.CountFailure(FailureReason::kOther);

  const std::string text = registry.PrometheusText();
  for (const std::string_view reason : {"REJECTED", "CANCELED", "BACKEND", "OTHER"}) {
    EXPECT_THAT(text, HasSubstr(fmt::format("reason=\"{}\",version=\"1\"}} 1\n", reason)));
  }
  EXPECT_THAT(text, HasSubstr("nv_inference_request_success{model=\"fashion\",version=\"1\"} 0\n"));
}

TEST(VersionMetricsTest, ShowsHowManyRequestsWait) {
  metrics::Registry registry;
  VersionMetrics metrics(registry, kModel, VersionId(1));

  metrics.SetPending(5);

  EXPECT_THAT(registry.PrometheusText(),
              HasSubstr("nv_inference_pending_request_count{model=\"fashion\",version=\"1\"} 5\n"));
}

}  // namespace
}  // namespace slipway::serving
