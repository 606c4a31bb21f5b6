// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"

#include <filesystem>
#include <map>
#include <string>

namespace slipway::serving {

/// What a model's files looked like at one moment: names, sizes, times and inodes, not contents.
/// Equal stamps mean that nothing was changed.
struct ModelStamp {
  std::map<VersionId, std::string> versions;
  std::string rest;  ///< Of all files that belong to no version.

  /// That of one version, which the rest of the folder concerns too.
  std::string OfVersion(VersionId version) const;

  friend bool operator==(const ModelStamp&, const ModelStamp&) = default;
};

/// The stamp of the model in `folder`, without hidden files; an empty one if it is not there. Never
/// fails: what cannot be looked at is left out.
ModelStamp StampOf(const std::filesystem::path& folder);

}  // namespace slipway::serving
