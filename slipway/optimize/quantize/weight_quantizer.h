// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/optimize/evaluate/weight_change.h"
#include "slipway/optimize/quantize/target_cpu.h"
#include "slipway/optimize/quantize/weight_layout.h"
#include "slipway/tensor/tensor.h"

#include <cstdint>
#include <span>
#include <vector>

namespace slipway::quantize {

/// How much of int8 the weights of a channel use. Kernels for x86 without VNNI add two products of
/// a uint8 activation and an int8 weight in 16 bits, which saturates unless
/// 255 * |w1 + w2| <= 32767, that is |w1 + w2| <= 128.
enum class WeightRange : std::uint8_t {
  kFull,  ///< -127 to 127: the most precise; saturates without VNNI.
  /// As much of -127 to 127 as keeps the sums of neighbouring weights within 128: exact without
  /// VNNI, and about half a bit more precise than `kReduced`.
  kPairSafe,
  kReduced,  ///< -64 to 64: exact without VNNI whatever the order of the weights.
};

/// The most precise range that is exact on `target`.
WeightRange WeightRangeFor(TargetCpu target);
/// "full", "pair-safe" or "reduced".
std::string_view WeightRangeName(WeightRange range);

/// A weight tensor as int8 codes: weight = scale of its channel * code.
struct QuantizedWeight {
  Tensor codes;                   ///< int8, of the weight's shape.
  std::vector<float> scales;      ///< One for each output channel, positive and normal.
  evaluate::WeightChange change;  ///< From the weights to scale * code.
};

/// The scale of each output channel of `weight` by its largest weight and, for kPairSafe, its
/// largest sum of two neighbours. A channel of zeros has scale 0, which the caller replaces.
/// kInvalidArgument if a weight is not finite.
Result<std::vector<float>> WeightScales(const Tensor& weight, const WeightLayout& layout,
                                        WeightRange range);

/// Quantizes float32 `weight` with the given scale of each channel, all positive.
QuantizedWeight QuantizeWeight(const Tensor& weight, const WeightLayout& layout,
                               std::vector<float> scales);

}  // namespace slipway::quantize
