// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/dataset_calibrator.h"

#include "slipway/optimize/quantize/internal/value_stream.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
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

}  // namespace

Result<RangesByValue> DatasetCalibrator::Ranges(const graph::Model& model,
                                                std::span<const std::string> values) {
  std::vector<std::unique_ptr<RangeObserver>> observers;
  for (std::size_t i = 0; i < values.size(); ++i) observers.push_back(options_.observer());
  const ValueStream stream = {.engine = engine_, .samples = samples_, .batches = options_.batches};
  SLIPWAY_TRY(stream.Run(model, values,
                         [&](std::size_t i, const TensorView& view, std::size_t samples) -> Status {
                           observers[i]->Observe(view.elements<float>(), samples);
                           return {};
                         }));
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
