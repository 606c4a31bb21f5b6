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

/// What a server serves at one moment: the versions of its models, and why others are not served.
/// Requests resolve their model against it without a lock.
///
/// Thread-safe once built. What it returns by pointer lives as long as the snapshot.
class ModelSnapshot {
 public:
  /// A model with its versions.
  struct Model {
    /// Served, or why not.
    std::map<VersionId, Result<std::shared_ptr<ServedVersion>>> versions;
    /// Why there is none, if there is none.
    std::optional<Error> reason = {};
  };

  /// Adds a model, or replaces it.
  void Set(const ModelName& name, Model model);

  /// The version of `model` that answers a request for `version` (absent: the highest that is
  /// served). kNotFound if there is none of that name or number, kUnavailable with the reason if it
  /// could not be loaded.
  Result<const std::shared_ptr<ServedVersion>*> Find(const ModelName& model,
                                                     const std::optional<VersionId>& version) const;
  /// The versions of `model` that are served, in the order of their numbers. kNotFound if there is
  /// no such model.
  Result<std::vector<ServedVersion*>> ServedOf(const ModelName& model) const;
  /// All versions that are served, in the order of names and numbers.
  std::vector<ServedVersion*> Served() const;

 private:
  struct Entry {
    Model model;
    const std::shared_ptr<ServedVersion>* latest = nullptr;  ///< The highest that is served.
  };
  Result<const Entry*> FindModel(const ModelName& model) const;

  // Entries stay where they are, shared by all snapshots that have them.
  std::unordered_map<ModelName, std::shared_ptr<const Entry>> models_;
};

}  // namespace slipway::serving
