// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/dataset/sample_source.h"
#include "slipway/graph/model_file.h"
#include "slipway/runtime/engine.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace slipway::quantize::testing {

/// What the first output of `model` is on all of `samples`, as far as the engine may rewrite it.
inline Result<std::vector<float>> RunModel(
    const runtime::Engine& engine, const graph::Model& model, const dataset::SampleSource& samples,
    runtime::GraphOptimization optimization = runtime::GraphOptimization::kAll) {
  SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(model));
  SLIPWAY_TRY_ASSIGN(const auto session, engine.LoadBytes(AsBytes(bytes), "test model",
                                                          {.optimization = optimization}));
  SLIPWAY_TRY_ASSIGN(const Tensor input, samples.Read(0, samples.sample_count()));
  const TensorView view = input.view();
  SLIPWAY_TRY_ASSIGN(const std::vector<SharedTensor> outputs,
                     session->NewExecutor()->Run(std::span(&view, 1), {}));
  const auto values = outputs[0].view.elements<float>();
  return std::vector<float>(values.begin(), values.end());
}

/// The types of the nodes of `model`, in their order.
inline std::vector<std::string> OpsOf(const graph::Model& model) {
  std::vector<std::string> ops;
  for (const graph::Node& node : model.graph.nodes) ops.push_back(node.op_type);
  return ops;
}

/// sum (a - b)^2 / sum a^2.
inline double RelativeSquaredError(std::span<const float> a, std::span<const float> b) {
  double error = 0;
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    error += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
    total += static_cast<double>(a[i]) * a[i];
  }
  return error / total;
}

}  // namespace slipway::quantize::testing
