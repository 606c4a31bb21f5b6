// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <expected>
#include <span>
#include <string>

namespace slipway::codebook {

/// A model of standard operators that computes how far the one output of `model`, summed over a
/// batch, is from a target, and which way that grows with each of `parameters`, float32
/// initializers of `model`.
///
/// Its inputs are those of `model`, then the target, what the output is to be, then the parameters
/// in their order; its outputs the distance, a scalar, then for each parameter the derivatives of
/// the distance, in the parameter's shape. For an output [n, classes] the distance is the
/// Kullback-Leibler divergence of the classes' probabilities, else half the square of the
/// difference.
///
/// Or, for people, why there is none: an operator between a parameter and the output that is not
/// handled here.
std::expected<graph::Model, std::string> WithGradients(const graph::Model& model,
                                                       std::span<const std::string> parameters);

}  // namespace slipway::codebook
