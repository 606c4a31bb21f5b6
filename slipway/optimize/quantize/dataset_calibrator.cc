// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/dataset_calibrator.h"

#include "slipway/base/clock.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/calibration_checkpoint.h"
#include "slipway/optimize/quantize/internal/value_stream.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace slipway::quantize {
namespace {

// Sums and largest magnitudes of the elements of each channel.
class ChannelSums {
 public:
  // The channels of `view` lie along dimension `axis`, which it has.
  void Add(const TensorView& view, std::size_t axis) {
    const std::span<const std::int64_t> sizes = view.shape.sizes();
    const auto channels = static_cast<std::size_t>(sizes[axis]);
    std::size_t inner = 1;
    for (const std::int64_t size : sizes.subspan(axis + 1)) inner *= static_cast<std::size_t>(size);
    const auto values = view.elements<float>();
    if (values.empty()) return;
    sums_.resize(channels);
    largest_.resize(channels);
    for (std::size_t first = 0; first < values.size(); first += inner) {
      double sum = 0;
      float largest = 0;
      for (const float value : values.subspan(first, inner)) {
        sum += value;
        largest = std::max(largest, std::abs(value));
      }
      const std::size_t channel = first / inner % channels;
      sums_[channel] += sum;
      largest_[channel] = std::max(largest_[channel], largest);
    }
    count_ += values.size() / channels;
  }

  const std::vector<float>& largest() const { return largest_; }
  std::vector<float> Means() const {
    std::vector<float> means;
    means.reserve(sums_.size());
    for (const double sum : sums_) {
      means.push_back(static_cast<float>(sum / static_cast<double>(count_)));
    }
    return means;
  }

 private:
  std::vector<double> sums_;
  std::vector<float> largest_;
  std::size_t count_ = 0;  // Elements of each channel.
};

// The 64-bit FNV-1a hash of all that it is given (Fowler, Noll and Vo, RFC 9923).
class Fingerprint {
 public:
  void Add(ByteView bytes) {
    for (const std::byte byte : bytes) {
      hash_ = (hash_ ^ std::to_integer<std::uint64_t>(byte)) * kPrime;
    }
  }
  std::uint64_t hash() const { return hash_; }

 private:
  static constexpr std::uint64_t kPrime = 0x100000001b3;
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

// Tells models, values and data apart. Data that go on otherwise after the same first sample are
// not noticed: to read all would take as long as to calibrate.
Result<std::uint64_t> FingerprintOf(const graph::Model& model, std::span<const std::string> values,
                                    const dataset::SampleSource& samples) {
  Fingerprint fingerprint;
  SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(model));
  fingerprint.Add(AsBytes(bytes));
  for (const std::string& value : values) fingerprint.Add(AsBytes(value + '\n'));
  SLIPWAY_TRY_ASSIGN(const Tensor first, samples.Read(0, 1));
  fingerprint.Add(first.bytes());
  return fingerprint.hash();
}

}  // namespace

Status DatasetCalibrator::Observe(const graph::Model& model, std::span<const std::string> values,
                                  const Observers& observers) const {
  ValueStream stream = {.engine = engine_, .samples = samples_, .batches = options_.batches};
  std::optional<CalibrationCheckpoint> checkpoint;
  if (!options_.checkpoint.empty()) {
    SLIPWAY_TRY_ASSIGN(const std::uint64_t fingerprint, FingerprintOf(model, values, samples_));
    checkpoint.emplace(options_.checkpoint, fingerprint);
    SLIPWAY_TRY_ASSIGN(stream.batches.first_sample, checkpoint->Restore({values, observers}));
    SLIPWAY_TRY(CheckSeen(stream.batches.first_sample));
  }
  std::size_t seen = stream.batches.first_sample;
  SteadyTime saved = SystemClock().Now();
  SLIPWAY_TRY(stream.Run(model, values,
                         [&](std::size_t i, const TensorView& view, std::size_t samples) -> Status {
                           observers[i]->Observe(view.elements<float>(), samples);
                           if (i + 1 < values.size()) return {};
                           seen += samples;
                           const SteadyTime now = SystemClock().Now();
                           if (!checkpoint || now - saved < options_.checkpoint_interval) return {};
                           saved = now;
                           return checkpoint->Save({values, observers}, seen);
                         }));
  return checkpoint ? checkpoint->Save({values, observers}, seen) : Status();
}

Status DatasetCalibrator::CheckSeen(std::size_t seen) const {
  std::size_t wanted = samples_.sample_count();
  const std::size_t limit = options_.batches.max_samples;
  if (limit != 0) wanted = std::min(wanted, limit);
  if (seen <= wanted) return {};
  return InvalidArgument(
      "calibration checkpoint {} has seen {} samples, more than the {} wanted: delete it, or want "
      "as many",
      options_.checkpoint.string(), seen, wanted);
}

Result<RangesByValue> DatasetCalibrator::Ranges(const graph::Model& model,
                                                std::span<const std::string> values) {
  Observers observers;
  for (std::size_t i = 0; i < values.size(); ++i) observers.push_back(options_.observer());
  SLIPWAY_TRY(Observe(model, values, observers));
  options_.checkpoint.clear();
  RangesByValue ranges;
  for (std::size_t i = 0; i < values.size(); ++i) ranges[values[i]] = observers[i]->range();
  return ranges;
}

Result<ChannelStatistics> DatasetCalibrator::Channels(const graph::Model& model,
                                                      std::span<const ChannelValue> values) {
  std::vector<std::string> names;
  for (const ChannelValue& value : values) names.push_back(value.value);
  std::vector<ChannelSums> sums(values.size());
  const ValueStream stream = {.engine = engine_, .samples = samples_, .batches = options_.batches};
  SLIPWAY_TRY(stream.Run(
      model, names, [&](std::size_t i, const TensorView& view, std::size_t /*samples*/) -> Status {
        const std::size_t rank = view.shape.rank();
        if (rank >= 2) sums[i].Add(view, values[i].is_last ? rank - 1 : 1);
        return {};
      }));
  ChannelStatistics statistics;
  for (std::size_t i = 0; i < values.size(); ++i) {
    statistics.means[names[i]] = sums[i].Means();
    statistics.largest[names[i]] = sums[i].largest();
  }
  return statistics;
}

}  // namespace slipway::quantize
