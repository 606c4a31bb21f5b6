// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/complete_layout.h"

#include "slipway/tensor/shape.h"

#include <algorithm>

namespace slipway::serving {
namespace {

using runtime::TensorSpec;

/// The position of the tensor called `name`; the size of `specs` if there is none.
std::size_t IndexOf(std::span<const TensorSpec> specs, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(specs, name, &TensorSpec::name) -
                                  specs.begin());
}

template <typename Ends>
const typename Ends::value_type* FindTarget(const Ends& ends, std::string_view name) {
  const auto has_target = [&](const auto& end) {
    return std::ranges::find(end.targets, name) != end.targets.end();
  };
  const auto found = std::ranges::find_if(ends, has_target);
  return found == ends.end() ? nullptr : &*found;
}

const TensorConfig* FindInput(const ModelConfig& config, std::string_view name) {
  const auto found = std::ranges::find(config.inputs, name, &TensorConfig::name);
  return found == config.inputs.end() ? nullptr : &*found;
}

Status CheckSource(std::string_view field, std::string_view source, const ModelConfig& config) {
  const TensorConfig* const input = FindInput(config, source);
  if (input == nullptr) {
    return InvalidArgument("{}: source_input {:?} is not an input of the configuration", field,
                           source);
  }
  if (!input->is_optional) return {};
  return InvalidArgument("{}: source_input {:?} is optional", field, source);
}

Status CheckFactTarget(const BatchInputConfig& batch_input, std::string_view name,
                       std::span<const TensorSpec> inputs) {
  const std::size_t index = IndexOf(inputs, name);
  if (index == inputs.size()) {
    return InvalidArgument("batch_input: the model has no input {:?}", name);
  }
  const TensorSpec& spec = inputs[index];
  if (spec.dtype != batch_input.dtype) {
    return InvalidArgument("batch_input {:?} is {} in the configuration, {} in the model", name,
                           DataTypeName(batch_input.dtype), DataTypeName(spec.dtype));
  }
  const std::size_t rank = batch_input.fact == BatchFact::kItemShape ? 2 : 1;
  if (spec.shape.size() == rank && spec.shape[0] == -1) return {};
  return InvalidArgument(
      "batch_input {:?}: the model has shape {}, want {} dimensions, the first free", name,
      FormatSizes(spec.shape), rank);
}

Status CheckBatchInputs(const ModelConfig& config, const SessionSpecs& session) {
  for (const BatchInputConfig& batch_input : config.batch_inputs) {
    SLIPWAY_TRY(CheckSource("batch_input", batch_input.source, config));
    for (const std::string& target : batch_input.targets) {
      SLIPWAY_TRY(CheckFactTarget(batch_input, target, session.inputs));
      if (FindInput(config, target) == nullptr) continue;
      return InvalidArgument("{:?} is both an input and a batch_input", target);
    }
  }
  return {};
}

Status CheckBatchOutputs(const ModelConfig& config, const SessionSpecs& session) {
  for (const BatchOutputConfig& batch_output : config.batch_outputs) {
    SLIPWAY_TRY(CheckSource("batch_output", batch_output.source, config));
    for (const std::string& target : batch_output.targets) {
      if (IndexOf(session.outputs, target) == session.outputs.size()) {
        return InvalidArgument("batch_output: the model has no output {:?}", target);
      }
    }
  }
  return {};
}

/// Whether calls take the inputs of requests as they are.
bool AreAsTheyAre(std::span<const CallInput> inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].source != i || inputs[i].is_ragged || inputs[i].fact) return false;
  }
  return true;
}

std::vector<CallInput> CompleteInputs(const ModelConfig& config, const SessionSpecs& session,
                                      const ModelSignature& signature) {
  std::vector<CallInput> inputs;
  for (const TensorSpec& spec : session.inputs) {
    CallInput input;
    if (const BatchInputConfig* const batch_input = FindBatchInput(config, spec.name)) {
      input = {.source = IndexOf(signature.inputs, batch_input->source),
               .fact = batch_input->fact,
               .fact_dtype = batch_input->dtype};
    } else {
      const TensorConfig* const named = FindInput(config, spec.name);
      input = {.source = IndexOf(signature.inputs, spec.name),
               .is_ragged = named != nullptr && named->is_ragged};
    }
    inputs.push_back(input);
  }
  std::size_t used = inputs.size();
  for (const TensorSpec& spec : session.optional_inputs) {
    const std::size_t source = IndexOf(signature.inputs, spec.name);
    const bool is_used = source < signature.inputs.size();
    inputs.push_back({.source = is_used ? source : CallInput::kNone});
    if (is_used) used = inputs.size();
  }
  inputs.resize(used);
  if (AreAsTheyAre(inputs)) inputs.clear();
  return inputs;
}

}  // namespace

const BatchInputConfig* FindBatchInput(const ModelConfig& config, std::string_view name) {
  return FindTarget(config.batch_inputs, name);
}

const BatchOutputConfig* FindBatchOutput(const ModelConfig& config, std::string_view name) {
  return FindTarget(config.batch_outputs, name);
}

Status CheckBatchEnds(const ModelConfig& config, const SessionSpecs& session) {
  const bool has_ragged = std::ranges::any_of(config.inputs, &TensorConfig::is_ragged);
  const bool has_any = has_ragged || !config.batch_inputs.empty() || !config.batch_outputs.empty();
  if (!has_any) return {};
  if (config.max_batch_size == 0) {
    return InvalidArgument(
        "allow_ragged_batch, batch_input and batch_output need a max_batch_size above 0");
  }
  if (config.dynamic_batching.pad_to_preferred) {
    return InvalidArgument(
        "slipway.pad_to_preferred excludes allow_ragged_batch, batch_input and batch_output");
  }
  SLIPWAY_TRY(CheckBatchInputs(config, session));
  return CheckBatchOutputs(config, session);
}

BatchLayout CompleteLayout(const ModelConfig& config, const SessionSpecs& session,
                           const ModelSignature& signature) {
  BatchLayout layout{.inputs = CompleteInputs(config, session, signature)};
  if (!config.batch_outputs.empty()) {
    for (const TensorSpec& spec : session.outputs) {
      const BatchOutputConfig* const output = FindBatchOutput(config, spec.name);
      layout.scattered.emplace_back();
      if (output != nullptr) layout.scattered.back() = IndexOf(signature.inputs, output->source);
    }
  }
  if (config.dynamic_batching.pad_to_preferred && signature.max_batch_size > 0) {
    layout.padded_sizes = config.dynamic_batching.preferred_batch_sizes;
  }
  return layout;
}

}  // namespace slipway::serving
