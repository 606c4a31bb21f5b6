// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/inference_service.h"
#include "slipway/serving/internal/failure_log.h"
#include "slipway/serving/model_administration.h"
#include "slipway/serving/served_version.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::serving {

class ModelLifecycle;
class ModelRepository;
class ModelTable;
class RepositoryWatcher;

/// Who decides which models are loaded, and when.
enum class ModelControl : std::uint8_t {
  kNone,      ///< All models at the start, and nothing after.
  kExplicit,  ///< `startup_models` at the start, then whoever calls `Load` and `Unload`.
  kPoll,      ///< The repository: what is added, changed or removed there is so here.
};

/// What a server serves and how.
struct ModelServerOptions {
  std::vector<std::filesystem::path> repositories = {};  ///< Folders laid out as Triton's.
  /// Chooses `configs/<config_name>.pbtxt` of the models that have it; empty: config.pbtxt.
  std::string config_name = {};
  ServingDefaults defaults = {};
  ModelControl control = ModelControl::kNone;
  /// With `kExplicit`: what is loaded at the start. The one name "*" stands for all.
  std::vector<std::string> startup_models = {};
  std::size_t load_threads = 4;  ///< Models that are loaded at once.
  /// With `kPoll`: how long a change must have settled, and how often to look at file systems that
  /// tell of none; 0: never.
  std::chrono::milliseconds settle_time{250};
  std::chrono::milliseconds poll_interval{15'000};
  /// Whether the server is unready while a version that should serve does not. If not, it is ready
  /// until it drains.
  bool strict_readiness = true;
  /// Whether `Create` fails if a model cannot be loaded.
  bool exit_on_error = false;
};

/// Serves the models of one or more repositories.
///
/// Thread-safe. Requests resolve their model against a snapshot that never changes; the lock under
/// which they take it is held for the copy of a pointer. Models are loaded, warmed up and unloaded
/// on threads of their own.
class ModelServer final : public InferenceService, public ModelAdministration {
 public:
  /// Loads what `options` select. A version that fails is logged and leaves the server unready, but
  /// the others serve. kNotFound if there is no repository, kInvalidArgument if the options
  /// contradict each other.
  static Result<std::unique_ptr<ModelServer>> Create(const ModelServerOptions& options,
                                                     const ServerParts& parts);
  /// Closes.
  ~ModelServer() override;

  void Infer(InferRequest request, InferCallback done) override;
  WorkLeft RunQueued() override;
  bool IsLive() const override { return true; }
  bool IsReady() const override;
  Result<bool> IsModelReady(const ModelName& model,
                            const std::optional<VersionId>& version) const override;
  Result<ModelMetadata> Metadata(const ModelName& model,
                                 const std::optional<VersionId>& version) const override;
  ClassLabels Labels(const ModelName& model, VersionId version,
                     std::string_view output) const override;

  std::vector<IndexEntry> Index(bool ready_only) const override;
  Result<ConfigText> Config(const ModelName& model,
                            const std::optional<VersionId>& version) const override;
  Result<std::vector<VersionStatistics>> Statistics(
      const std::optional<ModelName>& model,
      const std::optional<VersionId>& version) const override;
  void Load(LoadRequest request, StatusCallback done) override;
  void Unload(const ModelName& model, StatusCallback done) override;

  /// Makes the server unready, so that balancers look elsewhere; requests are still answered.
  void BeginDrain() { draining_.store(true, std::memory_order_relaxed); }
  /// Refuses further requests and changes with kUnavailable, and returns when every accepted
  /// request has been answered. Not to be called from a callback.
  void Close();

 private:
  ModelServer(const ModelServerOptions& options, const ServerParts& parts);
  Status Start(const ServerParts& parts);
  Status CheckIsByHand(const ModelName& model) const;

  const ModelServerOptions options_;
  const Clock& clock_;
  RequestTracer* const tracer_;  ///< May be null.
  FailureLog failures_;
  std::atomic<bool> draining_ = false;
  const std::unique_ptr<ModelTable> table_;
  std::unique_ptr<ModelLifecycle> lifecycle_;   ///< Set by `Create`.
  std::unique_ptr<RepositoryWatcher> watcher_;  ///< Null unless the repository decides.
};

}  // namespace slipway::serving
