// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/header_forwarding.h"

#include <regex>
#include <string_view>

namespace slipway::api {
namespace {

/// Longer names are those of no header that anybody allows, and cost time to match.
constexpr std::size_t kMaxNameLength = 256;

}  // namespace

struct HeaderForwarding::Pattern {
  std::regex regex;
};

Result<HeaderForwarding> HeaderForwarding::Parse(const std::string& pattern) {
  HeaderForwarding forwarding;
  if (pattern.empty()) return forwarding;
  try {
    // The polynomial matcher: names come from clients and must not find a slow path.
    forwarding.pattern_ = std::make_shared<const Pattern>(Pattern{std::regex(
        pattern, std::regex::ECMAScript | std::regex::icase | std::regex_constants::__polynomial)});
  } catch (const std::regex_error& error) {
    return InvalidArgument("header pattern {:?} is no regular expression: {}", pattern,
                           std::string_view(error.what()));
  }
  return forwarding;
}

void HeaderForwarding::AddTo(serving::Parameters& parameters, const Headers& headers) const {
  if (pattern_ == nullptr) return;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers[i];
    if (name.size() > kMaxNameLength ||
        !std::regex_match(name.begin(), name.end(), pattern_->regex)) {
      continue;
    }
    parameters.insert_or_assign(std::string(name), std::string(value));
  }
}

}  // namespace slipway::api
