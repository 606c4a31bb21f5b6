// SPDX-License-Identifier: Apache-2.0
#include "slipway/base/check.h"
#include "slipway/graph/canonical_gemm.h"
#include "slipway/graph/constant_nodes.h"
#include "slipway/graph/fold_batch_norm.h"
#include "slipway/graph/model_file.h"
#include "slipway/graph/remove_unused.h"
#include "slipway/graph/shape_inference.h"
#include "slipway/graph/summary.h"
#include "slipway/graph/validate.h"

#include <cstddef>
#include <cstdint>

namespace slipway::graph {
namespace {

/// Small enough that a limit that does not hold shows as a crash.
constexpr ModelLimits kLimits = {.max_nodes = 10'000,
                                 .max_depth = 8,
                                 .max_initializers = 10'000,
                                 .max_structure_bytes = std::uint64_t{64} << 20U};

std::string Serialized(const Model& model) {
  const Result<std::string> bytes = SerializeModel(model);
  SLIPWAY_CHECK(bytes.has_value());
  return *bytes;
}

/// What is read can be written, read again and written as the same bytes.
void CheckRoundTrip(const Model& model) {
  const std::string first = Serialized(model);
  const Result<Model> again = ParseModel(AsBytes(first), {.max_depth = kLimits.max_depth});
  SLIPWAY_CHECK(again.has_value());
  SLIPWAY_CHECK(Serialized(*again) == first);
}

/// Edits leave a valid model valid.
void CheckEdits(Model model) {
  TurnConstantsIntoInitializers(model.graph);
  FoldBatchNormalization(model.graph);
  CanonicalizeGemm(model.graph, GemmWeights::kInputsByOutputs);
  AnnotateValues(model);
  RemoveUnused(model.graph);
  SLIPWAY_CHECK(ValidateModel(model).has_value());
}

void Run(ByteView bytes) {
  const Result<Model> model = ParseModel(bytes, kLimits);
  if (!model) return;
  CheckRoundTrip(*model);
  SummarizeModel(*model);
  CheckEdits(*model);
}

}  // namespace
}  // namespace slipway::graph

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  slipway::graph::Run(std::as_bytes(std::span(data, size)));
  return 0;
}
