// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <cstddef>
#include <cstdint>

namespace slipway::graph {

/// How a constant weight matrix of a Gemm lies.
enum class GemmWeights : std::uint8_t {
  kInputsByOutputs,  ///< [K, N], transB = 0: what engines fuse with low-bit weights.
  kOutputsByInputs,  ///< [N, K], transB = 1: a row is an output channel, as in a convolution.
};

/// Gives every Gemm with a constant weight matrix the same form: weights lie as `weights` says, and
/// alpha and beta, where the tensors that they scale are float32 constants, are multiplied into
/// those and become 1. Weights that other nodes read too are copied. Returns how many it changed.
std::size_t CanonicalizeGemm(Graph& graph, GemmWeights weights);

}  // namespace slipway::graph
