// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/cached_calibrator.h"

#include <utility>
#include <vector>

namespace slipway::search {

Result<quantize::RangesByValue> CachedCalibrator::Ranges(const graph::Model& model,
                                                         std::span<const std::string> values) {
  std::vector<std::string> unknown;
  for (const std::string& value : values) {
    if (!ranges_.contains(value)) unknown.push_back(value);
  }
  if (!unknown.empty()) {
    SLIPWAY_TRY_ASSIGN(quantize::RangesByValue found, calibrator_.Ranges(model, unknown));
    ranges_.merge(std::move(found));
  }
  quantize::RangesByValue wanted;
  for (const std::string& value : values) wanted.emplace(value, ranges_.at(value));
  return wanted;
}

Result<quantize::ChannelStatistics> CachedCalibrator::Channels(
    const graph::Model& model, std::span<const quantize::ChannelValue> values) {
  std::vector<quantize::ChannelValue> unknown;
  for (const quantize::ChannelValue& value : values) {
    if (!channels_.means.contains(value.value)) unknown.push_back(value);
  }
  if (!unknown.empty()) {
    SLIPWAY_TRY_ASSIGN(quantize::ChannelStatistics found, calibrator_.Channels(model, unknown));
    channels_.means.merge(std::move(found.means));
    channels_.largest.merge(std::move(found.largest));
  }
  quantize::ChannelStatistics wanted;
  for (const quantize::ChannelValue& value : values) {
    wanted.means.emplace(value.value, channels_.means.at(value.value));
    wanted.largest.emplace(value.value, channels_.largest.at(value.value));
  }
  return wanted;
}

}  // namespace slipway::search
