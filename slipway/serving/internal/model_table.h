// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"
#include "slipway/base/mutex.h"
#include "slipway/base/result.h"
#include "slipway/serving/internal/version_owner.h"
#include "slipway/serving/model_administration.h"
#include "slipway/serving/model_snapshot.h"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slipway::serving {

/// Versions that have been taken out of service. They end with it, which waits for them.
using RetiredVersions = std::vector<std::unique_ptr<VersionOwner>>;

/// The versions that a load was to bring into service: loaded, null where what serves is to go on,
/// or why it failed.
using LoadedVersions = std::map<VersionId, Result<std::unique_ptr<VersionOwner>>>;

/// The models of a server: what state their versions are in, and the snapshot of those that serve.
/// Each change is one step: a request sees all of it or nothing.
///
/// Thread-safe. Changes of one model come one after the other.
class ModelTable {
 public:
  ModelTable();

  /// What is served now. Waits for nobody who changes a model.
  std::shared_ptr<const ModelSnapshot> snapshot() const;

  /// See `ModelAdministration::Index`; only models that were ever to be loaded.
  std::vector<IndexEntry> Index(bool ready_only) const;
  bool Contains(const ModelName& model) const;
  /// All models that were ever to be loaded.
  std::vector<ModelName> Names() const;
  /// Whether every version that should be served is. A model of which one version serves while
  /// others are being loaded is complete.
  bool IsComplete() const;
  /// The stamp of a version that serves.
  std::optional<std::string> StampOfServed(const ModelName& model, VersionId version) const;

  /// Shows that `versions` are on their way.
  void BeginLoad(const ModelName& model, std::span<const VersionId> versions);
  /// Brings `loaded` into service in one step. What served and is not among them goes on only if
  /// one of them failed. Returns what serves no longer.
  RetiredVersions FinishLoad(const ModelName& model, LoadedVersions loaded);
  /// Keeps the reason why not even the versions of `model` are known; what serves goes on.
  void FailLoad(const ModelName& model, const Error& reason);
  /// Takes all versions of `model` out of service.
  RetiredVersions BeginUnload(const ModelName& model);
  /// Shows that what `BeginUnload` or `FinishLoad` returned is gone.
  void FinishUnload(const ModelName& model);
  /// Takes everything out of service for good: requests are kUnavailable from now on.
  RetiredVersions Close();

 private:
  struct Version {
    VersionState state = VersionState::kLoading;
    std::string reason;
    bool is_wanted = true;                ///< Whether it should serve.
    std::unique_ptr<VersionOwner> owner;  ///< Null unless it serves.
  };
  struct Model {
    std::map<VersionId, Version> versions;
    std::optional<Error> failure;  ///< Of the last load, if it did not come to the versions.
    bool Serves() const;
  };
  static ModelSnapshot::Model ToSnapshot(const ModelName& name, const Model& model);
  static bool IsComplete(const Model& model);
  static void Retire(Version& version, RetiredVersions& retired);

  /// Makes a snapshot in which `model` is as it is now.
  void Publish(const ModelName& name, const Model& model) SLIPWAY_REQUIRES(mutex_);
  void SetSnapshot(std::shared_ptr<const ModelSnapshot> next);

  mutable Mutex mutex_;
  std::map<ModelName, Model> models_ SLIPWAY_GUARDED_BY(mutex_);
  bool closed_ SLIPWAY_GUARDED_BY(mutex_) = false;
  // A lock of its own, so that requests wait for no more than a copied pointer.
  mutable Mutex snapshot_mutex_;
  std::shared_ptr<const ModelSnapshot> snapshot_ SLIPWAY_GUARDED_BY(snapshot_mutex_);
};

}  // namespace slipway::serving
