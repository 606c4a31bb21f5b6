// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::api::client {

/// Frame types of HTTP/2 (RFC 9113, 6).
enum class Http2FrameType : std::uint8_t {
  kData = 0,
  kHeaders = 1,
  kResetStream = 3,
  kSettings = 4,
  kPushPromise = 5,
  kPing = 6,
  kGoAway = 7,
  kWindowUpdate = 8,
  kContinuation = 9,
};

inline constexpr std::uint8_t kHttp2EndStream = 0x1;
inline constexpr std::uint8_t kHttp2Ack = 0x1;  // Of SETTINGS and PING.
inline constexpr std::uint8_t kHttp2EndHeaders = 0x4;
inline constexpr std::uint8_t kHttp2Padded = 0x8;
inline constexpr std::uint8_t kHttp2Priority = 0x20;

inline constexpr std::size_t kHttp2FrameHeaderBytes = 9;
/// The largest payload that both sides allow unless they say otherwise.
inline constexpr std::uint32_t kHttp2DefaultFrameBytes = 16'384;
inline constexpr std::uint32_t kHttp2DefaultWindow = 65'535;
inline constexpr std::uint32_t kHttp2MaxWindow = 0x7fffffff;

/// What the first 9 bytes of a frame say.
struct Http2FrameHeader {
  std::uint32_t size = 0;  ///< Of the payload.
  Http2FrameType type = Http2FrameType::kData;
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
};

/// Reads a frame's header from `bytes`, which holds it.
Http2FrameHeader ReadHttp2FrameHeader(std::string_view bytes);
/// Appends a frame's header to `out`.
void AppendHttp2FrameHeader(std::string& out, const Http2FrameHeader& header);
/// Appends a frame with `payload` to `out`; `header` says all of it but the size.
void AppendHttp2Frame(std::string& out, Http2FrameHeader header, std::string_view payload);

/// Four bytes, big endian, from the front of `bytes`, which holds them.
std::uint32_t ReadBigEndian32(std::string_view bytes);
/// The four bytes of `value`, big endian.
std::string BigEndian32(std::uint32_t value);

}  // namespace slipway::api::client
