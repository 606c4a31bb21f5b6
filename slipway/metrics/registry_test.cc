// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace slipway::metrics {
namespace {

using ::testing::HasSubstr;

TEST(RegistryTest, PrintsNothingWhenEmpty) { EXPECT_EQ(Registry().PrometheusText(), ""); }

TEST(RegistryTest, PrintsFamiliesAndSeriesInOrder) {
  Registry registry;
  registry.GetGauge("slipway_depth", "Waiting.").Set(2.5);
  registry.GetCounter("nv_count", "Requests.", {{"model", "b"}, {"version", "1"}}).Add(3);
  registry.GetCounter("nv_count", "Requests.", {{"model", "a"}, {"version", "2"}}).Add();

  EXPECT_EQ(registry.PrometheusText(),
            "# HELP nv_count Requests.\n"
            "# TYPE nv_count counter\n"
            "nv_count{model=\"a\",version=\"2\"} 1\n"
            "nv_count{model=\"b\",version=\"1\"} 3\n"
            "# HELP slipway_depth Waiting.\n"
            "# TYPE slipway_depth gauge\n"
            "slipway_depth 2.5\n");
}

TEST(RegistryTest, FindsASeriesAgainWhateverTheOrderOfItsLabels) {
  Registry registry;

  Counter& first = registry.GetCounter("c", "", {{"a", "1"}, {"b", "2"}});
  Counter& second = registry.GetCounter("c", "other help", {{"b", "2"}, {"a", "1"}});

  EXPECT_EQ(&first, &second);
}

TEST(RegistryTest, KeepsReferencesValidAsItGrows) {
  Registry registry;
  Counter& first = registry.GetCounter("c", "", {{"i", "first"}});

  for (int i = 0; i < 100; ++i) registry.GetCounter("c", "", {{"i", std::to_string(i)}});
  first.Add(7);

  EXPECT_THAT(registry.PrometheusText(), HasSubstr("c{i=\"first\"} 7\n"));
}

TEST(RegistryTest, CountsExactlyWhileThreadsMakeSeriesAndPrint) {
  constexpr int kThreads = 4;
  constexpr int kAdditions = 500;
  Registry registry;

  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kAdditions; ++i) {
          registry.GetCounter("c", "", {{"shard", std::to_string(i % 7)}}).Add();
          registry.GetGauge("g", "").Add(1.0);
          if (i % 100 != 0) continue;
          EXPECT_THAT(registry.PrometheusText(), HasSubstr("# TYPE c counter"));
        }
      });
    }
  }

  std::uint64_t total = 0;
  for (int shard = 0; shard < 7; ++shard) {
    total += registry.GetCounter("c", "", {{"shard", std::to_string(shard)}}).value();
  }
  EXPECT_EQ(total, std::uint64_t{kThreads} * kAdditions);
  EXPECT_EQ(registry.GetGauge("g", "").value(), double{kThreads} * kAdditions);
}

TEST(RegistryTest, AsksForFreshValuesBeforeItShowsThem) {
  Registry registry;
  Gauge& gauge = registry.GetGauge("g", "");
  registry.OnScrape([&] { gauge.Add(1); });

  EXPECT_THAT(registry.PrometheusText(), HasSubstr("g 1\n"));
  EXPECT_THAT(registry.OpenMetricsText(), HasSubstr("g 2\n"));
}

TEST(RegistryTest, LetsARefreshMakeSeries) {
  Registry registry;
  registry.OnScrape([&] { registry.GetCounter("late", "").Add(); });

  EXPECT_THAT(registry.PrometheusText(), HasSubstr("late 1\n"));
}

TEST(RegistryTest, NeitherCountsNorShowsHistogramsWhenTheyAreOff) {
  Registry registry({.histograms = false});

  Histogram& histogram = registry.GetHistogram("t_seconds", "", {}, LatencyBounds());
  histogram.Observe(1.0);

  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(registry.PrometheusText(), "");
}

TEST(RegistryTest, KeepsSummariesOnlyWhenToldTo) {
  Registry without;
  Registry with({.summaries = true});

  EXPECT_EQ(without.GetSummary("s_us", ""), nullptr);
  with.GetSummary("s_us", "")->Observe(3);
  EXPECT_THAT(with.PrometheusText(), HasSubstr("s_us_count 1\n"));
}

TEST(RegistryTest, EndsOpenMetricsWithItsMark) {
  EXPECT_EQ(Registry().OpenMetricsText(), "# EOF\n");
}

TEST(RegistryTest, WritesOneMessageForEachFamily) {
  Registry registry;
  registry.GetGauge("a", "");

  // The length; name, help and type; one metric with one gauge.
  EXPECT_EQ(registry.PrometheusProtobuf(),
            std::string("\x14\x0a\x01"
                        "a\x12\x00\x18\x01\x22\x0b\x12\x09\x09\0\0\0\0\0\0\0\0",
                        21));
}

TEST(RegistryDeathTest, EndsTheProcessWhenANameIsNotOneOfAMetric) {
  Registry registry;
  EXPECT_DEATH(registry.GetCounter("", ""), "IsMetricName");
  EXPECT_DEATH(registry.GetCounter("1st", ""), "IsMetricName");
  EXPECT_DEATH(registry.GetCounter("a-b", ""), "IsMetricName");
  EXPECT_DEATH(registry.GetCounter("a", "", {{"le", "1"}}), "IsLabelName");
}

TEST(RegistryDeathTest, EndsTheProcessWhenANameHasTwoKinds) {
  Registry registry;
  registry.GetCounter("a", "");
  EXPECT_DEATH(registry.GetGauge("a", ""), "series != nullptr");
}

}  // namespace
}  // namespace slipway::metrics
