// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/read_scheduling.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace slipway::serving {
namespace {

/// Executors cost threads and memory; more than this is a slip of the hand.
constexpr std::int64_t kMaxInstances = 256;
constexpr std::uint64_t kMicrosecondsPerDay = 86'400'000'000;

/// The host policy that Triton gives a group without one.
std::string DefaultHostPolicy(const config::ModelInstanceGroup& group) {
  return group.kind() == config::ModelInstanceGroup::KIND_MODEL ? "model" : "cpu";
}

template <typename Groups>
Result<std::vector<InstanceGroupConfig>> ReadInstanceGroups(const Groups& messages,
                                                            std::vector<std::string>& warnings) {
  std::vector<InstanceGroupConfig> groups;
  std::int64_t count = 0;
  for (const config::ModelInstanceGroup& group : messages) {
    if (group.count() < 0) {
      return InvalidArgument("instance_group.count is {}: want at least 0", group.count());
    }
    if (group.kind() == config::ModelInstanceGroup::KIND_GPU) {
      warnings.emplace_back("instance_group.kind is KIND_GPU: its instances run on the CPU");
    }
    // Passive instances are there for others to call; nobody here does.
    if (group.passive()) continue;
    const std::int64_t instances = std::max(group.count(), 1);
    count += instances;
    groups.push_back({.count = static_cast<std::size_t>(instances),
                      .host_policy = group.host_policy().empty() ? DefaultHostPolicy(group)
                                                                 : group.host_policy()});
  }
  if (count > kMaxInstances) {
    return InvalidArgument("instance_group asks for {} instances: at most {} are allowed", count,
                           kMaxInstances);
  }
  if (groups.empty() && !messages.empty()) {
    return InvalidArgument("every instance_group is passive: nothing would run the model");
  }
  return groups;
}

Result<std::chrono::microseconds> ReadMicroseconds(std::string_view field, std::uint64_t value) {
  if (value <= kMicrosecondsPerDay) return std::chrono::microseconds(value);
  return InvalidArgument("{} is {}: at most {}, which is a day, is allowed", field, value,
                         kMicrosecondsPerDay);
}

Result<QueuePolicy> ReadQueuePolicy(std::string_view field,
                                    const config::ModelQueuePolicy& message) {
  QueuePolicy policy;
  if (message.timeout_action() == config::ModelQueuePolicy::DELAY) {
    policy.timeout_action = TimeoutAction::kDelay;
  }
  SLIPWAY_TRY_ASSIGN(policy.timeout,
                     ReadMicroseconds(fmt::format("{}.default_timeout_microseconds", field),
                                      message.default_timeout_microseconds()));
  policy.allow_timeout_override = message.allow_timeout_override();
  policy.max_queue_size = message.max_queue_size();
  return policy;
}

/// Each level has the default policy unless the message has another for it.
Status ReadPriorities(const config::ModelDynamicBatching& message,
                      DynamicBatchingConfig& batching) {
  const std::uint64_t levels = message.priority_levels();
  if (levels > kMaxPriorityLevels) {
    return InvalidArgument("dynamic_batching.priority_levels is {}: at most {} are allowed", levels,
                           kMaxPriorityLevels);
  }
  batching.priority_levels.assign(levels, batching.queue_policy);
  for (const auto& [level, policy] : message.priority_queue_policy()) {
    const std::string field = fmt::format("dynamic_batching.priority_queue_policy[{}]", level);
    if (level < 1 || level > levels) {
      return InvalidArgument("{}: there are {} priority_levels, counted from 1", field, levels);
    }
    SLIPWAY_TRY_ASSIGN(batching.priority_levels[level - 1], ReadQueuePolicy(field, policy));
  }
  if (levels == 0) return {};
  batching.default_priority = message.default_priority_level();
  if (batching.default_priority >= 1 && batching.default_priority <= levels) return {};
  return InvalidArgument("dynamic_batching.default_priority_level is {}: want 1 to {}",
                         batching.default_priority, levels);
}

/// Answers of several priorities or of delayed requests have no one order.
Status CheckOrdering(const DynamicBatchingConfig& batching) {
  if (!batching.preserve_ordering) return {};
  if (batching.priority_levels.size() > 1) {
    return InvalidArgument(
        "dynamic_batching: preserve_ordering allows one priority level, there are {}",
        batching.priority_levels.size());
  }
  const QueuePolicy& policy =
      batching.priority_levels.empty() ? batching.queue_policy : batching.priority_levels.front();
  const bool delays = policy.timeout_action == TimeoutAction::kDelay &&
                      (policy.timeout.count() > 0 || policy.allow_timeout_override);
  if (!delays) return {};
  return InvalidArgument(
      "dynamic_batching: preserve_ordering and timeout_action DELAY exclude "
      "each other");
}

Result<DynamicBatchingConfig> ReadBatching(const config::ModelDynamicBatching& message) {
  DynamicBatchingConfig batching;
  for (const std::int32_t size : message.preferred_batch_size()) {
    if (size < 1) {
      return InvalidArgument("dynamic_batching.preferred_batch_size is {}: want at least 1", size);
    }
    batching.preferred_batch_sizes.push_back(size);
  }
  std::ranges::sort(batching.preferred_batch_sizes);
  SLIPWAY_TRY_ASSIGN(batching.max_queue_delay,
                     ReadMicroseconds("dynamic_batching.max_queue_delay_microseconds",
                                      message.max_queue_delay_microseconds()));
  SLIPWAY_TRY_ASSIGN(batching.queue_policy, ReadQueuePolicy("dynamic_batching.default_queue_policy",
                                                            message.default_queue_policy()));
  SLIPWAY_TRY(ReadPriorities(message, batching));
  batching.preserve_ordering = message.preserve_ordering();
  SLIPWAY_TRY(CheckOrdering(batching));
  return batching;
}

Result<bool> ReadPadding(const config::ModelConfig& message) {
  const auto found = message.parameters().find(std::string(kPadParameter));
  if (found == message.parameters().end()) return false;
  const std::string& value = found->second.string_value();
  if (value == "false" || value == "0") return false;
  if (value != "true" && value != "1") {
    return InvalidArgument("parameter {} is {:?}: want \"true\" or \"false\"", kPadParameter,
                           value);
  }
  if (!message.dynamic_batching().preferred_batch_size().empty()) return true;
  return InvalidArgument("parameter {} needs dynamic_batching.preferred_batch_size", kPadParameter);
}

}  // namespace

Status ReadScheduling(const config::ModelConfig& message, ModelConfig& config) {
  SLIPWAY_TRY_ASSIGN(config.instance_groups,
                     ReadInstanceGroups(message.instance_group(), config.warnings));
  SLIPWAY_TRY_ASSIGN(config.dynamic_batching, ReadBatching(message.dynamic_batching()));
  SLIPWAY_TRY_ASSIGN(config.dynamic_batching.pad_to_preferred, ReadPadding(message));
  return {};
}

}  // namespace slipway::serving
