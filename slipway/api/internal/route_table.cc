// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/route_table.h"

#include <algorithm>

namespace slipway::api {
namespace {

/// What one segment of a pattern asks of a path's segment.
struct PatternSegment {
  enum class Kind : std::uint8_t { kFixed, kModel, kVersion, kRegion, kIgnored };
  Kind kind = Kind::kFixed;
  std::string_view text;  ///< The whole segment, or what follows the braces, such as ":predict".
};

/// A pattern cut at '/'.
struct CutPattern {
  std::array<PatternSegment, RequestPath::kMaxSegments> segments;
  std::size_t count = 0;
};

constexpr PatternSegment ParseSegment(std::string_view text) {
  using enum PatternSegment::Kind;
  if (!text.starts_with('{')) return {kFixed, text};
  const std::size_t end = text.find('}') + 1;
  const std::string_view name = text.substr(0, end);
  const std::string_view verb = text.substr(end);
  if (name == "{model}") return {kModel, verb};
  if (name == "{version}") return {kVersion, verb};
  if (name == "{region}") return {kRegion, verb};
  return {kIgnored, verb};
}

constexpr CutPattern Cut(std::string_view pattern) {
  CutPattern cut;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const std::string_view segment = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(segment.size());
    cut.segments[cut.count++] = ParseSegment(segment);
  }
  return cut;
}

constexpr auto kPatterns = [] {
  std::array<CutPattern, kRestRoutes.size()> patterns;
  std::ranges::transform(kRestRoutes, patterns.begin(),
                         [](const Route& r) { return Cut(r.pattern); });
  return patterns;
}();

/// Takes `segment` for `pattern` into `match`, if it fits.
bool MatchSegment(const PatternSegment& pattern, std::string_view segment, RouteMatch& match) {
  using enum PatternSegment::Kind;
  if (pattern.kind == kFixed) return pattern.text == segment;
  // A colon parts a name from a verb and is in no name, so that "m:predict" is never a model.
  const std::size_t colon = std::min(segment.find(':'), segment.size());
  if (segment.substr(colon) != pattern.text) return false;
  const std::string_view name = segment.substr(0, colon);
  if (pattern.kind == kModel) match.model = name;
  if (pattern.kind == kVersion) match.version = name;
  if (pattern.kind == kRegion) match.region = name;
  return true;
}

std::optional<RouteMatch> MatchPattern(std::size_t index,
                                       std::span<const std::string_view> segments) {
  const CutPattern& pattern = kPatterns[index];
  if (pattern.count != segments.size()) return std::nullopt;
  RouteMatch match;
  match.route = &kRoutes[index];
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!MatchSegment(pattern.segments[i], segments[i], match)) return std::nullopt;
  }
  return match;
}

void AddMethod(std::string_view method, std::string& methods) {
  if (methods.contains(method)) return;
  if (!methods.empty()) methods += ", ";
  methods += method;
}

}  // namespace

std::variant<RouteMatch, NoRoute> MatchRest(std::string_view method, const RequestPath& path,
                                            PermissionSet offered) {
  NoRoute none;
  for (std::size_t index = 0; index < kRestRoutes.size(); ++index) {
    const Route& route = kRestRoutes[index];
    if (!offered.Contains(route.permission.get())) continue;
    const std::optional<RouteMatch> match = MatchPattern(index, path.segments());
    if (!match) continue;
    if (route.method == method) return *match;
    AddMethod(route.method, none.allowed_methods);
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
