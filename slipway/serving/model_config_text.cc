// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/model_config_text.h"

#include "slipway/serving/internal/config_fields.h"
#include "slipway/serving/internal/message_json.h"
#include "slipway/serving/internal/model_config.pb.h"

#include <algorithm>
#include <ranges>
#include <span>
#include <vector>

namespace slipway::serving {
namespace {

/// Sets dims of `tensor`, which has none, to `shape` without the batch dimension.
template <typename Tensor>
void SetDims(Tensor& tensor, std::span<const std::int64_t> shape, bool batches) {
  for (const std::int64_t size : shape.subspan(batches && !shape.empty() ? 1 : 0)) {
    tensor.add_dims(size);
  }
  if (!tensor.dims().empty()) return;
  // Dims are never empty: a single element is reshaped to none.
  tensor.add_dims(1);
  tensor.mutable_reshape();
}

/// Gives the tensor of `spec` what it lacks, and adds it if it is not there.
template <typename Tensors>
void FillTensor(Tensors& tensors, const runtime::TensorSpec& spec, bool batches) {
  const auto has_name = [&](const auto& tensor) { return tensor.name() == spec.name; };
  const auto found = std::ranges::find_if(tensors, has_name);
  auto& tensor = found == tensors.end() ? *tensors.Add() : *found;
  tensor.set_name(spec.name);
  tensor.set_data_type(ConfigDataType(spec.dtype));
  if (tensor.dims().empty()) SetDims(tensor, spec.shape, batches);
}

void CompleteInstances(config::ModelConfig& message, const ConfigCompletion& completion) {
  if (message.instance_group().empty()) {
    message.add_instance_group()->set_count(static_cast<std::int32_t>(completion.instance_count));
  }
  int index = 0;
  for (config::ModelInstanceGroup& group : *message.mutable_instance_group()) {
    if (group.name().empty()) group.set_name(fmt::format("{}_{}", completion.model.text(), index));
    ++index;
    group.set_count(std::max(group.count(), 1));
    if (group.kind() == config::ModelInstanceGroup::KIND_AUTO) {
      group.set_kind(config::ModelInstanceGroup::KIND_CPU);
    }
  }
}

void CompletePolicies(config::ModelConfig& message) {
  if (message.version_policy().policy_choice_case() ==
      config::ModelVersionPolicy::POLICY_CHOICE_NOT_SET) {
    message.mutable_version_policy()->mutable_latest()->set_num_versions(1);
  }
  const bool has_scheduler =
      message.scheduling_choice_case() != config::ModelConfig::SCHEDULING_CHOICE_NOT_SET;
  if (message.max_batch_size() > 1 && !has_scheduler) message.mutable_dynamic_batching();
  if (message.has_dynamic_batching() && message.max_batch_size() > 0 &&
      message.dynamic_batching().preferred_batch_size().empty()) {
    message.mutable_dynamic_batching()->add_preferred_batch_size(message.max_batch_size());
  }
}

}  // namespace

Result<ConfigText> CompleteConfigText(const ModelConfig& config,
                                      const ConfigCompletion& completion) {
  config::ModelConfig message;
  if (!message.ParseFromString(config.message)) {
    return InternalError("the configuration of {} cannot be read again", completion.model.text());
  }
  message.set_name(completion.model.text());
  message.set_platform("onnxruntime_onnx");
  message.set_backend("onnxruntime");
  message.set_default_model_filename(config.model_filename);
  const ModelSignature& signature = completion.signature;
  const bool batches = signature.max_batch_size > 0;
  message.set_max_batch_size(static_cast<std::int32_t>(signature.max_batch_size));
  for (const runtime::TensorSpec& input : signature.inputs) {
    FillTensor(*message.mutable_input(), input, batches);
  }
  for (const ServedOutput& output : signature.outputs) {
    FillTensor(*message.mutable_output(), output.spec, batches);
  }
  CompleteInstances(message, completion);
  CompletePolicies(message);
  return ConfigText{.json = MessageJson(message), .protobuf = message.SerializeAsString()};
}

}  // namespace slipway::serving
