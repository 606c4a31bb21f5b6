// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/unused_fields.h"

#include "slipway/base/format.h"
#include "slipway/serving/internal/read_scheduling.h"
#include "slipway/serving/internal/session_config.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace slipway::serving {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

/// The fields that model_config.cc reads, without the package's name. What lies under a field that
/// is not here is unused as a whole.
constexpr auto kUsed = std::to_array<std::string_view>({
    "ModelConfig.name",
    "ModelConfig.platform",
    "ModelConfig.backend",
    "ModelConfig.version_policy",
    "ModelVersionPolicy.latest",
    "ModelVersionPolicy.all",
    "ModelVersionPolicy.specific",
    "ModelVersionPolicy.Latest.num_versions",
    "ModelVersionPolicy.Specific.versions",
    "ModelConfig.max_batch_size",
    "ModelConfig.input",
    "ModelInput.name",
    "ModelInput.data_type",
    "ModelInput.dims",
    "ModelInput.reshape",
    "ModelInput.allow_ragged_batch",
    "ModelInput.optional",
    "ModelTensorReshape.shape",
    "ModelConfig.output",
    "ModelOutput.name",
    "ModelOutput.data_type",
    "ModelOutput.dims",
    "ModelOutput.reshape",
    "ModelConfig.batch_input",
    "BatchInput.kind",
    "BatchInput.target_name",
    "BatchInput.data_type",
    "BatchInput.source_input",
    "ModelConfig.batch_output",
    "BatchOutput.target_name",
    "BatchOutput.kind",
    "BatchOutput.source_input",
    "ModelConfig.instance_group",
    "ModelInstanceGroup.name",
    "ModelInstanceGroup.count",
    "ModelInstanceGroup.kind",
    "ModelInstanceGroup.passive",
    "ModelInstanceGroup.host_policy",
    "ModelConfig.default_model_filename",
    "ModelConfig.dynamic_batching",
    "ModelDynamicBatching.preferred_batch_size",
    "ModelDynamicBatching.max_queue_delay_microseconds",
    "ModelDynamicBatching.preserve_ordering",
    "ModelDynamicBatching.default_queue_policy",
    "ModelDynamicBatching.priority_levels",
    "ModelDynamicBatching.default_priority_level",
    "ModelDynamicBatching.priority_queue_policy",
    "ModelQueuePolicy.timeout_action",
    "ModelQueuePolicy.default_timeout_microseconds",
    "ModelQueuePolicy.allow_timeout_override",
    "ModelQueuePolicy.max_queue_size",
    "ModelConfig.metric_tags",
    "ModelOutput.label_filename",
    "ModelConfig.optimization",
    "ModelOptimizationPolicy.graph",
    "ModelOptimizationPolicy.Graph.level",
    "ModelConfig.model_warmup",
    "ModelWarmup.name",
    "ModelWarmup.batch_size",
    "ModelWarmup.inputs",
    "ModelWarmup.Input.data_type",
    "ModelWarmup.Input.dims",
    "ModelWarmup.Input.zero_data",
    "ModelWarmup.Input.random_data",
    "ModelWarmup.Input.input_data_file",
    "ModelWarmup.count",
    "ModelConfig.parameters",
    "ModelParameter.string_value",
});

bool IsUsed(const FieldDescriptor& field) {
  const std::string_view package = field.file()->package();
  return std::ranges::find(kUsed, std::string_view(field.full_name()).substr(package.size() + 1)) !=
         kUsed.end();
}

/// Whether an entry of the map `field`, which has an effect, has one.
bool IsUsedEntry(const FieldDescriptor& field, const Message& entry) {
  if (field.name() != "parameters") return true;
  const FieldDescriptor& key = *entry.GetDescriptor()->map_key();
  const std::string name = entry.GetReflection()->GetString(entry, &key);
  return name == kPadParameter || IsSessionParameter(name);
}

/// What stands in brackets behind the path of an entry: its key in a map, its index in a list.
std::string SubscriptOf(const FieldDescriptor& field, const Message& entry, int index) {
  if (!field.is_map()) return fmt::format("[{}]", index);
  const FieldDescriptor& key = *entry.GetDescriptor()->map_key();
  const Reflection& reflection = *entry.GetReflection();
  if (key.cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
    return fmt::format("[{}]", reflection.GetUInt64(entry, &key));
  }
  return fmt::format("[{:?}]", reflection.GetString(entry, &key));
}

/// Where a walk over a message has come to.
struct Place {
  std::string path;
  bool is_used = false;  ///< Whether all fields on the way have an effect.
};

void CollectFrom(const Message& message, const Place& place, std::vector<std::string>& unused);

/// `place` is that of the entry's value.
void CollectFromMapEntry(const Message& entry, const Place& place,
                         std::vector<std::string>& unused) {
  const FieldDescriptor& value = *entry.GetDescriptor()->map_value();
  if (!place.is_used) {
    unused.push_back(place.path);
  } else if (value.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    CollectFrom(entry.GetReflection()->GetMessage(entry, &value), place, unused);
  }
}

void CollectFromEntries(const Message& message, const FieldDescriptor& field, const Place& place,
                        std::vector<std::string>& unused) {
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    const std::string path = place.path + SubscriptOf(field, entry, i);
    if (field.is_map()) {
      CollectFromMapEntry(
          entry, {.path = path, .is_used = place.is_used && IsUsedEntry(field, entry)}, unused);
    } else {
      CollectFrom(entry, {.path = path, .is_used = place.is_used}, unused);
    }
  }
}

void CollectFrom(const Message& message, const Place& place, std::vector<std::string>& unused) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* const field : fields) {
    const std::string_view dot = place.path.empty() ? "" : ".";
    const Place here{.path = fmt::format("{}{}{}", place.path, dot, field->name()),
                     .is_used = place.is_used && IsUsed(*field)};
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!here.is_used) unused.push_back(here.path);
    } else if (field->is_repeated()) {
      CollectFromEntries(message, *field, here, unused);
    } else {
      CollectFrom(reflection.GetMessage(message, field), here, unused);
    }
  }
}

}  // namespace

std::vector<std::string> UnusedFields(const Message& config) {
  std::vector<std::string> unused;
  CollectFrom(config, {.path = "", .is_used = true}, unused);
  return unused;
}

}  // namespace slipway::serving
