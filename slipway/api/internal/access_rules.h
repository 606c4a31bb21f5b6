// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/route.h"
#include "slipway/base/result.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace slipway::api {

/// Which groups of requests need a header, and with which value, as Triton restricts access.
///
/// Immutable; copies are free to use on any thread.
class AccessRules {
 public:
  /// Nothing is restricted.
  AccessRules() = default;
  /// Reads rules such as "model-repository,logging:admin-key=secret"; no group stands in two of
  /// them. The header is `header_prefix` and the key: over REST the prefix is empty, over gRPC
  /// "triton-grpc-protocol-". kInvalidArgument, with the rule but without its value, if one is
  /// wrong.
  static Result<AccessRules> Parse(std::span<const std::string> rules,
                                   std::string_view header_prefix);

  /// kPermissionDenied, with the header's name, unless `headers` (names in lower case) hold what
  /// `permission` needs.
  Status Check(Permission permission, const Headers& headers) const;

 private:
  /// What a caller shows.
  struct Secret {
    std::string header;  ///< In lower case.
    std::string value;
  };

  std::array<std::optional<Secret>, kPermissionCount> secrets_;
};

}  // namespace slipway::api
