// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/unused_fields.h"

#include "slipway/base/format.h"

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
constexpr std::array<std::string_view, 29> kUsed = {
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
    "ModelConfig.output",
    "ModelOutput.name",
    "ModelOutput.data_type",
    "ModelOutput.dims",
    "ModelConfig.instance_group",
    "ModelInstanceGroup.name",
    "ModelInstanceGroup.count",
    "ModelInstanceGroup.kind",
    "ModelConfig.default_model_filename",
    "ModelConfig.dynamic_batching",
    "ModelDynamicBatching.preferred_batch_size",
    "ModelDynamicBatching.max_queue_delay_microseconds",
    "ModelDynamicBatching.default_queue_policy",
    "ModelQueuePolicy.default_timeout_microseconds",
    "ModelQueuePolicy.max_queue_size",
};

bool IsUsed(const FieldDescriptor& field) {
  const std::string_view package = field.file()->package();
  return std::ranges::find(kUsed, std::string_view(field.full_name()).substr(package.size() + 1)) !=
         kUsed.end();
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

void CollectFrom(const Message& message, const std::string& path, bool parent_is_used,
                 std::vector<std::string>& unused);

void CollectField(const Message& message, const FieldDescriptor& field, const std::string& path,
                  bool is_used, std::vector<std::string>& unused) {
  const Reflection& reflection = *message.GetReflection();
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    if (!is_used) unused.push_back(path);
  } else if (!field.is_repeated()) {
    CollectFrom(reflection.GetMessage(message, &field), path, is_used, unused);
  } else {
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
      const std::string entry_path = path + SubscriptOf(field, entry, i);
      if (field.is_map()) {
        unused.push_back(entry_path);
      } else {
        CollectFrom(entry, entry_path, is_used, unused);
      }
    }
  }
}

void CollectFrom(const Message& message, const std::string& path, bool parent_is_used,
                 std::vector<std::string>& unused) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* const field : fields) {
    const std::string field_path =
        path.empty() ? field->name() : fmt::format("{}.{}", path, field->name());
    CollectField(message, *field, field_path, parent_is_used && IsUsed(*field), unused);
  }
}

}  // namespace

std::vector<std::string> UnusedFields(const Message& config) {
  std::vector<std::string> unused;
  CollectFrom(config, "", true, unused);
  return unused;
}

}  // namespace slipway::serving
