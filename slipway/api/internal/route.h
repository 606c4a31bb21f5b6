// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace slipway::api {

/// What a caller must be allowed to do. The groups are those by which Triton restricts access, and
/// `kMetrics`.
enum class Permission : std::uint8_t {
  kHealth,
  kMetadata,
  kInference,
  kSharedMemory,
  kModelConfig,
  kModelRepository,
  kStatistics,
  kTrace,
  kLogging,
  kMetrics,  ///< The last one.
};
inline constexpr std::size_t kPermissionCount = static_cast<std::size_t>(Permission::kMetrics) + 1;

/// A set of permissions: what a listener offers at all.
class PermissionSet {
 public:
  constexpr PermissionSet(std::initializer_list<Permission> permissions) {
    for (const Permission permission : permissions) bits_ |= Bit(permission);
  }
  constexpr bool Contains(Permission permission) const { return (bits_ & Bit(permission)) != 0; }

 private:
  static constexpr unsigned Bit(Permission permission) {
    return 1U << static_cast<unsigned>(permission);
  }
  unsigned bits_ = 0;
};

/// What a listener for clients offers: all but metrics, which have a port of their own.
inline constexpr PermissionSet kDataPlane = {
    Permission::kHealth,       Permission::kMetadata,    Permission::kInference,
    Permission::kSharedMemory, Permission::kModelConfig, Permission::kModelRepository,
    Permission::kStatistics,   Permission::kTrace,       Permission::kLogging};
/// What the listener for Prometheus offers.
inline constexpr PermissionSet kMetricsPlane = {Permission::kHealth, Permission::kMetrics};

/// A permission that cannot be left out: it has no default, so a route without one does not
/// compile.
class RequiredPermission {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): the table reads better without the type's name.
  constexpr RequiredPermission(Permission permission) : permission_(permission) {}
  constexpr Permission get() const { return permission_; }

 private:
  Permission permission_;
};

/// How a request speaks.
enum class Protocol : std::uint8_t { kRest, kGrpc };

/// What a request wants done, by whatever protocol.
enum class Operation : std::uint8_t {
  kServerLive,
  kServerReady,
  kServerMetadata,
  kModelReady,
  kModelMetadata,
  kModelInfer,
  kModelStreamInfer,
  kHealthCheck,
  kHealthWatch,
  kReflection,
  kMetrics,
  kModelConfig,
  kModelStatistics,
  kRepositoryIndex,
  kModelLoad,
  kModelUnload,
  kTraceSetting,
  kLogSettings,
  kSystemSharedMemoryStatus,
  kSystemSharedMemoryRegister,
  kSystemSharedMemoryUnregister,
  kCudaSharedMemoryStatus,
  kCudaSharedMemoryRegister,
  kCudaSharedMemoryUnregister,
  kV1ListModels,
  kV1ModelStatus,
  kV1ModelMetadata,
  kV1Predict,
  kV1NotSupported,
  kOpenApi,
};

/// One row: who answers what, and what the caller must be allowed to do.
struct Route {
  Protocol protocol;
  std::string_view method;
  /// Segments in braces, such as `{model}` and `{version}`, stand for one segment each.
  std::string_view pattern;
  Operation operation;
  RequiredPermission permission;
};

}  // namespace slipway::api
