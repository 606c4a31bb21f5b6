// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/served_version.h"

#include "slipway/graph/model_file.h"
#include "slipway/serving/dynamic_batcher.h"

#include <utility>

namespace slipway::serving {
namespace {

/// The instance groups of a model, which Triton's default policy holds for if it names none.
std::vector<InstanceGroupConfig> InstanceGroups(const ModelConfig& config,
                                                const ServingDefaults& defaults) {
  if (!config.instance_groups.empty()) return config.instance_groups;
  return {{.count = defaults.instance_count, .host_policy = "cpu"}};
}

/// The cores for the thread of each instance; none: all that the process may use.
std::vector<std::vector<int>> ThreadCores(const std::vector<InstanceGroupConfig>& groups,
                                          const HostPolicies& policies) {
  std::vector<std::vector<int>> cores;
  for (const InstanceGroupConfig& group : groups) {
    const auto policy = policies.find(group.host_policy);
    const bool is_pinned = policy != policies.end();
    cores.insert(cores.end(), group.count,
                 is_pinned ? policy->second.cpu_cores : std::vector<int>());
  }
  return cores;
}

DynamicBatcherOptions BatcherOptions(const ModelConfig& config, const ModelSignature& signature,
                                     const ServingDefaults& defaults) {
  const DynamicBatchingConfig& batching = config.dynamic_batching;
  std::vector<std::vector<int>> cores =
      ThreadCores(InstanceGroups(config, defaults), defaults.host_policies);
  return {.max_batch_size = signature.max_batch_size,
          .preferred_batch_sizes = batching.preferred_batch_sizes,
          .max_queue_delay = batching.max_queue_delay,
          .queue_policy = batching.queue_policy,
          .priority_levels = batching.priority_levels,
          .default_priority = batching.default_priority,
          .preserve_ordering = batching.preserve_ordering,
          .layout = signature.layout,
          .instance_count = cores.size(),
          .thread_cores = std::move(cores),
          .max_queue_requests = defaults.max_queue_requests,
          .max_queue_bytes = defaults.max_queue_bytes,
          .inline_limit = defaults.inline_limit};
}

}  // namespace

Result<std::shared_ptr<ServedVersion>> ServedVersion::Load(const VersionSource& source,
                                                           const ServingDefaults& defaults,
                                                           const ServerParts& parts) {
  SLIPWAY_TRY_ASSIGN(const graph::ModelFile file, graph::ModelFile::Open(source.model_file));
  SLIPWAY_TRY_ASSIGN(std::unique_ptr<runtime::Session> session,
                     parts.engine.Load(file, defaults.session));
  const SessionSpecs specs{.inputs = session->inputs(),
                           .outputs = session->outputs(),
                           .optional_inputs = session->optional_inputs()};
  SLIPWAY_TRY_ASSIGN(ModelSignature signature,
                     CompleteSignature(source.config, specs, defaults.max_batch_size));
  std::shared_ptr<ServedVersion> served(
      new ServedVersion(source, std::move(session), std::move(signature), parts.metrics));
  SLIPWAY_TRY_ASSIGN(
      served->batcher_,
      DynamicBatcher::Create(
          BatcherOptions(source.config, served->signature_, defaults),
          {.session = *served->session_, .clock = parts.clock, .metrics = served->metrics_}));
  return served;
}

ServedVersion::ServedVersion(const VersionSource& source, std::unique_ptr<runtime::Session> session,
                             ModelSignature signature, metrics::Registry& registry)
    : version_(source.version),
      session_(std::move(session)),
      signature_(std::move(signature)),
      metrics_(registry, source.model, source.version) {}

}  // namespace slipway::serving
