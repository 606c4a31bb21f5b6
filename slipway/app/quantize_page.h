// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/model_score.h"
#include "slipway/app/table.h"
#include "slipway/optimize/evaluate/weight_change.h"
#include "slipway/optimize/quantize/verify_quantized.h"

#include <optional>
#include <string>
#include <vector>

namespace slipway::app {

/// A layer whose weights have changed.
struct ChangedLayer {
  std::string name;
  evaluate::WeightChange weight;
};

/// A model before and after, measured on the same data.
struct ScoredModel {
  std::string name;
  ModelScore score;
};

/// What `slipway quantize` did to a model.
struct QuantizePage {
  std::string title;
  std::vector<ChangedLayer> layers = {};
  Table table;  ///< All layers.
  std::vector<quantize::OutputComparison> outputs = {};
  std::vector<std::string> notes = {};
  std::vector<ScoredModel> models = {};  ///< The original first.
};

/// The page as HTML that needs nothing else: accuracy against size and latency, the error of each
/// layer, and histograms of its weights before and after.
std::string ToHtml(const QuantizePage& page);

}  // namespace slipway::app
