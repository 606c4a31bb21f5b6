// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/evaluate/compare_values.h"

#include "slipway/graph/model_file.h"
#include "slipway/graph/shape_inference.h"
#include "slipway/optimize/evaluate/model_input.h"
#include "slipway/optimize/evaluate/signal_to_noise.h"

#include <algorithm>
#include <memory>
#include <set>
#include <span>
#include <utility>

namespace slipway::evaluate {
namespace {

using Names = std::set<std::string, std::less<>>;

/// The float32 values that nodes of the main graph make.
Names FloatValues(const graph::Model& model) {
  const graph::ValueTable known = graph::InferValues(model);
  Names names;
  for (const graph::Node& node : model.graph.nodes) {
    for (const std::string& output : node.outputs) {
      const auto value = known.find(output);
      if (value != known.end() && value->second.dtype == DataType::kFloat32) names.insert(output);
    }
  }
  return names;
}

/// What is compared, before it is.
std::vector<ValueDifference> CommonValues(const ComparedModels& models) {
  const Names original = FloatValues(models.original);
  const Names changed = FloatValues(models.changed);
  std::vector<ValueDifference> common;
  for (const graph::Node& node : models.original.graph.nodes) {
    for (const std::string& output : node.outputs) {
      if (!original.contains(output) || !changed.contains(output)) continue;
      common.push_back(
          {.value = output, .made_by = node.op_type + (node.name.empty() ? "" : " " + node.name)});
    }
  }
  return common;
}

/// `model` with `values` as its outputs, loaded.
Result<std::unique_ptr<runtime::Session>> LoadWatched(const runtime::Engine& engine,
                                                      graph::Model model,
                                                      std::span<const ValueDifference> values) {
  model.graph.outputs.clear();
  for (const ValueDifference& value : values) {
    model.graph.outputs.push_back(
        {.name = value.value, .dtype = DataType::kFloat32, .shape = std::nullopt});
  }
  SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(model));
  return engine.LoadBytes(AsBytes(bytes), "compared model", {});
}

Status Add(const ValueDifference& value, std::pair<const TensorView&, const TensorView&> views,
           SignalToNoise& difference) {
  const auto& [expected, actual] = views;
  if (expected.shape != actual.shape) {
    return MakeError(ErrorCode::kFailedPrecondition,
                     "value {:?} is {} in one model and {} in the other", value.value,
                     ToString(expected.shape), ToString(actual.shape));
  }
  difference.Add(expected.elements<float>(), actual.elements<float>());
  return {};
}

/// Both models, side by side on the same samples.
class Comparison {
 public:
  Comparison(const runtime::Session& original, const runtime::Session& changed)
      : original_(original.NewExecutor()), changed_(changed.NewExecutor()) {}

  Status Run(const Tensor& input, std::span<const ValueDifference> values) {
    const TensorView view = input.view();
    SLIPWAY_TRY_ASSIGN(const std::vector<SharedTensor> expected,
                       original_->Run(std::span(&view, 1), {}));
    SLIPWAY_TRY_ASSIGN(const std::vector<SharedTensor> actual,
                       changed_->Run(std::span(&view, 1), {}));
    differences_.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      SLIPWAY_TRY(Add(values[i], {expected[i].view, actual[i].view}, differences_[i]));
    }
    return {};
  }

  void WriteTo(std::span<ValueDifference> values) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i].snr_db = differences_[i].decibels();
      values[i].largest_error = differences_[i].largest_error();
    }
  }

 private:
  std::unique_ptr<runtime::Executor> original_;
  std::unique_ptr<runtime::Executor> changed_;
  std::vector<SignalToNoise> differences_;
};

}  // namespace

Result<std::vector<ValueDifference>> CompareValues(const runtime::Engine& engine,
                                                   const ComparedModels& models,
                                                   const dataset::SampleSource& samples,
                                                   const CompareOptions& options) {
  std::vector<ValueDifference> values = CommonValues(models);
  if (values.empty())
    return MakeError(ErrorCode::kFailedPrecondition, "the models have no float32 value in common");
  SLIPWAY_TRY_ASSIGN(const auto original, LoadWatched(engine, models.original, values));
  SLIPWAY_TRY_ASSIGN(const auto changed, LoadWatched(engine, models.changed, values));
  SLIPWAY_TRY_ASSIGN(std::size_t batch, BatchSizeFor(*original, options.batch_size));
  SLIPWAY_TRY_ASSIGN(batch, BatchSizeFor(*changed, batch));
  const std::size_t all = samples.sample_count();
  const std::size_t total = options.max_samples == 0 ? all : std::min(options.max_samples, all);
  if (total == 0) return InvalidArgument("there are no samples to compare the models on");
  Comparison comparison(*original, *changed);
  for (std::size_t first = 0; first < total;) {
    const std::size_t count = std::min(batch, total - first);
    SLIPWAY_TRY_ASSIGN(const Tensor input, samples.Read(first, count));
    SLIPWAY_TRY(comparison.Run(input, values));
    first += count;
  }
  comparison.WriteTo(values);
  return values;
}

}  // namespace slipway::evaluate
