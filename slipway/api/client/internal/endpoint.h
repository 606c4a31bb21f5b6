// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::api::client {

/// What is spoken at an endpoint.
enum class Protocol : std::uint8_t {
  kRest,  ///< HTTP/1.1.
  kGrpc,  ///< HTTP/2 without TLS, by prior knowledge.
};

/// Where a server listens.
struct Endpoint {
  Protocol protocol = Protocol::kRest;
  std::string host;  ///< A name or an address, IPv6 without brackets.
  std::uint16_t port = 0;
};

/// Reads "http://host:port" or "grpc://host:port"; IPv6 addresses stand in brackets. Without a port
/// it is 8000 for http, 8001 for grpc. kInvalidArgument for anything else.
Result<Endpoint> ParseEndpoint(std::string_view url);

/// "host:port", with brackets around an IPv6 address.
std::string Authority(const Endpoint& endpoint);

}  // namespace slipway::api::client
