// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/http2_frame.h"

#include <array>

namespace slipway::api::client {
namespace {

std::uint32_t Byte(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

}  // namespace

Http2FrameHeader ReadHttp2FrameHeader(std::string_view bytes) {
  return {.size = Byte(bytes, 0) << 16U | Byte(bytes, 1) << 8U | Byte(bytes, 2),
          .type = static_cast<Http2FrameType>(bytes[3]),
          .flags = static_cast<std::uint8_t>(bytes[4]),
          .stream = ReadBigEndian32(bytes.substr(5)) & kHttp2MaxWindow};
}

void AppendHttp2FrameHeader(std::string& out, const Http2FrameHeader& header) {
  const std::array<char, kHttp2FrameHeaderBytes> bytes = {
      static_cast<char>(header.size >> 16U),   static_cast<char>(header.size >> 8U),
      static_cast<char>(header.size),          static_cast<char>(header.type),
      static_cast<char>(header.flags),         static_cast<char>(header.stream >> 24U),
      static_cast<char>(header.stream >> 16U), static_cast<char>(header.stream >> 8U),
      static_cast<char>(header.stream)};
  out.append(bytes.data(), bytes.size());
}

void AppendHttp2Frame(std::string& out, Http2FrameHeader header, std::string_view payload) {
  header.size = static_cast<std::uint32_t>(payload.size());
  AppendHttp2FrameHeader(out, header);
  out += payload;
}

std::uint32_t ReadBigEndian32(std::string_view bytes) {
  return Byte(bytes, 0) << 24U | Byte(bytes, 1) << 16U | Byte(bytes, 2) << 8U | Byte(bytes, 3);
}

std::string BigEndian32(std::uint32_t value) {
  return {static_cast<char>(value >> 24U), static_cast<char>(value >> 16U),
          static_cast<char>(value >> 8U), static_cast<char>(value)};
}

}  // namespace slipway::api::client
