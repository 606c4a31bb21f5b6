// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/serving/model_administration.h"

#include <span>
#include <string>
#include <string_view>

namespace slipway::api {

/// The name of `state` in Triton's index, for example "READY".
std::string_view VersionStateName(serving::VersionState state);

/// A repository index as Triton's model repository extension writes it.
std::string IndexJson(std::span<const serving::IndexEntry> entries);

/// Statistics as Triton's statistics extension writes them.
std::string StatisticsJson(std::span<const serving::VersionStatistics> statistics);

}  // namespace slipway::api
