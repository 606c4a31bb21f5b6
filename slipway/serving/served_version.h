// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/ids.h"
#include "slipway/metrics/registry.h"
#include "slipway/runtime/engine.h"
#include "slipway/serving/batcher.h"
#include "slipway/serving/dynamic_batcher.h"
#include "slipway/serving/host_policy.h"
#include "slipway/serving/inference_service.h"
#include "slipway/serving/model_administration.h"
#include "slipway/serving/model_config.h"
#include "slipway/serving/model_signature.h"
#include "slipway/serving/version_metrics.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::serving {

/// What holds for every model of a server unless its configuration says otherwise.
struct ServingDefaults {
  /// Rows of one engine call for a model that can batch and says no number. Triton takes 4; answers
  /// are the same, and nothing is padded, so that a larger one costs nothing.
  std::int64_t max_batch_size = 64;
  /// Whether what a configuration leaves out is taken from the model file. If not, every input and
  /// output must be there with its type, and a model without a max_batch_size does not batch.
  bool auto_complete = true;
  std::size_t instance_count = 1;                             ///< Engine calls at once, a version.
  std::size_t max_queue_requests = 1024;                      ///< Waiting requests of a version.
  std::uint64_t max_queue_bytes = std::uint64_t{256} << 20U;  ///< Of their inputs.
  /// Batches that take longer than this run on threads of their own.
  std::chrono::microseconds inline_limit{1500};
  HostPolicies host_policies = {};  ///< Where instance groups' threads run.
};

class RequestTracer;

/// What a server works with; all outlive it.
struct ServerParts {
  const runtime::Engine& engine;
  const Clock& clock;
  metrics::Registry& metrics;
  RequestTracer* tracer = nullptr;  ///< Null: no request is traced.
};

/// A version to be loaded.
struct VersionSource {
  const ModelName& model;
  VersionId version;
  const std::filesystem::path& model_file;
  const std::filesystem::path& folder;  ///< Of the model: with files of labels and warm-ups.
  const ModelConfig& config;
  std::shared_ptr<VersionMetrics> metrics;
};

/// One version of a model, loaded, warm and ready to answer.
///
/// Thread-safe. Its end waits until every request that its batcher accepted has been answered.
class ServedVersion {
 public:
  /// Loads the model file, starts the instances and warms them up. kNotFound if there is no file,
  /// kInvalidArgument if the engine cannot run it or it disagrees with its configuration; as the
  /// model does if a warm-up fails.
  static Result<std::unique_ptr<ServedVersion>> Load(const VersionSource& source,
                                                     const ServingDefaults& defaults,
                                                     const ServerParts& parts);

  ~ServedVersion();
  ServedVersion(const ServedVersion&) = delete;
  ServedVersion& operator=(const ServedVersion&) = delete;

  VersionId version() const { return version_; }
  const ModelSignature& signature() const { return signature_; }
  /// The completed configuration.
  const ConfigText& config() const { return config_; }
  /// The names of the classes of `output`; null if the configuration gives none.
  ClassLabels labels(std::string_view output) const;
  VersionMetrics& metrics() { return *metrics_; }
  Batcher& batcher() { return *batcher_; }

 private:
  ServedVersion(const VersionSource& source, std::unique_ptr<runtime::Session> session,
                ModelSignature signature);
  /// All of `Load` that starts no threads.
  static Result<std::unique_ptr<ServedVersion>> Prepare(const VersionSource& source,
                                                        const ServingDefaults& defaults,
                                                        const runtime::Engine& engine);
  Status WarmUp(const VersionSource& source, const DynamicBatcherOptions& options,
                const Clock& clock) const;

  const VersionId version_;
  std::unique_ptr<runtime::Session> session_;
  const ModelSignature signature_;
  // Shared with the server, for which they go on counting when the version is loaded again.
  const std::shared_ptr<VersionMetrics> metrics_;
  ConfigText config_;                                       ///< Set by `Load`.
  std::map<std::string, ClassLabels, std::less<>> labels_;  ///< By output. Set by `Load`.
  std::unique_ptr<Batcher> batcher_;  ///< Set by `Load`. Last, because it uses all the others.
};

}  // namespace slipway::serving
