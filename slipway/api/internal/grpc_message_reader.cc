// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_message_reader.h"

#include "slipway/api/internal/grpc_framing.h"

#include <algorithm>
#include <utility>

namespace slipway::api {
namespace {

/// Room that a message gets on the word of its prefix alone.
constexpr std::size_t kTrustedBytes = std::size_t{4} << 20U;

}  // namespace

Result<std::optional<std::string>> GrpcMessageReader::Next() {
  const std::string_view rest = std::string_view(buffer_).substr(begin_);
  if (rest.size() < kGrpcPrefixBytes) {
    DropRead();
    return std::optional<std::string>();
  }
  const auto flag = static_cast<unsigned char>(rest[0]);
  if (flag > 1) return InvalidArgument("the gRPC message has the flag {}, not 0 or 1", flag);
  const std::uint32_t length = GrpcMessageLength(rest);
  if (length > max_bytes_) {
    return MakeError(ErrorCode::kResourceExhausted,
                     "the gRPC message has {} bytes; the limit is {}", length, max_bytes_);
  }
  const std::size_t size = kGrpcPrefixBytes + length;
  if (rest.size() < size) {
    DropRead();
    buffer_.reserve(std::min(size, kTrustedBytes));
    return std::optional<std::string>();
  }
  if (begin_ == 0 && rest.size() == size) return std::optional(std::exchange(buffer_, {}));
  begin_ += size;
  return std::optional(std::string(rest.substr(0, size)));
}

void GrpcMessageReader::DropRead() {
  buffer_.erase(0, begin_);
  begin_ = 0;
}

}  // namespace slipway::api
