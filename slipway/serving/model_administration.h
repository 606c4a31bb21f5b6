// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"
#include "slipway/base/result.h"
#include "slipway/serving/version_statistics.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slipway::serving {

/// Where a version is on its way.
///
///     kLoading ──▶ kReady ──▶ kUnloading ──▶ kUnavailable
///         └────────────────────────────────────▲
enum class VersionState : std::uint8_t { kLoading, kReady, kUnloading, kUnavailable };

/// One line of the index of a repository.
struct IndexEntry {
  ModelName model;
  std::optional<VersionId> version;   ///< Absent if no version was ever loaded.
  std::optional<VersionState> state;  ///< Absent with `version`.
  std::string reason;                 ///< Why it is not ready; may be empty.
};

/// What to load, and what to take instead of the repository's files.
struct LoadRequest {
  ModelName model;
  /// A ModelConfig message as JSON, in place of the model's config.pbtxt.
  std::optional<std::string> config_json = {};
  /// Bytes by their path in the model's folder, "<version>/<file>", in place of the folder. Only
  /// with `config_json`.
  std::map<std::string, std::string> files = {};
};

/// A model's completed configuration, in the two forms in which fronts send it.
struct ConfigText {
  std::string
      json;  ///< With the field names and enumerators of config.pbtxt, 64-bit numbers as numbers.
  std::string protobuf;  ///< A serialized ModelConfig message.
};

/// Takes the outcome of a change, exactly once, on any thread; must not block.
using StatusCallback = std::move_only_function<void(Status)>;

/// What operators ask of a server: which models there are, how they are set up and how they do, and
/// that one be loaded or unloaded.
///
/// Thread-safe.
class ModelAdministration {
 public:
  virtual ~ModelAdministration() = default;

  /// Every version of every model in the repository, in the order of names, then of numbers; only
  /// those that serve if `ready_only`.
  virtual std::vector<IndexEntry> Index(bool ready_only) const = 0;
  /// The configuration of a version (absent: the one that answers requests which name none).
  /// kNotFound if there is no such model or version, kUnavailable if it could not be loaded.
  virtual Result<ConfigText> Config(const ModelName& model,
                                    const std::optional<VersionId>& version) const = 0;
  /// The statistics of the served versions of `model` (absent: of all models), or of one of them.
  /// kNotFound if there is no such model or version.
  virtual Result<std::vector<VersionStatistics>> Statistics(
      const std::optional<ModelName>& model, const std::optional<VersionId>& version) const = 0;

  /// Loads the versions of a model that its policy selects, or loads them anew, and never blocks.
  /// What served before serves until the new versions are warm, and goes on if they fail.
  /// kFailedPrecondition unless models are controlled by hand, kNotFound if there is no such model,
  /// else why it failed.
  virtual void Load(LoadRequest request, StatusCallback done) = 0;
  /// Takes a model out of service and answers what it had accepted. Never blocks; `done` comes when
  /// its memory is free. kFailedPrecondition unless models are controlled by hand, kNotFound if
  /// there is no such model.
  virtual void Unload(const ModelName& model, StatusCallback done) = 0;
};

}  // namespace slipway::serving
