// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/grpc_routes.h"
#include "slipway/api/internal/request_path.h"
#include "slipway/api/internal/rest_routes.h"
#include "slipway/api/internal/route.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace slipway::api {

/// Every request that the server answers, REST first: the only way to a handler.
inline constexpr auto kRoutes = []<std::size_t... rest, std::size_t... grpc>(
                                    std::index_sequence<rest...>, std::index_sequence<grpc...>) {
  return std::to_array<Route>({kRestRoutes[rest]..., kGrpcRoutes[grpc]...});
}(std::make_index_sequence<kRestRoutes.size()>(), std::make_index_sequence<kGrpcRoutes.size()>());

/// The index of `route` in `kRoutes`.
inline std::size_t IndexOf(const Route& route) {
  return static_cast<std::size_t>(&route - kRoutes.data());
}

/// A REST row that fits a request. The texts point into the request's path.
struct RouteMatch {
  const Route* route = nullptr;
  std::string_view model;
  std::optional<std::string_view> version;
  std::optional<std::string_view> region;  ///< Of shared memory.
};

/// No row fits.
struct NoRoute {
  std::string allowed_methods;  ///< For `Allow`; empty if the path is unknown with any method.
};

/// The first REST row for `method` and `path` among those that `offered` holds.
std::variant<RouteMatch, NoRoute> MatchRest(std::string_view method, const RequestPath& path,
                                            PermissionSet offered);

/// The row of the remote procedure at `path` among those that `offered` holds; null if there is
/// none.
const Route* MatchGrpc(std::string_view path, PermissionSet offered);

}  // namespace slipway::api
