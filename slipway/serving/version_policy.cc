// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/version_policy.h"

#include <algorithm>

namespace slipway::serving {

std::vector<VersionId> SelectVersions(const VersionPolicy& policy,
                                      std::vector<VersionId> available) {
  std::ranges::sort(available);
  if (const auto* const latest = std::get_if<LatestVersions>(&policy)) {
    const std::size_t dropped = available.size() - std::min(latest->count, available.size());
    available.erase(available.begin(), available.begin() + static_cast<std::ptrdiff_t>(dropped));
  }
  if (const auto* const specific = std::get_if<SpecificVersions>(&policy)) {
    const auto is_other = [&](VersionId version) {
      return std::ranges::find(specific->versions, version) == specific->versions.end();
    };
    std::erase_if(available, is_other);
  }
  return available;
}

}  // namespace slipway::serving
