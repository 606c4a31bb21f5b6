// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/layer_moments.h"

#include "slipway/graph/model_file.h"
#include "slipway/optimize/codebook/internal/input_rows.h"
#include "slipway/optimize/quantize/sample_runner.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::codebook {
namespace {

bool IsNamed(const std::vector<graph::ValueInfo>& infos, const std::string& name) {
  return std::ranges::find(infos, name, &graph::ValueInfo::name) != infos.end();
}

// A layer of which moments are collected.
struct WatchedLayer {
  std::size_t node = 0;
  std::string input;  // The value that it takes in.
  InputRows rows;
  std::vector<SecondMoments> moments;  // Of each group.
};

class MomentCollector {
 public:
  MomentCollector(const graph::Graph& graph, std::span<const WeightLayer> layers,
                  const MomentOptions& options)
      : options_(options) {
    for (const WeightLayer& layer : layers) {
      const graph::Node& node = graph.nodes[layer.node];
      std::optional<InputRows> rows = InputRows::Create(node, layer.layout);
      const bool is_constant = graph.HasInitializer(node.inputs[0]);
      if (!rows || is_constant || layer.layout.columns > options.max_columns) continue;
      const std::vector<SecondMoments> moments(rows->groups(), SecondMoments(layer.layout.columns));
      layers_.push_back({layer.node, node.inputs[0], *std::move(rows), moments});
    }
  }

  bool is_empty() const { return layers_.empty(); }

  // `model` with what the layers take in among its outputs.
  graph::Model Watched(const graph::Model& model) const {
    graph::Model watched = model;
    for (const WatchedLayer& layer : layers_) {
      if (IsNamed(watched.graph.outputs, layer.input) || IsNamed(model.graph.inputs, layer.input)) {
        continue;
      }
      watched.graph.outputs.push_back(
          {.name = layer.input, .dtype = DataType::kFloat32, .shape = std::nullopt});
    }
    return watched;
  }

  Status Run(const runtime::Session& session, const dataset::SampleSource& samples) {
    SLIPWAY_TRY_ASSIGN(quantize::SampleRunner runner,
                       quantize::SampleRunner::Create(session, samples));
    std::size_t count = samples.sample_count();
    if (options_.max_samples != 0) count = std::min(count, options_.max_samples);
    const std::size_t rows_a_sample = (options_.max_rows + count - 1) / count;
    return runner.ForEachBatch(
        {.max_samples = options_.max_samples},
        [&](const Tensor& input, std::span<const SharedTensor> outputs) -> Status {
          const auto batch = static_cast<std::size_t>(input.shape()[0]);
          for (WatchedLayer& layer : layers_) {
            const auto& specs = session.outputs();
            const auto spec = std::ranges::find(specs, layer.input, &runtime::TensorSpec::name);
            // What the session does not give is what it takes.
            const TensorView value =
                spec == specs.end() ? input.view()
                                    : outputs[static_cast<std::size_t>(spec - specs.begin())].view;
            SLIPWAY_TRY(Add(layer, layer.rows.Sample(value, batch * rows_a_sample)));
          }
          return {};
        });
  }

  LayerMoments Take() {
    LayerMoments moments;
    for (WatchedLayer& layer : layers_) {
      if (layer.moments[0].row_count() > 0) moments.emplace(layer.node, std::move(layer.moments));
    }
    return moments;
  }

 private:
  static Status Add(WatchedLayer& layer, const std::vector<float>& rows) {
    const auto broken = std::ranges::find_if_not(rows, [](float x) { return std::isfinite(x); });
    if (broken != rows.end()) {
      return InvalidArgument("value \"{}\" is {} on the calibration data: want finite values",
                             layer.input, *broken);
    }
    if (layer.moments.size() == 1) {
      layer.moments[0].Add(rows);
      return {};
    }
    const std::size_t columns = layer.moments[0].columns();
    for (std::size_t first = 0; first < rows.size(); first += columns) {
      layer.moments[first / columns % layer.moments.size()].Add(
          std::span(rows).subspan(first, columns));
    }
    return {};
  }

  const MomentOptions& options_;
  std::vector<WatchedLayer> layers_;
};

}  // namespace

Result<LayerMoments> CollectMoments(const runtime::Engine& engine, const ModelOnData& on_data,
                                    std::span<const WeightLayer> layers,
                                    const MomentOptions& options) {
  MomentCollector collector(on_data.model.graph, layers, options);
  if (collector.is_empty()) return LayerMoments();
  SLIPWAY_TRY_ASSIGN(const std::string bytes,
                     graph::SerializeModel(collector.Watched(on_data.model)));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session,
                     engine.LoadBytes(AsBytes(bytes), "calibration model", {}));
  SLIPWAY_TRY(collector.Run(*session, on_data.samples));
  return collector.Take();
}

}  // namespace slipway::codebook
