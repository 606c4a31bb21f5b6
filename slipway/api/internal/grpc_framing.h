// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::api {

/// Bytes in front of each gRPC message: a flag and the length (gRPC over HTTP/2, "Requests").
inline constexpr std::size_t kGrpcPrefixBytes = 5;

/// Checks that `body` is exactly one whole message, compressed or not. kInvalidArgument otherwise.
Status CheckGrpcLength(std::string_view body);
/// The one message that `body` holds, which is not compressed. kInvalidArgument if there is not
/// exactly one whole message.
Result<std::string_view> UnframeGrpcMessage(std::string_view body);
/// The length that the prefix at the front of `framed` tells.
std::uint32_t GrpcMessageLength(std::string_view framed);

/// Writes the prefix of an uncompressed message of `size` bytes over the start of `framed`.
void WriteGrpcPrefix(std::string& framed, std::uint32_t size);

/// The duration that a `grpc-timeout` of at most eight digits and a unit (H M S m u n) spells.
Result<std::chrono::nanoseconds> ParseGrpcTimeout(std::string_view text);

}  // namespace slipway::api
