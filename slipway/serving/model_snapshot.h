// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"
#include "slipway/base/result.h"
#include "slipway/serving/served_version.h"

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace slipway::serving {

/// What a server serves at one moment: the versions of its models, and why others could not be
/// loaded. Requests resolve their model against it without a lock.
///
/// Thread-safe once built.
class ModelSnapshot {
 public:
  /// Adds a version, or the reason why it is not served.
  void Add(const ModelName& model, VersionId version,
           Result<std::shared_ptr<ServedVersion>> served);
  /// Adds a model of which not even the versions are known.
  void AddBroken(const ModelName& model, const Error& reason);

  /// The version of `model` that answers a request for `version` (absent: the highest that is
  /// served). kNotFound if there is none of that name or number, kUnavailable with the reason if it
  /// could not be loaded.
  Result<std::shared_ptr<ServedVersion>> Find(const ModelName& model,
                                              const std::optional<VersionId>& version) const;
  /// The versions of `model` that are served, ascending. kNotFound if there is no such model.
  Result<std::vector<VersionId>> ReadyVersions(const ModelName& model) const;
  /// Whether every version there should be is served.
  bool IsComplete() const;
  /// All versions that are served.
  std::vector<std::shared_ptr<ServedVersion>> Served() const;

 private:
  struct Model {
    std::map<VersionId, Result<std::shared_ptr<ServedVersion>>> versions;
    std::shared_ptr<ServedVersion> latest;  ///< The highest that is served; null if none is.
    std::optional<Error> broken;
  };
  Result<const Model*> FindModel(const ModelName& model) const;

  std::unordered_map<ModelName, Model> models_;
};

}  // namespace slipway::serving
