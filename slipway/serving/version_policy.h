// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"

#include <cstddef>
#include <variant>
#include <vector>

namespace slipway::serving {

/// Serves the `count` highest versions.
struct LatestVersions {
  std::size_t count = 1;
};

/// Serves every version there is.
struct AllVersions {};

/// Serves these versions, as far as they are there.
struct SpecificVersions {
  std::vector<VersionId> versions;
};

/// Which of a model's versions are served.
using VersionPolicy = std::variant<LatestVersions, AllVersions, SpecificVersions>;

/// The versions out of `available` that `policy` selects, ascending.
std::vector<VersionId> SelectVersions(const VersionPolicy& policy,
                                      std::vector<VersionId> available);

}  // namespace slipway::serving
