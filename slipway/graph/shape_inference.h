// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/graph/model.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace slipway::graph {

/// What is known of the values of a graph, by name. A value that is not here is wholly unknown.
using ValueTable = std::map<std::string, ValueInfo, std::less<>>;

/// How shapes are inferred.
struct ShapeInferenceOptions {
  /// The size that the first dimension of each input gets if it is free. Absent: it stays free.
  std::optional<std::int64_t> batch = {};
};

/// Infers the types and shapes of the values of the model's main graph: inputs, initializers and
/// what nodes make. Named free dimensions keep their names as far as operators hand them on, and
/// small computations on shapes (Shape, Gather, Concat, Reshape) are followed through.
///
/// Never fails: what an operator that is not known makes is as the file declares it, or unknown,
/// and so is what cannot be computed from a contradictory model. Values inside subgraphs are not
/// inferred.
ValueTable InferValues(const Model& model, const ShapeInferenceOptions& options = {});

/// Writes what `InferValues` finds into the outputs and values of the model's main graph.
void AnnotateValues(Model& model);

}  // namespace slipway::graph
