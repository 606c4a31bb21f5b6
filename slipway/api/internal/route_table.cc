// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/route_table.h"

#include <algorithm>

namespace slipway::api {
namespace {

/// A pattern cut at '/'.
struct CutPattern {
  std::array<std::string_view, RequestPath::kMaxSegments> segments;
  std::size_t count = 0;
};

constexpr CutPattern Cut(std::string_view pattern) {
  CutPattern cut;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const std::string_view segment = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(segment.size());
    cut.segments[cut.count++] = segment;
  }
  return cut;
}

constexpr auto kPatterns = [] {
  std::array<CutPattern, kRoutes.size()> patterns;
  std::ranges::transform(kRoutes, patterns.begin(), [](const Route& r) { return Cut(r.pattern); });
  return patterns;
}();

std::optional<RouteMatch> MatchPattern(const Route& route,
                                       std::span<const std::string_view> segments) {
  const CutPattern& pattern = kPatterns[IndexOf(route)];
  if (pattern.count != segments.size()) return std::nullopt;
  RouteMatch match;
  match.route = &route;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (pattern.segments[i] == "{model}") {
      match.model = segments[i];
    } else if (pattern.segments[i] == "{version}") {
      match.version = segments[i];
    } else if (pattern.segments[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return match;
}

}  // namespace

std::variant<RouteMatch, NoRoute> MatchRest(std::string_view method, const RequestPath& path,
                                            PermissionSet offered) {
  NoRoute none;
  for (const Route& route : kRoutes) {
    if (route.protocol != Protocol::kRest || !offered.Contains(route.permission.get())) continue;
    const std::optional<RouteMatch> match = MatchPattern(route, path.segments());
    if (!match) continue;
    if (route.method == method) return *match;
    if (!none.allowed_methods.empty()) none.allowed_methods += ", ";
    none.allowed_methods += route.method;
  }
  return none;
}

const Route* MatchGrpc(std::string_view path, PermissionSet offered) {
  const auto fits = [path, offered](const Route& route) {
    return route.protocol == Protocol::kGrpc && route.pattern == path &&
           offered.Contains(route.permission.get());
  };
  const auto found = std::ranges::find_if(kRoutes, fits);
  return found == kRoutes.end() ? nullptr : &*found;
}

}  // namespace slipway::api
