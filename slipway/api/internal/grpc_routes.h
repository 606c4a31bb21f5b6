// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/route.h"

#include <array>

namespace slipway::api {

constexpr Route Rpc(std::string_view path, Operation operation, RequiredPermission permission) {
  return {Protocol::kGrpc, "POST", path, operation, permission};
}

/// Every remote procedure that is answered.
inline constexpr auto kGrpcRoutes = std::to_array<Route>({
    Rpc("/inference.GRPCInferenceService/ServerLive", Operation::kServerLive, Permission::kHealth),
    Rpc("/inference.GRPCInferenceService/ServerReady", Operation::kServerReady,
        Permission::kHealth),
    Rpc("/inference.GRPCInferenceService/ModelReady", Operation::kModelReady, Permission::kHealth),
    Rpc("/inference.GRPCInferenceService/ServerMetadata", Operation::kServerMetadata,
        Permission::kMetadata),
    Rpc("/inference.GRPCInferenceService/ModelMetadata", Operation::kModelMetadata,
        Permission::kMetadata),
    Rpc("/inference.GRPCInferenceService/ModelInfer", Operation::kModelInfer,
        Permission::kInference),
    Rpc("/grpc.health.v1.Health/Check", Operation::kHealthCheck, Permission::kHealth),
});

}  // namespace slipway::api
