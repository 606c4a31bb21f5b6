// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/access_rules.h"

#include <algorithm>
#include <utility>

namespace slipway::api {
namespace {

struct Group {
  std::string_view name;
  Permission permission;
};

constexpr auto kGroups = std::to_array<Group>({{"health", Permission::kHealth},
                                               {"metadata", Permission::kMetadata},
                                               {"inference", Permission::kInference},
                                               {"shared-memory", Permission::kSharedMemory},
                                               {"model-config", Permission::kModelConfig},
                                               {"model-repository", Permission::kModelRepository},
                                               {"statistics", Permission::kStatistics},
                                               {"trace", Permission::kTrace},
                                               {"logging", Permission::kLogging}});

Result<Permission> ParseGroup(std::string_view name) {
  const auto found = std::ranges::find(kGroups, name, &Group::name);
  if (found == kGroups.end()) return InvalidArgument("there is no group {:?}", name);
  return found->permission;
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

/// Compares in a time that says nothing of where two texts of one length differ.
bool AreEqual(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned char>(a[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

}  // namespace

Result<AccessRules> AccessRules::Parse(std::span<const std::string> rules,
                                       std::string_view header_prefix) {
  AccessRules parsed;
  for (const std::string_view rule : rules) {
    const std::size_t colon = rule.find(':');
    const std::size_t equals = rule.find('=', colon == rule.npos ? 0 : colon);
    if (colon == rule.npos || equals == rule.npos || equals == colon + 1) {
      return InvalidArgument("access rule {:?} is not of the form group,group:key=value",
                             rule.substr(0, std::min(equals, rule.size())));
    }
    const Secret secret{
        .header = LowerCase(std::string(header_prefix) +
                            std::string(rule.substr(colon + 1, equals - colon - 1))),
        .value = std::string(rule.substr(equals + 1))};
    std::string_view groups = rule.substr(0, colon);
    while (true) {
      const std::string_view name = groups.substr(0, groups.find(','));
      const Result<Permission> permission = ParseGroup(name);
      if (!permission)
        return Annotate(permission.error(), "access rule {:?}", rule.substr(0, equals));
      std::optional<Secret>& place = parsed.secrets_[static_cast<std::size_t>(*permission)];
      if (place) return InvalidArgument("group {:?} stands in two access rules", name);
      place = secret;
      if (name.size() == groups.size()) break;
      groups.remove_prefix(name.size() + 1);
    }
  }
  return parsed;
}

Status AccessRules::Check(Permission permission, const Headers& headers) const {
  const std::optional<Secret>& secret = secrets_[static_cast<std::size_t>(permission)];
  if (!secret) return {};
  const std::optional<std::string_view> shown = headers.Find(secret->header);
  if (shown && AreEqual(*shown, secret->value)) return {};
  return MakeError(ErrorCode::kPermissionDenied,
                   "access is restricted: the header {:?} with the right value is needed",
                   secret->header);
}

}  // namespace slipway::api
