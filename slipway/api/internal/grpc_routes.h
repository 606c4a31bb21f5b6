// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/route.h"

#include <array>
#include <string_view>

namespace slipway::api {

constexpr Route Rpc(std::string_view path, Operation operation, RequiredPermission permission) {
  return {Protocol::kGrpc, "POST", path, operation, permission};
}

/// Every remote procedure that is answered. Inference comes first because it is asked for most.
inline constexpr auto kGrpcRoutes = std::to_array<Route>({
    Rpc("/inference.GRPCInferenceService/ModelInfer", Operation::kModelInfer,
        Permission::kInference),
    Rpc("/inference.GRPCInferenceService/ModelStreamInfer", Operation::kModelStreamInfer,
        Permission::kInference),
    Rpc("/inference.GRPCInferenceService/ServerLive", Operation::kServerLive, Permission::kHealth),
    Rpc("/inference.GRPCInferenceService/ServerReady", Operation::kServerReady,
        Permission::kHealth),
    Rpc("/inference.GRPCInferenceService/ModelReady", Operation::kModelReady, Permission::kHealth),
    Rpc("/inference.GRPCInferenceService/ServerMetadata", Operation::kServerMetadata,
        Permission::kMetadata),
    Rpc("/inference.GRPCInferenceService/ModelMetadata", Operation::kModelMetadata,
        Permission::kMetadata),
    Rpc("/inference.GRPCInferenceService/ModelConfig", Operation::kModelConfig,
        Permission::kModelConfig),
    Rpc("/inference.GRPCInferenceService/ModelStatistics", Operation::kModelStatistics,
        Permission::kStatistics),
    Rpc("/inference.GRPCInferenceService/RepositoryIndex", Operation::kRepositoryIndex,
        Permission::kModelRepository),
    Rpc("/inference.GRPCInferenceService/RepositoryModelLoad", Operation::kModelLoad,
        Permission::kModelRepository),
    Rpc("/inference.GRPCInferenceService/RepositoryModelUnload", Operation::kModelUnload,
        Permission::kModelRepository),
    Rpc("/inference.GRPCInferenceService/SystemSharedMemoryStatus",
        Operation::kSystemSharedMemoryStatus, Permission::kSharedMemory),
    Rpc("/inference.GRPCInferenceService/SystemSharedMemoryRegister",
        Operation::kSystemSharedMemoryRegister, Permission::kSharedMemory),
    Rpc("/inference.GRPCInferenceService/SystemSharedMemoryUnregister",
        Operation::kSystemSharedMemoryUnregister, Permission::kSharedMemory),
    Rpc("/inference.GRPCInferenceService/CudaSharedMemoryStatus",
        Operation::kCudaSharedMemoryStatus, Permission::kSharedMemory),
    Rpc("/inference.GRPCInferenceService/CudaSharedMemoryRegister",
        Operation::kCudaSharedMemoryRegister, Permission::kSharedMemory),
    Rpc("/inference.GRPCInferenceService/CudaSharedMemoryUnregister",
        Operation::kCudaSharedMemoryUnregister, Permission::kSharedMemory),
    Rpc("/inference.GRPCInferenceService/TraceSetting", Operation::kTraceSetting,
        Permission::kTrace),
    Rpc("/inference.GRPCInferenceService/LogSettings", Operation::kLogSettings,
        Permission::kLogging),
    Rpc("/grpc.health.v1.Health/Check", Operation::kHealthCheck, Permission::kHealth),
    Rpc("/grpc.health.v1.Health/Watch", Operation::kHealthWatch, Permission::kHealth),
    Rpc("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Operation::kReflection,
        Permission::kMetadata),
    Rpc("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Operation::kReflection,
        Permission::kMetadata),
});

/// The procedures whose requests or answers are streams.
inline constexpr auto kGrpcStreamPaths = std::to_array<std::string_view>({
    "/inference.GRPCInferenceService/ModelStreamInfer",
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
});

}  // namespace slipway::api
