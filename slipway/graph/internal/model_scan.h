// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/internal/external_data.h"
#include "slipway/graph/model_file.h"

#include <vector>

namespace slipway::graph {

/// Walks the bytes of an ONNX file where they lie, before anything is parsed, checks every limit
/// that the file alone can break, and returns the external data that it names, wherever a tensor
/// can be: initializers, sparse values and indices, attributes, subgraphs, functions, training
/// information.
///
/// What protobuf would make of the bytes is the same, because fields that may come once and hold
/// tensors are refused when they come twice (protobuf would merge them). kInvalidArgument if the
/// bytes are no ONNX model, kResourceExhausted if a limit is exceeded.
Result<std::vector<ExternalReference>> ScanModel(ByteView bytes, const ModelLimits& limits);

/// How deep messages may lie in one another in a model with this bound on the depth of subgraphs.
/// A subgraph takes three messages: node, attribute, graph.
constexpr std::size_t MaxMessageDepth(std::size_t max_depth) { return 3 * max_depth + 16; }

}  // namespace slipway::graph
