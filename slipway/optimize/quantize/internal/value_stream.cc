// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/value_stream.h"

#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/internal/value_extremes.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace slipway::quantize {
namespace {

bool IsNamed(const std::vector<graph::ValueInfo>& infos, const std::string& name) {
  return std::ranges::find(infos, name, &graph::ValueInfo::name) != infos.end();
}

// `model` with each of `values` among its outputs.
graph::Model WithOutputs(const graph::Model& model, std::span<const std::string> values) {
  graph::Model watched = model;
  for (const std::string& value : values) {
    if (IsNamed(watched.graph.outputs, value) || IsNamed(watched.graph.inputs, value)) continue;
    watched.graph.outputs.push_back(
        {.name = value, .dtype = DataType::kFloat32, .shape = std::nullopt});
  }
  return watched;
}

// The index of each of `values` among the session's outputs; nothing for its input.
std::vector<std::optional<std::size_t>> OutputsOf(const runtime::Session& session,
                                                  std::span<const std::string> values) {
  std::vector<std::optional<std::size_t>> outputs;
  for (const std::string& value : values) {
    const auto output = std::ranges::find(session.outputs(), value, &runtime::TensorSpec::name);
    outputs.emplace_back();
    // What the session does not give is what it takes.
    if (output == session.outputs().end()) continue;
    outputs.back() = static_cast<std::size_t>(output - session.outputs().begin());
  }
  return outputs;
}

Status CheckFinite(const std::string& value, std::span<const float> elements) {
  const std::size_t broken = FirstNonFinite(elements);
  if (broken == elements.size()) return {};
  return InvalidArgument(
      "value \"{}\" is {} on the calibration data: quantization needs finite values", value,
      elements[broken]);
}

}  // namespace

Status ValueStream::Run(const graph::Model& model, std::span<const std::string> values,
                        const Visit& visit) const {
  SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(WithOutputs(model, values)));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session,
                     engine.LoadBytes(AsBytes(bytes), "calibration model", {}));
  const std::vector<std::optional<std::size_t>> indices = OutputsOf(*session, values);
  SLIPWAY_TRY_ASSIGN(SampleRunner runner, SampleRunner::Create(*session, samples));
  return runner.ForEachBatch(
      batches, [&](const Tensor& input, std::span<const SharedTensor> outputs) -> Status {
        const auto count = static_cast<std::size_t>(input.shape()[0]);
        for (std::size_t i = 0; i < values.size(); ++i) {
          const TensorView view = indices[i] ? outputs[*indices[i]].view : input.view();
          SLIPWAY_TRY(CheckFinite(values[i], view.elements<float>()));
          SLIPWAY_TRY(visit(i, view, count));
        }
        return {};
      });
}

}  // namespace slipway::quantize
