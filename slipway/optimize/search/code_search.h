// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/codebook/code_weights.h"
#include "slipway/optimize/search/judge.h"

#include <cstddef>
#include <vector>

namespace slipway::search {

/// The codes that a search chooses from, if nothing else is said: k-means codebooks of 8 to 2 bits,
/// and vectors of 4 and of 8 weights.
std::vector<codebook::CodingOptions> UsualCodings();

/// What smaller weights may cost, and what they may become.
struct CodeSearchOptions {
  double max_drop = 0.002;  ///< Of the metric, against the float32 model.
  std::vector<codebook::CodingOptions> candidates = UsualCodings();
  /// For all of them; `coding` and `layer_coding` are what the search finds.
  codebook::CodeWeightsOptions coding = {};
};

/// What a search found.
struct CodeSearchReport {
  codebook::CodingReport coding;
  Judgement float32;
  Judgement judgement;     ///< Of the outcome.
  std::size_t judged = 0;  ///< Models that were judged on the way.
};

/// Gives each layer of a model codes of its own kind and width, so that its weights take as few
/// bytes as the budget of the metric allows, and writes the outcome to `model`.
///
/// The noise that a layer's codes add to the outputs is estimated as what they add to the layer's
/// own, which is measured for each candidate, times what of it reaches the outputs, which is
/// measured once for each layer. Bytes and noise of a layer make a convex front; the steps of all
/// fronts, those that save most bytes for their noise first, lead from the float32 model to the
/// smallest one (the greedy solution of Shoham and Gersho, "Efficient bit allocation for an
/// arbitrary set of quantizers", 1988). Where on that way the budget ends is found by halving, with
/// the metric itself.
///
/// Errors, which leave `model` as it was: as of `CodeWeights` and the judge; kInvalidArgument if
/// there are no candidates.
Result<CodeSearchReport> FindSmallestCodes(graph::Model& model, const codebook::CodingData& data,
                                           const Judge& judge, const CodeSearchOptions& options);

}  // namespace slipway::search
