// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace slipway {

/// Bytes that someone else owns and may not be changed.
using ByteView = std::span<const std::byte>;
/// Bytes that someone else owns and may be changed.
using MutableByteView = std::span<std::byte>;

/// The bytes of `text`.
inline ByteView AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

/// `bytes` read as characters.
inline std::string_view AsText(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace slipway
