// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/dataset/sample_source.h"
#include "slipway/optimize/quantize/dataset_calibrator.h"
#include "slipway/optimize/quantize/testing/model_builder.h"
#include "slipway/optimize/quantize/testing/random_samples.h"
#include "slipway/optimize/search/sensitivity.h"
#include "slipway/runtime/engine.h"

#include <gtest/gtest.h>

#include <memory>
#include <string_view>

namespace slipway::search {

/// Whether the weights of the convolution called `name` are integers.
inline bool IsQuantized(const graph::Model& model, std::string_view name) {
  for (const graph::Node& node : model.graph.nodes) {
    if (node.name == name) return model.graph.FindInitializer(node.inputs.at(1)) == nullptr;
  }
  return false;
}

/// A model of two layers, x [n,8,6,6] → Conv "first" → Relu → Conv "second", and what it is
/// searched with.
class TwoLayers : public ::testing::Test {
 protected:
  SearchSubject Subject(const Judge& judge) { return {model_, calibrator_, options_, judge}; }

  const graph::Model model_ = quantize::testing::ModelBuilder()
                                  .Input("x", {-1, 8, 6, 6})
                                  .Convolution("x", "first", {.inputs = 8, .outputs = 8})
                                  .Node("Relu", {"first"}, "h")
                                  .Convolution("h", "second", {.inputs = 8, .outputs = 8})
                                  .Output("second")
                                  .Build();
  const std::unique_ptr<runtime::Engine> engine_ = *runtime::CreateOnnxRuntimeEngine({});
  const std::unique_ptr<dataset::SampleSource> samples_ =
      quantize::testing::RandomSamples({4, 8, 6, 6});
  quantize::DatasetCalibrator calibrator_{*engine_, *samples_};
  const quantize::StaticQuantizeOptions options_;
};

}  // namespace slipway::search
