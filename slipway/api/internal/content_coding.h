// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// How a body is compressed.
enum class ContentCoding : std::uint8_t { kIdentity, kGzip, kDeflate };

/// What may stand in `Accept-Encoding` for bodies sent here.
inline constexpr std::string_view kAcceptedCodings = "gzip, deflate";

/// The name of `coding` in `Content-Encoding`.
std::string_view ContentCodingName(ContentCoding coding);

/// The coding that a `Content-Encoding` names. kUnimplemented, with its value, if it names another
/// one or several.
Result<ContentCoding> ParseContentCoding(std::string_view value);

/// The coding in which an answer to a request with this `Accept-Encoding` is sent: the wished-for
/// one that is known, gzip if several are wished for as much.
ContentCoding ChooseContentCoding(std::string_view accept_encoding);

/// What `body` was before it was compressed; "deflate" is zlib's format or, as some send it, the
/// bare one. kInvalidArgument if it is damaged or cut short, kResourceExhausted once more than
/// `max_bytes` come out of it: no more than that is ever held.
Result<std::string> Decompress(std::string_view body, ContentCoding coding,
                               std::uint64_t max_bytes);

/// `parts`, compressed by `coding`, which is not kIdentity.
std::string Compress(std::span<const BodyPart> parts, ContentCoding coding);

}  // namespace slipway::api
