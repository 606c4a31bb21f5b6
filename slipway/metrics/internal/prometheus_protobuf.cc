// SPDX-License-Identifier: Apache-2.0
#include "slipway/metrics/internal/prometheus_protobuf.h"

#include "slipway/metrics/internal/prometheus.pb.h"

#include <algorithm>

namespace slipway::metrics {
namespace {

namespace proto = io::prometheus::client;

/// More are joined: what Prometheus's own clients allow.
constexpr std::size_t kMaxNativeBuckets = 160;

void AppendLength(std::string& bytes, std::size_t length) {
  constexpr std::size_t kMore = 0x80;
  for (; length >= kMore; length >>= 7U) bytes += static_cast<char>(length | kMore);
  bytes += static_cast<char>(length);
}

proto::MetricFamily NewFamily(const MetricFamily& family, proto::MetricType type) {
  proto::MetricFamily message;
  message.set_name(std::string(family.name));
  message.set_help(std::string(family.help));
  message.set_type(type);
  return message;
}

/// A metric with a message for each of `series`, which `fill` completes.
template <typename Series, typename Fill>
void AppendFamily(std::string& bytes, proto::MetricFamily message, const Series& series,
                  const Fill& fill) {
  for (const auto& [labels, metric] : series) {
    proto::Metric& sample = *message.add_metric();
    for (const auto& [name, value] : labels) {
      proto::LabelPair& label = *sample.add_label();
      label.set_name(name);
      label.set_value(value);
    }
    fill(metric, sample);
  }
  AppendLength(bytes, message.ByteSizeLong());
  message.AppendToString(&bytes);
}

/// Runs of neighbouring buckets, and each count as its difference to the one before.
void FillNative(const BucketCounts& counts, proto::Histogram& message) {
  message.set_schema(counts.schema);
  // Its being there tells a native histogram from a classic one, even while both are empty.
  message.set_zero_threshold(ExponentialBuckets::kZeroThreshold);
  message.set_zero_count(counts.zero_count);
  proto::BucketSpan* span = nullptr;
  std::int32_t next = 0;
  std::int64_t before = 0;
  for (const auto& [index, count] : counts.buckets) {
    if (span == nullptr || index != next) {
      span = message.add_positive_span();
      span->set_offset(index - next);
    }
    span->set_length(span->length() + 1);
    message.add_positive_delta(static_cast<std::int64_t>(count) - before);
    before = static_cast<std::int64_t>(count);
    next = index + 1;
  }
}

void FillHistogram(const Histogram& histogram, proto::Histogram& message) {
  const BucketCounts native = histogram.native().Read(kMaxNativeBuckets);
  message.set_sample_count(native.count());
  message.set_sample_sum(histogram.sum());
  std::uint64_t cumulated = 0;
  for (std::size_t i = 0; i < histogram.upper_bounds().size(); ++i) {
    cumulated += histogram.bucket_count(i);
    proto::Bucket& bucket = *message.add_bucket();
    bucket.set_upper_bound(histogram.upper_bounds()[i]);
    // What came since the native buckets were read waits for the next time.
    bucket.set_cumulative_count(std::min(cumulated, native.count()));
  }
  FillNative(native, message);
}

void FillSummary(const Summary::Reading& reading, proto::Summary& message) {
  message.set_sample_count(reading.count);
  message.set_sample_sum(reading.sum);
  for (std::size_t i = 0; i < reading.quantiles.size(); ++i) {
    proto::Quantile& quantile = *message.add_quantile();
    quantile.set_quantile(Summary::kQuantiles[i]);
    quantile.set_value(reading.quantiles[i]);
  }
}

}  // namespace

void PrometheusProtobuf::Append(const MetricFamily& family,
                                const std::map<Labels, Counter>& series) {
  AppendFamily(bytes_, NewFamily(family, proto::COUNTER), series,
               [](const Counter& counter, proto::Metric& sample) {
                 sample.mutable_counter()->set_value(static_cast<double>(counter.value()));
               });
}

void PrometheusProtobuf::Append(const MetricFamily& family,
                                const std::map<Labels, SecondsCounter>& series) {
  AppendFamily(bytes_, NewFamily(family, proto::COUNTER), series,
               [](const SecondsCounter& counter, proto::Metric& sample) {
                 sample.mutable_counter()->set_value(counter.value());
               });
}

void PrometheusProtobuf::Append(const MetricFamily& family, const std::map<Labels, Gauge>& series) {
  AppendFamily(bytes_, NewFamily(family, proto::GAUGE), series,
               [](const Gauge& gauge, proto::Metric& sample) {
                 sample.mutable_gauge()->set_value(gauge.value());
               });
}

void PrometheusProtobuf::Append(const MetricFamily& family,
                                const std::map<Labels, Histogram>& series) {
  AppendFamily(bytes_, NewFamily(family, proto::HISTOGRAM), series,
               [](const Histogram& histogram, proto::Metric& sample) {
                 FillHistogram(histogram, *sample.mutable_histogram());
               });
}

void PrometheusProtobuf::Append(const MetricFamily& family,
                                const std::map<Labels, Summary>& series) {
  AppendFamily(bytes_, NewFamily(family, proto::SUMMARY), series,
               [](const Summary& summary, proto::Metric& sample) {
                 FillSummary(summary.Read(), *sample.mutable_summary());
               });
}

}  // namespace slipway::metrics
