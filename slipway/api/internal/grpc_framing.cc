// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_framing.h"

#include <charconv>
#include <utility>

namespace slipway::api {

std::uint32_t GrpcMessageLength(std::string_view framed) {
  std::uint32_t value = 0;
  for (const char c : framed.substr(1, 4)) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

Status CheckGrpcLength(std::string_view body) {
  if (body.size() < kGrpcPrefixBytes) {
    return InvalidArgument("a gRPC message starts with {} bytes, got {}", kGrpcPrefixBytes,
                           body.size());
  }
  const auto flag = static_cast<unsigned char>(body[0]);
  if (flag > 1) return InvalidArgument("the gRPC message has the flag {}, not 0 or 1", flag);
  const std::uint32_t size = GrpcMessageLength(body);
  if (body.size() - kGrpcPrefixBytes == size) return {};
  return InvalidArgument("the gRPC message says it has {} bytes, but {} follow", size,
                         body.size() - kGrpcPrefixBytes);
}

Result<std::string_view> UnframeGrpcMessage(std::string_view body) {
  SLIPWAY_TRY(CheckGrpcLength(body));
  if (body[0] == 0) return body.substr(kGrpcPrefixBytes);
  return InvalidArgument("the gRPC message is compressed");
}

void WriteGrpcPrefix(std::string& framed, std::uint32_t size) {
  framed[0] = '\0';
  for (unsigned i = 0; i < 4; ++i)
    framed[i + 1] = static_cast<char>(size >> (24U - 8U * i) & 0xFFU);
}

Result<std::chrono::nanoseconds> ParseGrpcTimeout(std::string_view text) {
  constexpr std::size_t kMaxDigits = 8;
  constexpr std::pair<char, std::int64_t> kUnits[] = {
      {'H', 3'600'000'000'000}, {'M', 60'000'000'000}, {'S', 1'000'000'000},
      {'m', 1'000'000},         {'u', 1'000},          {'n', 1}};
  std::uint32_t amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error == std::errc() && digits <= kMaxDigits && digits + 1 == text.size()) {
    for (const auto& [unit, nanoseconds] : kUnits) {
      // Even 99,999,999 hours, in nanoseconds, must not overflow.
      if (*end == unit && amount <= std::chrono::nanoseconds::max().count() / nanoseconds) {
        return std::chrono::nanoseconds(amount * nanoseconds);
      }
      if (*end == unit) return std::chrono::nanoseconds::max();
    }
  }
  return InvalidArgument("grpc-timeout {:?} is not up to eight digits and one of H M S m u n",
                         text.substr(0, 2 * kMaxDigits));
}

}  // namespace slipway::api
