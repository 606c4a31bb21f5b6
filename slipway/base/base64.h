// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/bytes.h"
#include "slipway/base/result.h"

#include <string>
#include <string_view>

namespace slipway {

/// Appends `bytes` in base64 (RFC 4648, section 4), padded, to `out`.
void AppendBase64(std::string& out, ByteView bytes);

/// The bytes that `text` stands for. kInvalidArgument, with the place, unless it is base64 with its
/// padding and nothing else.
Result<std::string> DecodeBase64(std::string_view text);

}  // namespace slipway
