// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/served_predictions.h"

#include <algorithm>

namespace slipway::app {
namespace {

constexpr std::size_t kRowsPerCall = 50;

Status AppendClasses(const Tensor& scores, std::vector<std::int64_t>& classes) {
  if (scores.dtype() != DataType::kFloat32 || scores.shape().rank() != 2 || scores.shape()[1] < 1) {
    return InvalidArgument("the model's output is {} {}: want float32 [n,classes]",
                           DataTypeName(scores.dtype()), ToString(scores.shape()));
  }
  const auto width = static_cast<std::size_t>(scores.shape()[1]);
  for (std::span<const float> rest = scores.elements<float>(); !rest.empty();
       rest = rest.subspan(width)) {
    classes.push_back(std::ranges::max_element(rest.first(width)) - rest.begin());
  }
  return {};
}

}  // namespace

Result<std::vector<std::int64_t>> PredictOver(api::client::InferClient& client,
                                              const std::string& model,
                                              const dataset::SampleSource& samples) {
  SLIPWAY_TRY_ASSIGN(const api::client::ModelDescription description, client.Metadata(model, ""));
  std::vector<std::int64_t> classes;
  for (std::size_t first = 0; first < samples.sample_count(); first += kRowsPerCall) {
    const std::size_t count = std::min(kRowsPerCall, samples.sample_count() - first);
    SLIPWAY_TRY_ASSIGN(const Tensor rows, samples.Read(first, count));
    SLIPWAY_TRY_ASSIGN(const api::client::InferAnswer answer,
                       client.Infer({.model = model,
                                     .inputs = {{.name = description.inputs.front().name,
                                                 .tensor = rows.view()}}}));
    SLIPWAY_TRY(AppendClasses(answer.outputs.front().tensor, classes));
  }
  return classes;
}

}  // namespace slipway::app
