// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/version_metrics.h"

#include "slipway/base/testing/fake_clock.h"
#include "slipway/serving/testing/model_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""us;
using ::testing::HasSubstr;

TEST(VersionMetricsTest, MakesItsSeriesBeforeTheFirstRequest) {
  metrics::Registry registry;
  const VersionMetrics metrics(registry, kFashion, VersionId(3));

  const std::string text = registry.PrometheusText();

  EXPECT_THAT(text, HasSubstr("nv_inference_count{model=\"fashion\",version=\"3\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("nv_inference_request_failure{model=\"fashion\",reason=\"CANCELED\","
                              "version=\"3\"} 0\n"));
  EXPECT_THAT(text,
              HasSubstr("slipway_request_seconds_count{model=\"fashion\",version=\"3\"} 0\n"));
}

TEST(VersionMetricsTest, CountsRequestsInferencesAndExecutionsApart) {
  metrics::Registry registry;
  VersionMetrics metrics(registry, kFashion, VersionId(1));
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
  VersionMetrics metrics(registry, kFashion, VersionId(1));
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
  const VersionMetrics metrics(registry, kFashion, VersionId(1));

  EXPECT_THAT(registry.PrometheusText(), ::testing::Not(HasSubstr("summary")));
}

TEST(VersionMetricsTest, ShowsWholeMicrosecondsOfTheSumAndNotOfEachCall) {
  metrics::Registry registry;
  VersionMetrics metrics(registry, kFashion, VersionId(1));
  const SteadyTime start(1s);
  const CallTimes times{
      .started = start, .gathered = start, .computed = start + 600ns, .finished = start + 600ns};

  for (int i = 0; i < 5; ++i) metrics.CountCall(times, 1, std::array{start});

  EXPECT_THAT(
      registry.PrometheusText(),
      HasSubstr("nv_inference_compute_infer_duration_us{model=\"fashion\",version=\"1\"} 3\n"));
}

TEST(VersionMetricsTest, TellsTheSumsOfTheStatisticsExtension) {
  metrics::Registry registry;
  VersionMetrics metrics(registry, kFashion, VersionId(2));
  FakeClock clock;
  const SteadyTime start = clock.Now();
  const CallTimes times{.started = start + 10us,
                        .gathered = start + 12us,
                        .computed = start + 112us,
                        .finished = start + 115us};
  metrics.CountCall(times, 9, std::array{start, start + 4us});
  metrics.CountCall(times, 1000, std::array{start});
  metrics.CountCall(times, 9, std::array{start});
  metrics.CountFailure(FailureReason::kRejected, 7us);
  metrics.CountFailure(FailureReason::kBackend);
  const WallTime last = clock.WallNow() + 115us;
  clock.Advance(3s);

  const VersionStatistics statistics = metrics.Statistics(clock);

  EXPECT_EQ(statistics.model, kFashion);
  EXPECT_EQ(statistics.version, VersionId(2));
  EXPECT_EQ(statistics.inference_count, 1018U);
  EXPECT_EQ(statistics.execution_count, 3U);
  EXPECT_EQ(statistics.success, (DurationSum{4, 4 * 115us - 4us}));
  EXPECT_EQ(statistics.fail, (DurationSum{2, 7us}));
  EXPECT_EQ(statistics.queue, (DurationSum{4, 36us}));
  EXPECT_EQ(statistics.compute_input, (DurationSum{4, 8us}));
  EXPECT_EQ(statistics.compute_infer, (DurationSum{4, 400us}));
  EXPECT_EQ(statistics.compute_output, (DurationSum{4, 12us}));
  EXPECT_EQ(statistics.last_inference,
            std::chrono::floor<std::chrono::milliseconds>(last.time_since_epoch()));
  ASSERT_EQ(statistics.batches.size(), 2U);
  EXPECT_EQ(statistics.batches[0].rows, 9U);
  EXPECT_EQ(statistics.batches[0].compute_input, (DurationSum{2, 4us}));
  EXPECT_EQ(statistics.batches[0].compute_infer, (DurationSum{2, 200us}));
  EXPECT_EQ(statistics.batches[0].compute_output, (DurationSum{2, 6us}));
  EXPECT_EQ(statistics.batches[1].rows, 1000U);
  EXPECT_EQ(statistics.batches[1].compute_infer, (DurationSum{1, 100us}));
}

TEST(VersionMetricsTest, HasTheTagsOfTheConfigurationAsLabels) {
  metrics::Registry registry;
  VersionMetrics metrics(registry, kFashion, VersionId(1), {{"team", "vision"}});

  metrics.SetLoadTime(1500ms);

  EXPECT_THAT(registry.PrometheusText(),
              HasSubstr("nv_model_load_duration_secs{model=\"fashion\",team=\"vision\","
                        "version=\"1\"} 1.5\n"));
}

TEST(VersionMetricsTest, AreTheSameForAVersionUntilItsTagsChange) {
  metrics::Registry registry;
  VersionMetricsTable table(registry);

  const auto first = table.Get(kFashion, VersionId(1), {});

  EXPECT_EQ(table.Get(kFashion, VersionId(1), {}), first);
  EXPECT_NE(table.Get(kFashion, VersionId(2), {}), first);
  EXPECT_NE(table.Get(kFashion, VersionId(1), {{"team", "vision"}}), first);
}

TEST(VersionMetricsTest, CountsFailuresByReason) {
  metrics::Registry registry;
  VersionMetrics metrics(registry, kFashion, VersionId(1));

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
  VersionMetrics metrics(registry, kFashion, VersionId(1));

  metrics.SetPending(5);

  EXPECT_THAT(registry.PrometheusText(),
              HasSubstr("nv_inference_pending_request_count{model=\"fashion\",version=\"1\"} 5\n"));
}

}  // namespace
}  // namespace slipway::serving
