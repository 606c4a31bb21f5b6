// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_signature.h"

#include "slipway/tensor/shape.h"

#include <algorithm>
#include <ranges>
#include <string_view>

namespace slipway::serving {
namespace {

using runtime::TensorSpec;
using Specs = std::span<const TensorSpec>;
using Configs = std::span<const TensorConfig>;

const TensorConfig* FindConfig(Configs configs, std::string_view name) {
  const auto found = std::ranges::find(configs, name, &TensorConfig::name);
  return found == configs.end() ? nullptr : &*found;
}

std::size_t IndexOf(Specs specs, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(specs, name, &TensorSpec::name) -
                                  specs.begin());
}

/// Refuses tensors that the model does not have, or has with another type.
Status CheckNamesAndTypes(std::string_view field, Configs configs, Specs specs) {
  for (const TensorConfig& config : configs) {
    const std::size_t index = IndexOf(specs, config.name);
    if (index == specs.size()) {
      return InvalidArgument("{} {:?} is not one of the model's: {}", field, config.name,
                             fmt::join(specs | std::views::transform(&TensorSpec::name), ", "));
    }
    if (config.dtype && *config.dtype != specs[index].dtype) {
      return InvalidArgument("{} {:?} is {} in the configuration, {} in the model", field,
                             config.name, DataTypeName(*config.dtype),
                             DataTypeName(specs[index].dtype));
    }
  }
  return {};
}

Status CheckNamesAllInputs(Configs configs, Specs specs) {
  if (configs.empty()) return {};
  for (const TensorSpec& spec : specs) {
    if (FindConfig(configs, spec.name) == nullptr) {
      return InvalidArgument("the configuration leaves out input {:?} of the model", spec.name);
    }
  }
  return {};
}

bool HasFreeRows(const TensorSpec& spec) { return !spec.shape.empty() && spec.shape[0] == -1; }

/// Whether a configured tensor has all dimensions of the model's, the first one included.
bool SomeAreWhole(Configs configs, Specs specs) {
  const auto is_whole = [&](const TensorConfig& config) {
    return config.dims.size() == specs[IndexOf(specs, config.name)].shape.size();
  };
  return std::ranges::any_of(configs, is_whole);
}

std::int64_t DefaultBatchSize(const ModelConfig& config, const SessionSpecs& session,
                              std::int64_t default_max_batch_size) {
  const bool can_batch = !session.inputs.empty() &&
                         std::ranges::all_of(session.inputs, HasFreeRows) &&
                         std::ranges::all_of(session.outputs, HasFreeRows);
  // Dims that include the rows say that the rows are the model's own business.
  const bool is_told_not_to =
      SomeAreWhole(config.inputs, session.inputs) || SomeAreWhole(config.outputs, session.outputs);
  return can_batch && !is_told_not_to ? default_max_batch_size : 0;
}

Status CheckCanBatch(std::string_view field, Specs specs, std::int64_t max_batch_size) {
  for (const TensorSpec& spec : specs) {
    if (HasFreeRows(spec)) continue;
    return InvalidArgument(
        "max_batch_size is {}, but the first dimension of {} {:?} is not free: {}", max_batch_size,
        field, spec.name, FormatSizes(spec.shape));
  }
  return {};
}

/// The shape that both agree on: where one leaves a size free, the other's.
Result<std::vector<std::int64_t>> MergeShapes(std::string_view field, const TensorSpec& spec,
                                              const TensorConfig& config, bool batches) {
  std::vector<std::int64_t> shape = config.dims;
  if (batches) shape.insert(shape.begin(), -1);
  bool agree = shape.size() == spec.shape.size();
  for (std::size_t i = 0; agree && i < shape.size(); ++i) {
    if (shape[i] == -1) shape[i] = spec.shape[i];
    agree = spec.shape[i] == -1 || shape[i] == spec.shape[i];
  }
  if (agree) return shape;
  return InvalidArgument("{} {:?} has dims {}{} in the configuration, shape {} in the model", field,
                         spec.name, FormatSizes(config.dims),
                         batches ? " after the batch dimension" : "", FormatSizes(spec.shape));
}

Result<TensorSpec> CompleteSpec(std::string_view field, const TensorSpec& spec,
                                const TensorConfig* config, bool batches) {
  TensorSpec complete = spec;
  if (config == nullptr) return complete;
  SLIPWAY_TRY_ASSIGN(complete.shape, MergeShapes(field, spec, *config, batches));
  return complete;
}

Result<std::vector<ServedOutput>> CompleteOutputs(Configs configs, Specs specs, bool batches) {
  std::vector<ServedOutput> outputs;
  if (configs.empty()) {
    for (std::size_t i = 0; i < specs.size(); ++i) outputs.push_back({specs[i], i});
  }
  for (const TensorConfig& config : configs) {
    const std::size_t index = IndexOf(specs, config.name);
    SLIPWAY_TRY_ASSIGN(TensorSpec spec, CompleteSpec("output", specs[index], &config, batches));
    outputs.push_back({std::move(spec), index});
  }
  return outputs;
}

Status CheckPreferredSizes(const DynamicBatchingConfig& batching, std::int64_t max_batch_size) {
  if (max_batch_size == 0 || batching.preferred_batch_sizes.empty()) return {};
  const std::int64_t largest = batching.preferred_batch_sizes.back();
  if (largest <= max_batch_size) return {};
  return InvalidArgument(
      "dynamic_batching.preferred_batch_size is {}: want at most max_batch_size, {}", largest,
      max_batch_size);
}

}  // namespace

Result<ModelSignature> CompleteSignature(const ModelConfig& config, const SessionSpecs& session,
                                         std::int64_t default_max_batch_size) {
  SLIPWAY_TRY(CheckNamesAndTypes("input", config.inputs, session.inputs));
  SLIPWAY_TRY(CheckNamesAndTypes("output", config.outputs, session.outputs));
  SLIPWAY_TRY(CheckNamesAllInputs(config.inputs, session.inputs));
  ModelSignature signature;
  signature.max_batch_size = config.max_batch_size;
  if (config.max_batch_size > 0) {
    SLIPWAY_TRY(CheckCanBatch("input", session.inputs, config.max_batch_size));
    SLIPWAY_TRY(CheckCanBatch("output", session.outputs, config.max_batch_size));
  } else {
    signature.max_batch_size = DefaultBatchSize(config, session, default_max_batch_size);
  }
  SLIPWAY_TRY(CheckPreferredSizes(config.dynamic_batching, signature.max_batch_size));
  const bool batches = signature.max_batch_size > 0;
  for (const TensorSpec& spec : session.inputs) {
    SLIPWAY_TRY_ASSIGN(TensorSpec complete,
                       CompleteSpec("input", spec, FindConfig(config.inputs, spec.name), batches));
    signature.inputs.push_back(std::move(complete));
  }
  SLIPWAY_TRY_ASSIGN(signature.outputs, CompleteOutputs(config.outputs, session.outputs, batches));
  return signature;
}

}  // namespace slipway::serving
