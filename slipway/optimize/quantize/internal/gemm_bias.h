// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"
#include "slipway/graph/shape_inference.h"

namespace slipway::quantize {

/// Gives the matrix products of `graph` by constants the one form of bias that the engine has an
/// int8 kernel for: the third input of Gemm, with one element per column. A constant bias for all
/// columns is repeated, and MatMul followed by the addition of a constant becomes Gemm if by
/// `values`, what is known of the graph's values, its input is a matrix. What cannot have that form
/// stays as it is.
void CanonicalizeGemmBiases(graph::Graph& graph, const graph::ValueTable& values);

}  // namespace slipway::quantize
