// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/affine_scale.h"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace slipway::quantize {

/// The range to quantize of each value, by the name of the value.
using RangesByValue = std::map<std::string, ValueRange, std::less<>>;

/// A number for each channel of each value, by the name of the value.
using ChannelsByValue = std::map<std::string, std::vector<float>, std::less<>>;

/// What the channels of values are like.
struct ChannelStatistics {
  ChannelsByValue means;
  ChannelsByValue largest;  ///< The largest magnitude.
};

/// A value of a model and which of its dimensions runs over its channels.
struct ChannelValue {
  std::string value;
  bool is_last = false;  ///< The last dimension, as matrix products have it; else the second.
};

/// Says which numbers the values of a model take on the data that it is for.
class Calibrator {
 public:
  virtual ~Calibrator() = default;
  /// The range of each of `values`, which are float32 values of the main graph of `model`. Every
  /// range is finite. kInvalidArgument if there is no data, it does not fit the model, or a value
  /// is not finite on it.
  virtual Result<RangesByValue> Ranges(const graph::Model& model,
                                       std::span<const std::string> values) = 0;
  /// The statistics of the channels of `values`, under the conditions of `Ranges`.
  virtual Result<ChannelStatistics> Channels(const graph::Model& model,
                                             std::span<const ChannelValue> values) = 0;
};

}  // namespace slipway::quantize
