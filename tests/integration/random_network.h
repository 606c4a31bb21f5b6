// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/tensor/shape.h"

#include <cstdint>

namespace slipway {

/// A float32 model of a few random operators, and one sample of what it takes.
struct RandomNetwork {
  graph::Model model;
  Shape sample;  ///< Without the batch dimension, which is free.
};

/// Convolutions, products, activations, poolings, normalizations, sums and concatenations behind
/// one another, in an order, of sizes and at an opset that follow from `seed`. Values keep about
/// the same size all the way.
RandomNetwork MakeRandomNetwork(std::uint32_t seed);

}  // namespace slipway
