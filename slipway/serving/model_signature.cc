// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_signature.h"

#include "slipway/serving/internal/complete_layout.h"
#include "slipway/serving/internal/complete_tensor.h"
#include "slipway/serving/internal/reshape.h"

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
Status CheckNameAndType(std::string_view field, const TensorConfig& config,
                        const std::vector<TensorSpec>& specs) {
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
  return {};
}

Status CheckNamesAndTypes(const ModelConfig& config, const SessionSpecs& session) {
  std::vector<TensorSpec> inputs(session.inputs.begin(), session.inputs.end());
  inputs.insert(inputs.end(), session.optional_inputs.begin(), session.optional_inputs.end());
  for (const TensorConfig& input : config.inputs) {
    SLIPWAY_TRY(CheckNameAndType("input", input, inputs));
    if (!input.is_optional || IndexOf(session.inputs, input.name) == session.inputs.size()) {
      continue;
    }
    return InvalidArgument(
        "input {:?} is optional in the configuration, but the model has no "
        "default for it",
        input.name);
  }
  const std::vector<TensorSpec> outputs(session.outputs.begin(), session.outputs.end());
  for (const TensorConfig& output : config.outputs) {
    SLIPWAY_TRY(CheckNameAndType("output", output, outputs));
  }
  return {};
}

Status CheckNamesAllInputs(const ModelConfig& config, Specs specs) {
  if (config.inputs.empty()) return {};
  for (const TensorSpec& spec : specs) {
    if (FindConfig(config.inputs, spec.name) == nullptr &&
        FindBatchInput(config, spec.name) == nullptr) {
      return InvalidArgument("the configuration leaves out input {:?} of the model", spec.name);
    }
  }
  return {};
}

bool HasFreeRows(const TensorSpec& spec) { return !spec.shape.empty() && spec.shape[0] == -1; }

/// Whether a configured tensor has all dimensions of the model's, the first one included.
bool SomeAreWhole(Configs configs, Specs specs) {
  const auto is_whole = [&](const TensorConfig& config) {
    const std::size_t index = IndexOf(specs, config.name);
    return index < specs.size() &&
           config.reshape.value_or(config.dims).size() == specs[index].shape.size();
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

/// Adds an input of the model to those that requests bring.
Status AddInput(const TensorSpec& spec, const TensorConfig* config, ModelSignature& signature) {
  SLIPWAY_TRY_ASSIGN(CompleteTensor complete,
                     Complete({.field = "input",
                               .spec = spec,
                               .config = config,
                               .batches = signature.max_batch_size > 0,
                               .is_flat = config != nullptr && config->is_ragged}));
  if (complete.model_shape) {
    signature.input_reshapes.push_back(
        {.input = signature.inputs.size(), .model_shape = *std::move(complete.model_shape)});
  }
  signature.inputs.push_back(std::move(complete.spec));
  return {};
}

/// Adds those inputs with a default that the configuration names, as optional or not.
Status AddInputsWithDefault(const ModelConfig& config, Specs specs, bool optional,
                            ModelSignature& signature) {
  for (const TensorSpec& spec : specs) {
    const TensorConfig* const named = FindConfig(config.inputs, spec.name);
    if (named == nullptr || named->is_optional != optional) continue;
    if (signature.max_batch_size > 0) {
      SLIPWAY_TRY(CheckCanBatch("input", std::span(&spec, 1), signature.max_batch_size));
    }
    SLIPWAY_TRY(AddInput(spec, named, signature));
    if (optional) ++signature.optional_inputs;
  }
  return {};
}

Status AddInputs(const ModelConfig& config, const SessionSpecs& session,
                 ModelSignature& signature) {
  for (const TensorSpec& spec : session.inputs) {
    if (FindBatchInput(config, spec.name) != nullptr) continue;
    SLIPWAY_TRY(AddInput(spec, FindConfig(config.inputs, spec.name), signature));
  }
  SLIPWAY_TRY(AddInputsWithDefault(config, session.optional_inputs, false, signature));
  SLIPWAY_TRY(AddInputsWithDefault(config, session.optional_inputs, true, signature));
  if (!signature.inputs.empty() || signature.max_batch_size == 0) return {};
  return InvalidArgument("max_batch_size is {}, but the model has no inputs to join",
                         signature.max_batch_size);
}

Status AddOutput(const ModelConfig& config, Specs specs, std::size_t index,
                 ModelSignature& signature) {
  const TensorSpec& spec = specs[index];
  SLIPWAY_TRY_ASSIGN(CompleteTensor complete,
                     Complete({.field = "output",
                               .spec = spec,
                               .config = FindConfig(config.outputs, spec.name),
                               .batches = signature.max_batch_size > 0,
                               .is_flat = FindBatchOutput(config, spec.name) != nullptr}));
  signature.outputs.push_back({.spec = std::move(complete.spec),
                               .session_index = index,
                               .model_shape = std::move(complete.model_shape)});
  return {};
}

Status AddOutputs(const ModelConfig& config, Specs specs, ModelSignature& signature) {
  if (config.outputs.empty()) {
    for (std::size_t i = 0; i < specs.size(); ++i) {
      SLIPWAY_TRY(AddOutput(config, specs, i, signature));
    }
  }
  for (const TensorConfig& output : config.outputs) {
    SLIPWAY_TRY(AddOutput(config, specs, IndexOf(specs, output.name), signature));
  }
  return {};
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

Shape ShapeForClient(const ServedOutput& output, const Shape& shape) {
  if (!output.model_shape) return shape;
  return Reshaped(shape, *output.model_shape, output.spec.shape);
}

Result<ModelSignature> CompleteSignature(const ModelConfig& config, const SessionSpecs& session,
                                         std::int64_t default_max_batch_size) {
  SLIPWAY_TRY(CheckNamesAndTypes(config, session));
  SLIPWAY_TRY(CheckBatchEnds(config, session));
  SLIPWAY_TRY(CheckNamesAllInputs(config, session.inputs));
  ModelSignature signature;
  signature.max_batch_size = config.max_batch_size;
  if (config.max_batch_size > 0) {
    SLIPWAY_TRY(CheckCanBatch("input", session.inputs, config.max_batch_size));
    SLIPWAY_TRY(CheckCanBatch("output", session.outputs, config.max_batch_size));
  } else {
    signature.max_batch_size = DefaultBatchSize(config, session, default_max_batch_size);
  }
  SLIPWAY_TRY(CheckPreferredSizes(config.dynamic_batching, signature.max_batch_size));
  SLIPWAY_TRY(AddInputs(config, session, signature));
  SLIPWAY_TRY(AddOutputs(config, session.outputs, signature));
  signature.layout = CompleteLayout(config, session, signature);
  return signature;
}

}  // namespace slipway::serving
