// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/weight_quantizer.h"

#include "slipway/base/check.h"
#include "slipway/optimize/quantize/affine_scale.h"

#include <algorithm>
#include <cmath>

namespace slipway::quantize {
namespace {

constexpr float kFullCode = 127;
constexpr float kReducedCode = 64;

// What the channel's scale must make representable by the largest code. For pairs, 127 instead of
// the 128 that fit leaves room for the rounding of both codes, half a step each.
float LargestMagnitude(std::span<const float> weights, const WeightLayout& layout,
                       std::size_t channel, bool with_pairs) {
  float largest = 0;
  float previous = 0;
  for (std::size_t i = 0; i < layout.depth; ++i) {
    const float weight = weights[layout.IndexOf(channel, i)];
    largest = std::max(largest, std::abs(weight));
    if (with_pairs) largest = std::max(largest, std::abs(weight + previous));
    previous = weight;
  }
  return largest;
}

}  // namespace

WeightRange WeightRangeFor(TargetCpu target) {
  return ResolveTargetCpu(target) == TargetCpu::kVnni ? WeightRange::kFull : WeightRange::kPairSafe;
}

std::string_view WeightRangeName(WeightRange range) {
  switch (range) {
    case WeightRange::kFull:
      return "full";
    case WeightRange::kPairSafe:
      return "pair-safe";
    case WeightRange::kReduced:
      return "reduced";
  }
  return "";
}

Result<std::vector<float>> WeightScales(const Tensor& weight, const WeightLayout& layout,
                                        WeightRange range) {
  const std::span<const float> weights = weight.elements<float>();
  const auto broken = std::ranges::find_if_not(weights, [](float w) { return std::isfinite(w); });
  if (broken != weights.end()) {
    return InvalidArgument("weight {} at index {} is not finite", *broken,
                           broken - weights.begin());
  }
  const float largest_code = range == WeightRange::kReduced ? kReducedCode : kFullCode;
  std::vector<float> scales(layout.channels);
  for (std::size_t channel = 0; channel < layout.channels; ++channel) {
    const bool with_pairs = range == WeightRange::kPairSafe;
    const float largest = LargestMagnitude(weights, layout, channel, with_pairs);
    scales[channel] = largest / largest_code;
  }
  return scales;
}

QuantizedWeight QuantizeWeight(const Tensor& weight, const WeightLayout& layout,
                               std::vector<float> scales) {
  SLIPWAY_CHECK(scales.size() == layout.channels);
  const std::span<const float> weights = weight.elements<float>();
  std::vector<std::int8_t> codes(weights.size());
  std::vector<float> after(weights.size());
  for (std::size_t channel = 0; channel < layout.channels; ++channel) {
    const float scale = scales[channel];
    for (std::size_t i = 0; i < layout.depth; ++i) {
      const std::size_t index = layout.IndexOf(channel, i);
      codes[index] = QuantizeToInt8(weights[index], scale);
      after[index] = static_cast<float>(codes[index]) * scale;
    }
  }
  return {Tensor::Of<std::int8_t>(weight.shape(), codes), std::move(scales),
          evaluate::ChangeOf(weights, after)};
}

}  // namespace slipway::quantize
