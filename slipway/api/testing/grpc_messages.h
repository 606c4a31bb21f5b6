// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/grpc_framing.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::api {

/// `message`, serialized, with its prefix.
inline std::string Framed(std::string_view message) {
  std::string framed(kGrpcPrefixBytes, '\0');
  framed += message;
  WriteGrpcPrefix(framed, static_cast<std::uint32_t>(message.size()));
  return framed;
}

/// The messages that `body` holds, one behind the other.
template <typename Message>
std::vector<Message> Unframed(std::string_view body) {
  std::vector<Message> messages;
  while (body.size() >= kGrpcPrefixBytes) {
    const std::string_view message = body.substr(kGrpcPrefixBytes, GrpcMessageLength(body));
    messages.emplace_back().ParseFromString(std::string(message));
    body.remove_prefix(kGrpcPrefixBytes + message.size());
  }
  return messages;
}

}  // namespace slipway::api
