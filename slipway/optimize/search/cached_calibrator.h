// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/quantize/calibrator.h"

namespace slipway::search {

/// Asks another calibrator for each value only once, for searches that quantize one model again and
/// again. Whoever uses it quantizes that model alone, in which a name is always the same value. Not
/// thread-safe.
class CachedCalibrator final : public quantize::Calibrator {
 public:
  /// `calibrator` outlives this.
  explicit CachedCalibrator(quantize::Calibrator& calibrator) : calibrator_(calibrator) {}

  Result<quantize::RangesByValue> Ranges(const graph::Model& model,
                                         std::span<const std::string> values) override;
  Result<quantize::ChannelStatistics> Channels(
      const graph::Model& model, std::span<const quantize::ChannelValue> values) override;

 private:
  quantize::Calibrator& calibrator_;
  quantize::RangesByValue ranges_;
  quantize::ChannelStatistics channels_;
};

}  // namespace slipway::search
