// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/route_table.h"
#include "slipway/base/ids.h"

#include <optional>

namespace slipway::api {

/// Which model a path names.
struct ModelTarget {
  ModelName model;
  std::optional<VersionId> version = {};
};

/// The target of `match`, whose row has a `{model}`. kInvalidArgument if a name is none.
Result<ModelTarget> ParseModelTarget(const RouteMatch& match);

}  // namespace slipway::api
