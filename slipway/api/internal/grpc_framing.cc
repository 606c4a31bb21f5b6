// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_framing.h"

#include <charconv>
#include <utility>

namespace slipway::api {
namespace {

std::uint32_t LoadBigEndian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

}  // namespace

Result<std::string_view> UnframeGrpcMessage(std::string_view body) {
  if (body.size() < kGrpcPrefixBytes) {
    return InvalidArgument("a gRPC message starts with {} bytes, got {}", kGrpcPrefixBytes,
                           body.size());
  }
  const auto flag = static_cast<unsigned char>(body[0]);
  const std::uint32_t size = LoadBigEndian(body.substr(1));
  const std::string_view message = body.substr(kGrpcPrefixBytes);
  if (flag == 1) {
    return MakeError(ErrorCode::kUnimplemented,
                     "the message is compressed: only the grpc-encoding identity is supported");
  }
  if (flag != 0) return InvalidArgument("the gRPC message has the flag {}, not 0 or 1", flag);
  if (message.size() != size) {
    return InvalidArgument("the gRPC message says it has {} bytes, but {} follow", size,
                           message.size());
  }
  return message;
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
