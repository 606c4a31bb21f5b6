// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/served_version.h"

#include "slipway/graph/model_file.h"
#include "slipway/serving/dynamic_batcher.h"

#include <utility>

namespace slipway::serving {
namespace {

DynamicBatcherOptions BatcherOptions(const ModelConfig& config, const ModelSignature& signature,
                                     const ServingDefaults& defaults) {
  const DynamicBatchingConfig& batching = config.dynamic_batching;
  return {
      .max_batch_size = signature.max_batch_size,
      .preferred_batch_sizes = batching.preferred_batch_sizes,
      .max_queue_delay = batching.max_queue_delay,
      .queue_timeout = batching.queue_timeout,
      .instance_count = config.instance_count > 0 ? config.instance_count : defaults.instance_count,
      .max_queue_requests =
          batching.max_queue_size > 0 ? batching.max_queue_size : defaults.max_queue_requests,
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
  const SessionSpecs specs{.inputs = session->inputs(), .outputs = session->outputs()};
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
