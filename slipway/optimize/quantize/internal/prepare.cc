// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/prepare.h"

#include "slipway/graph/canonical_gemm.h"
#include "slipway/graph/constant_nodes.h"
#include "slipway/graph/fold_batch_norm.h"
#include "slipway/graph/remove_unused.h"
#include "slipway/graph/shape_inference.h"
#include "slipway/optimize/quantize/internal/gemm_bias.h"
#include "slipway/optimize/quantize/internal/opset_upgrade.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace slipway::quantize {
namespace {

constexpr std::array<std::string_view, 14> kQuantizedOperators = {"QuantizeLinear",
                                                                  "DequantizeLinear",
                                                                  "DynamicQuantizeLinear",
                                                                  "QLinearConv",
                                                                  "QLinearMatMul",
                                                                  "ConvInteger",
                                                                  "MatMulInteger",
                                                                  "MatMulNBits",
                                                                  "QLinearAdd",
                                                                  "QGemm",
                                                                  "QAttention",
                                                                  "MatMulIntegerToFloat",
                                                                  "DynamicQuantizeMatMul",
                                                                  "GatherBlockQuantized"};

Status RefuseQuantized(const graph::Graph& graph) {
  for (const graph::Node& node : graph.nodes) {
    if (std::ranges::find(kQuantizedOperators, node.op_type) != kQuantizedOperators.end()) {
      return MakeError(ErrorCode::kFailedPrecondition,
                       "the model is quantized already: it has the operator {} \"{}\"; start from "
                       "the float32 model",
                       node.op_type, node.name);
    }
    for (const graph::Attribute& attribute : node.attributes) {
      const auto* subgraph = std::get_if<std::shared_ptr<const graph::Graph>>(&attribute.value);
      if (subgraph != nullptr) SLIPWAY_TRY(RefuseQuantized(**subgraph));
    }
  }
  return {};
}

}  // namespace

Result<graph::Model> PrepareForQuantization(const graph::Model& model) {
  SLIPWAY_TRY(RefuseQuantized(model.graph));
  graph::Model prepared = model;
  graph::TurnConstantsIntoInitializers(prepared.graph);
  const graph::ValueTable values = graph::InferValues(prepared);
  SLIPWAY_TRY(UpgradeOpset(prepared, values));
  graph::FoldBatchNormalization(prepared.graph);
  graph::CanonicalizeGemm(prepared.graph, graph::GemmWeights::kOutputsByInputs);
  CanonicalizeGemmBiases(prepared.graph, values);
  graph::RemoveUnused(prepared.graph);
  return prepared;
}

}  // namespace slipway::quantize
