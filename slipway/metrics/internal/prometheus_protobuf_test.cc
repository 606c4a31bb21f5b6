// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/internal/prometheus_protobuf.h"

#include "slipway/metrics/internal/prometheus.pb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace slipway::metrics {
namespace {

using ::testing::ElementsAre;
namespace proto = io::prometheus::client;

/// What stands behind the length of the one message of `bytes`, which is under 16 KiB.
proto::MetricFamily ReadOne(const std::string& bytes) {
  proto::MetricFamily family;
  const auto low = static_cast<unsigned char>(bytes[0]);
  const bool is_short = low < 0x80;
  const std::size_t length =
      is_short ? low : (low & 0x7FU) | (static_cast<std::size_t>(bytes[1]) << 7U);
  const std::size_t start = is_short ? 1 : 2;
  EXPECT_EQ(bytes.size(), start + length);
  EXPECT_TRUE(family.ParseFromString(bytes.substr(start)));
  return family;
}

proto::Histogram HistogramOf(const std::vector<double>& values) {
  std::map<Labels, Histogram> series;
  Histogram& histogram = series.try_emplace(Labels(), std::vector<double>{1.0, 2.0}).first->second;
  for (const double value : values) histogram.Observe(value);
  PrometheusProtobuf writer;
  writer.Append({.name = "t_seconds", .help = "Time."}, series);
  const proto::MetricFamily family = ReadOne(std::move(writer).Take());
  EXPECT_EQ(family.type(), proto::HISTOGRAM);
  return family.metric(0).histogram();
}

TEST(PrometheusProtobufTest, WritesNameHelpTypeLabelsAndValue) {
  std::map<Labels, Counter> series;
  series[{{"model", "a\"b"}}].Add(7);

  PrometheusProtobuf writer;
  writer.Append({.name = "nv_count", .help = "Requests."}, series);

  const proto::MetricFamily family = ReadOne(std::move(writer).Take());
  EXPECT_EQ(family.name(), "nv_count");
  EXPECT_EQ(family.help(), "Requests.");
  EXPECT_EQ(family.type(), proto::COUNTER);
  ASSERT_EQ(family.metric_size(), 1);
  EXPECT_EQ(family.metric(0).label(0).name(), "model");
  EXPECT_EQ(family.metric(0).label(0).value(), "a\"b");
  EXPECT_EQ(family.metric(0).counter().value(), 7.0);
}

TEST(PrometheusProtobufTest, PutsTheLengthBeforeALongMessage) {
  std::map<Labels, Gauge> series;
  for (int i = 0; i < 40; ++i) series[{{"i", std::string(1, static_cast<char>('0' + i))}}].Set(i);

  PrometheusProtobuf writer;
  writer.Append({.name = "g", .help = ""}, series);

  EXPECT_EQ(ReadOne(std::move(writer).Take()).metric_size(), 40);
}

TEST(PrometheusProtobufTest, TellsAnEmptyNativeHistogramFromAClassicOne) {
  const proto::Histogram histogram = HistogramOf({});

  EXPECT_EQ(histogram.schema(), 3);
  EXPECT_GT(histogram.zero_threshold(), 0.0);
  EXPECT_EQ(histogram.sample_count(), 0U);
  EXPECT_EQ(histogram.positive_span_size(), 0);
}

TEST(PrometheusProtobufTest, WritesNativeBucketsAsSpansAndDifferences) {
  // Buckets 0, 1 and 8; the first twice, the last three times.
  const proto::Histogram histogram = HistogramOf({1.0, 1.0, 1.05, 2.0, 2.0, 2.0});

  ASSERT_EQ(histogram.positive_span_size(), 2);
  EXPECT_EQ(histogram.positive_span(0).offset(), 0);
  EXPECT_EQ(histogram.positive_span(0).length(), 2U);
  EXPECT_EQ(histogram.positive_span(1).offset(), 6);
  EXPECT_EQ(histogram.positive_span(1).length(), 1U);
  EXPECT_THAT(histogram.positive_delta(), ElementsAre(2, -1, 2));
  EXPECT_EQ(histogram.sample_count(), 6U);
}

TEST(PrometheusProtobufTest, WritesClassicBucketsCumulatedBesideTheNativeOnes) {
  const proto::Histogram histogram = HistogramOf({0.5, 1.5, 9.0});

  ASSERT_EQ(histogram.bucket_size(), 2);
  EXPECT_EQ(histogram.bucket(0).upper_bound(), 1.0);
  EXPECT_EQ(histogram.bucket(0).cumulative_count(), 1U);
  EXPECT_EQ(histogram.bucket(1).cumulative_count(), 2U);
  EXPECT_EQ(histogram.sample_count(), 3U);
  EXPECT_EQ(histogram.sample_sum(), 11.0);
}

TEST(PrometheusProtobufTest, CountsZeroApart) {
  const proto::Histogram histogram = HistogramOf({0.0, 1.0});

  EXPECT_EQ(histogram.zero_count(), 1U);
  EXPECT_THAT(histogram.positive_delta(), ElementsAre(1));
}

TEST(PrometheusProtobufTest, SendsNoMoreThan160NativeBuckets) {
  std::vector<double> values;
  for (double value = 1e-9; value < 1e9; value *= 1.05) values.push_back(value);

  const proto::Histogram histogram = HistogramOf(values);

  EXPECT_LE(histogram.positive_delta_size(), 160);
  EXPECT_LT(histogram.schema(), 3);
  EXPECT_EQ(histogram.sample_count(), values.size());
}

}  // namespace
}  // namespace slipway::metrics
