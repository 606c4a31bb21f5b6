// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/graph/model.h"
#include "slipway/optimize/quantize/block_weights.h"
#include "slipway/optimize/quantize/input_moments.h"
#include "slipway/optimize/quantize/quantize_report.h"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace slipway::quantize {

/// How weights are rounded to codes.
enum class WeightRounding : std::uint8_t {
  kNearest,  ///< To the nearest code between the smallest and the largest weight of a block.
  /// To the nearest code of a grid that was searched for: `GridSearch::kHalfQuadratic`. With
  /// moments, of the grids that come up the one is taken by which the layer's outputs are off the
  /// least, all the layer's grids taken together.
  kHqq,
  /// One weight after the other, each making up for the errors of those before it, by what the
  /// layer's inputs are like: GPTQ (Frantar et al., 2022). Layers whose inputs cannot be looked at
  /// (grouped convolutions, those in one or three dimensions) as kHqq.
  kGptq,
  /// What kGptq gives, learned further as AdaRound (Nagel et al., 2020) wants it: codes and scales
  /// change as long as that brings the layer's outputs closer to what they were.
  kAdaRound,
};

/// "nearest", "hqq", "gptq" or "adaround".
std::string_view WeightRoundingName(WeightRounding rounding);
/// The rounding called `name`. kInvalidArgument that lists the names if there is none.
Result<WeightRounding> ParseWeightRounding(std::string_view name);

/// How only the weights of a model are quantized.
struct WeightOnlyOptions {
  BlockFormat format = {};
  WeightRounding rounding = WeightRounding::kNearest;
  /// Whether the engine rounds the inputs of a matrix product to int8 while it multiplies: several
  /// times as fast, with about half a percent of error more. 8 and 2 bits have no fast way without.
  bool int8_products = true;
  /// Names of nodes that stay float32.
  std::set<std::string, std::less<>> excluded_nodes = {};
};

/// Stores the weights of convolutions and matrix products of `model` in a few bits each; what they
/// compute with stays float32, or int8 within a product. Matrix products become MatMulNBits of
/// com.microsoft, which works on the codes, at 8, 4 and 2 bits. At 3 bits, at 2 bits in blocks of
/// 16 or 256, and in convolutions, for which the engine has no fast kernel, the codes are expanded
/// by standard operators when the model is loaded: the file is small, the speed that of float32.
/// Weights too small to gain from it stay.
///
/// `moments` is asked unless the rounding is kNearest, and may be null if it is kHqq as well. On
/// error `model` is as it was: kInvalidArgument for options that are none or weights that are not
/// finite, and the errors of `QuantizeStatic` for models that cannot be quantized.
Result<QuantizeReport> QuantizeWeightsOnly(graph::Model& model, MomentsSource* moments,
                                           const WeightOnlyOptions& options);

}  // namespace slipway::quantize
