// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/access_rules.h"
#include "slipway/api/internal/cors_policy.h"
#include "slipway/api/internal/header_forwarding.h"

#include <cstdint>

namespace slipway::api {

/// What an operator sets of the front, read and checked.
struct FrontSettings {
  AccessRules rest_access = {};
  AccessRules grpc_access = {};
  HeaderForwarding rest_headers = {};
  HeaderForwarding grpc_headers = {};
  CorsPolicy cors = {};
  /// What a compressed body may become, and what a request may read of shared memory.
  std::uint64_t max_body_bytes = std::uint64_t{64} << 20U;
  /// The same of a gRPC message.
  std::uint64_t max_grpc_message_bytes = std::uint64_t{64} << 20U;
  /// Whether gRPC answers are compressed for each client that takes it, not only for those that
  /// compress what they send.
  bool compress_grpc = false;
};

}  // namespace slipway::api
