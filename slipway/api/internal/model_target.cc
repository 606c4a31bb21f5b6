// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/model_target.h"

#include <utility>

namespace slipway::api {

Result<ModelTarget> ParseModelTarget(const RouteMatch& match) {
  SLIPWAY_TRY_ASSIGN(ModelName model, ModelName::Parse(match.model));
  std::optional<VersionId> version;
  if (match.version) {
    SLIPWAY_TRY_ASSIGN(version, VersionId::Parse(*match.version));
  }
  return ModelTarget{.model = std::move(model), .version = version};
}

}  // namespace slipway::api
