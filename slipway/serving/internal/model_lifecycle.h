// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/mutex.h"
#include "slipway/base/result.h"
#include "slipway/serving/internal/loader_threads.h"
#include "slipway/serving/internal/model_stamp.h"
#include "slipway/serving/internal/model_table.h"
#include "slipway/serving/model_administration.h"
#include "slipway/serving/model_repository.h"
#include "slipway/serving/served_version.h"
#include "slipway/serving/version_metrics.h"

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace slipway::serving {

/// Brings models into service and out of it, on threads of its own: reads the repository, loads and
/// warms versions up beside those that serve, swaps them in the table, and lets the old ones end.
///
/// Thread-safe.
class ModelLifecycle {
 public:
  struct Options {
    ServingDefaults defaults = {};
    std::size_t thread_count = 4;  ///< Models that are loaded at once.
  };
  /// `table` and the parts outlive it. kResourceExhausted without a thread.
  static Result<std::unique_ptr<ModelLifecycle>> Create(const Options& options,
                                                        const ServerParts& parts,
                                                        ModelRepository repository,
                                                        ModelTable& table);
  /// Stops.
  ~ModelLifecycle();

  /// Loads these models and returns when they serve or have failed, which the table shows.
  void LoadAll(const std::vector<ModelName>& models);
  /// Loads what is new in the repository or was changed, unloads what is gone, and returns when
  /// that is done.
  void Rescan();
  /// See `ModelAdministration`.
  void Load(LoadRequest request, StatusCallback done);
  void Unload(const ModelName& model, StatusCallback done);
  /// Refuses changes from now on with kUnavailable.
  void BeginStop();
  /// The same, and returns when those on their way are done.
  void Stop();

  const ModelRepository& repository() const { return repository_; }

 private:
  /// What is to be loaded and how.
  struct Task {
    LoadRequest request;
    /// What the files look like; versions that serve and were loaded from the same go on. Absent:
    /// all are loaded anew.
    std::optional<ModelStamp> stamp = {};
    bool is_expected = false;  ///< Whether a model that is not there is shown as one that failed.
  };
  ModelLifecycle(const Options& options, const ServerParts& parts, ModelRepository repository,
                 ModelTable& table);

  void Post(Task task, StatusCallback done);
  /// Loads and swaps; what serves no longer is in `retired`.
  Status LoadNow(const Task& task, RetiredVersions& retired);
  Status LoadVersions(const Task& task, const RepositoryModel& model, RetiredVersions& retired);
  Result<std::unique_ptr<VersionOwner>> LoadVersion(const VersionSource& source, const Task& task);
  Status UnloadNow(const ModelName& model);

  const Options options_;
  const ServerParts parts_;
  const ModelRepository repository_;
  ModelTable& table_;
  VersionMetricsTable metrics_;
  std::atomic<bool> stopping_ = false;

  Mutex rescan_mutex_;
  /// What each model's files looked like when it was last loaded, or was tried to be.
  std::map<ModelName, ModelStamp> seen_ SLIPWAY_GUARDED_BY(rescan_mutex_);

  std::unique_ptr<LoaderThreads> threads_;  ///< Last: their work uses all the others.
};

}  // namespace slipway::serving
