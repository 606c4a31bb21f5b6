// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/endpoint.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace slipway::api::client {
namespace {

constexpr std::uint16_t kRestPort = 8000;
constexpr std::uint16_t kGrpcPort = 8001;

Error BadUrl(std::string_view url, std::string_view reason) {
  return InvalidArgument("server url \"{}\": {}; want http://HOST:PORT or grpc://HOST:PORT", url,
                         reason);
}

// Goes into a header field, so nothing but what a host name or an address has may pass.
bool IsHost(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '%';
  });
}

// "host", "host:port", "[address]" or "[address]:port" in its two parts.
std::pair<std::string_view, std::string_view> SplitAuthority(std::string_view authority) {
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return {};
  const std::size_t colon = authority.find(':', bracket);
  const std::string_view host = authority.substr(0, colon);
  const std::string_view port =
      colon == std::string_view::npos ? std::string_view() : authority.substr(colon);
  return {bracket == 0 ? host : authority.substr(1, bracket - 1), port};
}

}  // namespace

Result<Endpoint> ParseEndpoint(std::string_view url) {
  Endpoint endpoint;
  std::string_view rest = url;
  if (rest.starts_with("http://")) {
    endpoint.port = kRestPort;
  } else if (rest.starts_with("grpc://")) {
    endpoint.protocol = Protocol::kGrpc;
    endpoint.port = kGrpcPort;
  } else {
    return BadUrl(url, "unknown scheme");
  }
  rest.remove_prefix(std::string_view("http://").size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto [host, port] = SplitAuthority(rest);
  if (!IsHost(host)) return BadUrl(url, "no valid host");
  endpoint.host = host;
  if (!port.empty()) {
    const char* const end = port.data() + port.size();
    const auto [stop, error] = std::from_chars(port.data() + 1, end, endpoint.port);
    if (error != std::errc() || stop != end || endpoint.port == 0) {
      return BadUrl(url, "the port is not a number from 1 to 65535");
    }
  }
  return endpoint;
}

std::string Authority(const Endpoint& endpoint) {
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  return is_ipv6 ? fmt::format("[{}]:{}", endpoint.host, endpoint.port)
                 : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

}  // namespace slipway::api::client
