// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/request_path.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace slipway::api {

/// What a caller must be allowed to do. The groups are those by which Triton restricts access.
enum class Permission : std::uint8_t { kHealth, kMetadata, kInference, kMetrics };

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
  kHealthCheck,
  kMetrics,
};

/// One row: who answers what, and what the caller must be allowed to do.
struct Route {
  Protocol protocol;
  std::string_view method;
  std::string_view pattern;  ///< `{model}` and `{version}` stand for one segment each.
  Operation operation;
  RequiredPermission permission;
};

/// Every request that the server answers: the only way to a handler.
inline constexpr auto kRoutes = std::to_array<Route>({
    {Protocol::kRest, "GET", "/v2/health/live", Operation::kServerLive, Permission::kHealth},
    {Protocol::kRest, "GET", "/v2/health/ready", Operation::kServerReady, Permission::kHealth},
    {Protocol::kRest, "GET", "/v2/models/{model}/ready", Operation::kModelReady,
     Permission::kHealth},
    {Protocol::kRest, "GET", "/v2/models/{model}/versions/{version}/ready", Operation::kModelReady,
     Permission::kHealth},
    {Protocol::kRest, "GET", "/v2", Operation::kServerMetadata, Permission::kMetadata},
    {Protocol::kRest, "GET", "/v2/models/{model}", Operation::kModelMetadata,
     Permission::kMetadata},
    {Protocol::kRest, "GET", "/v2/models/{model}/versions/{version}", Operation::kModelMetadata,
     Permission::kMetadata},
    {Protocol::kRest, "POST", "/v2/models/{model}/infer", Operation::kModelInfer,
     Permission::kInference},
    {Protocol::kRest, "POST", "/v2/models/{model}/versions/{version}/infer", Operation::kModelInfer,
     Permission::kInference},
    {Protocol::kRest, "GET", "/metrics", Operation::kMetrics, Permission::kMetrics},
    {Protocol::kGrpc, "POST", "/inference.GRPCInferenceService/ServerLive", Operation::kServerLive,
     Permission::kHealth},
    {Protocol::kGrpc, "POST", "/inference.GRPCInferenceService/ServerReady",
     Operation::kServerReady, Permission::kHealth},
    {Protocol::kGrpc, "POST", "/inference.GRPCInferenceService/ModelReady", Operation::kModelReady,
     Permission::kHealth},
    {Protocol::kGrpc, "POST", "/inference.GRPCInferenceService/ServerMetadata",
     Operation::kServerMetadata, Permission::kMetadata},
    {Protocol::kGrpc, "POST", "/inference.GRPCInferenceService/ModelMetadata",
     Operation::kModelMetadata, Permission::kMetadata},
    {Protocol::kGrpc, "POST", "/inference.GRPCInferenceService/ModelInfer", Operation::kModelInfer,
     Permission::kInference},
    {Protocol::kGrpc, "POST", "/grpc.health.v1.Health/Check", Operation::kHealthCheck,
     Permission::kHealth},
});

/// The index of `route` in `kRoutes`.
inline std::size_t IndexOf(const Route& route) {
  return static_cast<std::size_t>(&route - kRoutes.data());
}

/// A REST row that fits a request. The texts point into the request's path.
struct RouteMatch {
  const Route* route = nullptr;
  std::string_view model;
  std::optional<std::string_view> version;
};

/// No row fits.
struct NoRoute {
  std::string allowed_methods;  ///< For `Allow`; empty if the path is unknown with any method.
};

/// The REST row for `method` and `path` among those that `offered` holds.
std::variant<RouteMatch, NoRoute> MatchRest(std::string_view method, const RequestPath& path,
                                            PermissionSet offered);

/// The row of the remote procedure at `path` among those that `offered` holds; null if there is
/// none.
const Route* MatchGrpc(std::string_view path, PermissionSet offered);

}  // namespace slipway::api
