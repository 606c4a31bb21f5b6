// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/served_version.h"

#include "slipway/base/background.h"
#include "slipway/base/files.h"
#include "slipway/base/free_memory.h"
#include "slipway/base/usable_cores.h"
#include "slipway/graph/model_file.h"
#include "slipway/serving/internal/warmup.h"
#include "slipway/serving/model_config_text.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

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
          .inline_limit = defaults.inline_limit,
          .has_one_core = CountUsableCores() == 1};
}

/// Refuses a configuration that leaves something to the model file.
Status CheckIsWhole(const ModelConfig& config) {
  constexpr std::string_view kWhy = "and --disable-auto-complete-config is set";
  if (config.inputs.empty()) return InvalidArgument("the configuration names no input, {}", kWhy);
  if (config.outputs.empty()) return InvalidArgument("the configuration names no output, {}", kWhy);
  for (const std::vector<TensorConfig>* const tensors : {&config.inputs, &config.outputs}) {
    for (const TensorConfig& tensor : *tensors) {
      if (tensor.dtype) continue;
      return InvalidArgument("{:?} has no data_type in the configuration, {}", tensor.name, kWhy);
    }
  }
  return {};
}

/// The lines of a file in the model's folder.
Result<ClassLabels> ReadLabels(const std::filesystem::path& model_folder, const std::string& name) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{64} << 20U;
  SLIPWAY_TRY_ASSIGN(const Folder folder, Folder::Open(model_folder));
  SLIPWAY_TRY_ASSIGN(const FileDescriptor descriptor, folder.OpenFile(name));
  SLIPWAY_TRY_ASSIGN(const MappedFile file,
                     MappedFile::Map(descriptor, model_folder / name, kMaxBytes));
  auto labels = std::make_shared<std::vector<std::string>>();
  for (std::string_view rest = AsText(file.bytes()); !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    labels->emplace_back(line);
  }
  return labels;
}

}  // namespace

Result<std::unique_ptr<ServedVersion>> ServedVersion::Load(const VersionSource& source,
                                                           const ServingDefaults& defaults,
                                                           const ServerParts& parts) {
  const SteadyTime start = parts.clock.Now();
  // The instances' threads take their priority from the one that starts them: that is this one.
  Result<std::unique_ptr<ServedVersion>> prepared;
  RunInBackground([&] { prepared = Prepare(source, defaults, parts.engine); });
  SLIPWAY_TRY_ASSIGN(std::unique_ptr<ServedVersion> served, std::move(prepared));
  const DynamicBatcherOptions options = BatcherOptions(source.config, served->signature_, defaults);
  SLIPWAY_TRY(served->WarmUp(source, options, parts.clock));
  SLIPWAY_TRY_ASSIGN(served->batcher_,
                     DynamicBatcher::Create(options, {.session = *served->session_,
                                                      .clock = parts.clock,
                                                      .metrics = *served->metrics_}));
  served->metrics_->SetLoadTime(parts.clock.Now() - start);
  return served;
}

Result<std::unique_ptr<ServedVersion>> ServedVersion::Prepare(const VersionSource& source,
                                                              const ServingDefaults& defaults,
                                                              const runtime::Engine& engine) {
  if (!defaults.auto_complete) SLIPWAY_TRY(CheckIsWhole(source.config));
  SLIPWAY_TRY_ASSIGN(const graph::ModelFile file, graph::ModelFile::Open(source.model_file));
  SLIPWAY_TRY_ASSIGN(std::unique_ptr<runtime::Session> session,
                     engine.Load(file, source.config.session));
  const SessionSpecs specs{.inputs = session->inputs(),
                           .outputs = session->outputs(),
                           .optional_inputs = session->optional_inputs()};
  const std::int64_t max_batch_size = defaults.auto_complete ? defaults.max_batch_size : 0;
  SLIPWAY_TRY_ASSIGN(ModelSignature signature,
                     CompleteSignature(source.config, specs, max_batch_size));
  std::unique_ptr<ServedVersion> served(
      new ServedVersion(source, std::move(session), std::move(signature)));
  const std::size_t instances =
      BatcherOptions(source.config, served->signature_, defaults).instance_count;
  SLIPWAY_TRY_ASSIGN(served->config_,
                     CompleteConfigText(source.config, {.model = source.model,
                                                        .signature = served->signature_,
                                                        .instance_count = instances}));
  for (const auto& [output, name] : source.config.label_files) {
    SLIPWAY_TRY_ASSIGN(served->labels_[output], ReadLabels(source.folder, name));
  }
  return served;
}

ServedVersion::ServedVersion(const VersionSource& source, std::unique_ptr<runtime::Session> session,
                             ModelSignature signature)
    : version_(source.version),
      session_(std::move(session)),
      signature_(std::move(signature)),
      metrics_(source.metrics) {}

ServedVersion::~ServedVersion() {
  batcher_.reset();
  RunInBackground([this] { session_.reset(); });
  // The heap keeps freed blocks: 200 loads of a small CNN leave 15 MB more than with this. Not in
  // the background, because other threads wait for the heap meanwhile.
  ReturnFreeMemory();
}

ClassLabels ServedVersion::labels(std::string_view output) const {
  const auto found = labels_.find(output);
  return found == labels_.end() ? nullptr : found->second;
}

Status ServedVersion::WarmUp(const VersionSource& source, const DynamicBatcherOptions& options,
                             const Clock& clock) const {
  if (source.config.warmups.empty()) return {};
  // Counted nowhere: clients asked for none of it.
  metrics::Registry registry;
  VersionMetrics metrics(registry, source.model, source.version);
  SLIPWAY_TRY_ASSIGN(
      const std::unique_ptr<Batcher> batcher,
      DynamicBatcher::Create(options, {.session = *session_, .clock = clock, .metrics = metrics}));
  for (const WarmupConfig& warmup : source.config.warmups) {
    const Result<WarmupSample> sample = MakeWarmupSample(warmup, signature_, source.folder);
    if (!sample) return Annotate(sample.error(), "model_warmup {:?}", warmup.name);
    const Status warm = RunWarmup(*sample, {.signature = signature_,
                                            .batcher = *batcher,
                                            .clock = clock,
                                            .instance_count = options.instance_count});
    if (!warm) return Annotate(warm.error(), "model_warmup {:?}", warmup.name);
  }
  return {};
}

}  // namespace slipway::serving
