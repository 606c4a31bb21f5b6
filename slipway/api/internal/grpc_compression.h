// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/content_coding.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// What `grpc-accept-encoding` says of this server.
inline constexpr std::string_view kGrpcAcceptEncoding = "identity, deflate, gzip";

/// Whether the first message of `body` is compressed.
inline bool IsCompressedGrpc(std::string_view body) { return !body.empty() && body[0] == '\1'; }

/// What `grpc-encoding` names. kUnimplemented if that is no coding of ours, kInvalidArgument if
/// there is no such field, or it says that nothing is compressed.
Result<ContentCoding> GrpcRequestCoding(const Headers& headers);

/// The coding that the client takes answers in, by its `grpc-accept-encoding`; kIdentity if it
/// takes none of ours.
ContentCoding GrpcResponseCoding(const Headers& headers);

/// `framed`, one whole message that is compressed, as one that is not. kResourceExhausted if it
/// becomes more than `max_bytes`, kInvalidArgument if it is not right.
Result<std::string> DecompressGrpcMessage(std::string_view framed, ContentCoding coding,
                                          std::uint64_t max_bytes);

/// `framed`, one message that is not compressed, as one that is. One of less than 1 KiB stays as it
/// is.
std::vector<BodyPart> CompressGrpcMessage(std::vector<BodyPart> framed, ContentCoding coding);

}  // namespace slipway::api
