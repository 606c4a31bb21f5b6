// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/inference_service.h"
#include "slipway/serving/internal/failure_log.h"
#include "slipway/serving/model_snapshot.h"
#include "slipway/serving/served_version.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <vector>

namespace slipway::serving {

/// What a server serves and how.
struct ModelServerOptions {
  std::filesystem::path repository;  ///< A folder laid out as Triton's model repository.
  ServingDefaults defaults = {};
};

/// Serves the models of a repository.
///
/// Thread-safe. Requests resolve their model against a snapshot that never changes, without a lock.
class ModelServer final : public InferenceService {
 public:
  /// Loads every version that the repository's configurations select. One that fails is logged and
  /// leaves the server unready, but the others serve. kNotFound if there is no repository.
  static Result<std::unique_ptr<ModelServer>> Create(const ModelServerOptions& options,
                                                     const ServerParts& parts);
  /// Closes.
  ~ModelServer() override;

  void Infer(InferRequest request, InferCallback done) override;
  void RunQueued() override;
  bool IsLive() const override { return true; }
  bool IsReady() const override;
  Result<bool> IsModelReady(const ModelName& model,
                            const std::optional<VersionId>& version) const override;
  Result<ModelMetadata> Metadata(const ModelName& model,
                                 const std::optional<VersionId>& version) const override;

  /// Makes the server unready, so that balancers look elsewhere; requests are still answered.
  void BeginDrain() { draining_.store(true, std::memory_order_relaxed); }
  /// Refuses further requests with kUnavailable and returns when every accepted one has been
  /// answered. Not to be called from a callback.
  void Close();

 private:
  ModelServer(const ServerParts& parts, ModelSnapshot snapshot)
      : clock_(parts.clock),
        tracer_(parts.tracer),
        failures_(parts.clock),
        snapshot_(std::move(snapshot)) {}

  const Clock& clock_;
  RequestTracer* const tracer_;  ///< May be null.
  FailureLog failures_;
  const ModelSnapshot snapshot_;
  std::atomic<bool> draining_ = false;
};

}  // namespace slipway::serving
