// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/route.h"

#include <array>

namespace slipway::api {

constexpr Route Get(std::string_view pattern, Operation operation, RequiredPermission permission) {
  return {Protocol::kRest, "GET", pattern, operation, permission};
}
constexpr Route Post(std::string_view pattern, Operation operation, RequiredPermission permission) {
  return {Protocol::kRest, "POST", pattern, operation, permission};
}

/// Every REST request that is answered. The first row that fits wins: rows with fixed names come
/// before those with a `{model}` in the same place, and inference comes first because it is asked
/// for most.
inline constexpr auto kRestRoutes = std::to_array<Route>({
    Post("/v2/models/{model}/infer", Operation::kModelInfer, Permission::kInference),
    Post("/v2/models/{model}/versions/{version}/infer", Operation::kModelInfer,
         Permission::kInference),

    Get("/v2/health/live", Operation::kServerLive, Permission::kHealth),
    Get("/v2/health/ready", Operation::kServerReady, Permission::kHealth),
    Get("/v2/models/{model}/ready", Operation::kModelReady, Permission::kHealth),
    Get("/v2/models/{model}/versions/{version}/ready", Operation::kModelReady, Permission::kHealth),

    Get("/v2", Operation::kServerMetadata, Permission::kMetadata),
    Get("/v2/models/stats", Operation::kModelStatistics, Permission::kStatistics),
    Get("/v2/models/{model}", Operation::kModelMetadata, Permission::kMetadata),
    Get("/v2/models/{model}/versions/{version}", Operation::kModelMetadata, Permission::kMetadata),
    Get("/v2/models/{model}/stats", Operation::kModelStatistics, Permission::kStatistics),
    Get("/v2/models/{model}/versions/{version}/stats", Operation::kModelStatistics,
        Permission::kStatistics),
    Get("/v2/models/{model}/config", Operation::kModelConfig, Permission::kModelConfig),
    Get("/v2/models/{model}/versions/{version}/config", Operation::kModelConfig,
        Permission::kModelConfig),

    Post("/v2/repository/index", Operation::kRepositoryIndex, Permission::kModelRepository),
    Post("/v2/repository/{repository}/index", Operation::kRepositoryIndex,
         Permission::kModelRepository),
    Post("/v2/repository/models/{model}/load", Operation::kModelLoad, Permission::kModelRepository),
    Post("/v2/repository/{repository}/models/{model}/load", Operation::kModelLoad,
         Permission::kModelRepository),
    Post("/v2/repository/models/{model}/unload", Operation::kModelUnload,
         Permission::kModelRepository),
    Post("/v2/repository/{repository}/models/{model}/unload", Operation::kModelUnload,
         Permission::kModelRepository),

    Get("/v2/trace/setting", Operation::kTraceSetting, Permission::kTrace),
    Post("/v2/trace/setting", Operation::kTraceSetting, Permission::kTrace),
    Get("/v2/models/{model}/trace/setting", Operation::kTraceSetting, Permission::kTrace),
    Post("/v2/models/{model}/trace/setting", Operation::kTraceSetting, Permission::kTrace),
    Get("/v2/logging", Operation::kLogSettings, Permission::kLogging),
    Post("/v2/logging", Operation::kLogSettings, Permission::kLogging),

    Get("/v2/systemsharedmemory/status", Operation::kSystemSharedMemoryStatus,
        Permission::kSharedMemory),
    Get("/v2/systemsharedmemory/region/{region}/status", Operation::kSystemSharedMemoryStatus,
        Permission::kSharedMemory),
    Post("/v2/systemsharedmemory/region/{region}/register", Operation::kSystemSharedMemoryRegister,
         Permission::kSharedMemory),
    Post("/v2/systemsharedmemory/unregister", Operation::kSystemSharedMemoryUnregister,
         Permission::kSharedMemory),
    Post("/v2/systemsharedmemory/region/{region}/unregister",
         Operation::kSystemSharedMemoryUnregister, Permission::kSharedMemory),
    Get("/v2/cudasharedmemory/status", Operation::kCudaSharedMemoryStatus,
        Permission::kSharedMemory),
    Get("/v2/cudasharedmemory/region/{region}/status", Operation::kCudaSharedMemoryStatus,
        Permission::kSharedMemory),
    Post("/v2/cudasharedmemory/region/{region}/register", Operation::kCudaSharedMemoryRegister,
         Permission::kSharedMemory),
    Post("/v2/cudasharedmemory/unregister", Operation::kCudaSharedMemoryUnregister,
         Permission::kSharedMemory),
    Post("/v2/cudasharedmemory/region/{region}/unregister", Operation::kCudaSharedMemoryUnregister,
         Permission::kSharedMemory),

    Get("/v1/models", Operation::kV1ListModels, Permission::kMetadata),
    Get("/v1/models/{model}", Operation::kV1ModelStatus, Permission::kMetadata),
    Get("/v1/models/{model}/versions/{version}", Operation::kV1ModelStatus, Permission::kMetadata),
    Get("/v1/models/{model}/metadata", Operation::kV1ModelMetadata, Permission::kMetadata),
    Get("/v1/models/{model}/versions/{version}/metadata", Operation::kV1ModelMetadata,
        Permission::kMetadata),
    Post("/v1/models/{model}:predict", Operation::kV1Predict, Permission::kInference),
    Post("/v1/models/{model}/versions/{version}:predict", Operation::kV1Predict,
         Permission::kInference),
    Post("/v1/models/{model}:classify", Operation::kV1NotSupported, Permission::kInference),
    Post("/v1/models/{model}/versions/{version}:classify", Operation::kV1NotSupported,
         Permission::kInference),
    Post("/v1/models/{model}:regress", Operation::kV1NotSupported, Permission::kInference),
    Post("/v1/models/{model}/versions/{version}:regress", Operation::kV1NotSupported,
         Permission::kInference),
    Post("/v1/models/{model}:explain", Operation::kV1NotSupported, Permission::kInference),

    Get("/openapi.json", Operation::kOpenApi, Permission::kMetadata),
    Get("/metrics", Operation::kMetrics, Permission::kMetrics),
});

}  // namespace slipway::api
