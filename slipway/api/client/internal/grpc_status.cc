// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/grpc_status.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace slipway::api::client {
namespace {

constexpr std::size_t kMaxMessageBytes = 4'096;

std::optional<int> ParseStatus(std::string_view text) {
  int status = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, status);
  if (error != std::errc() || stop != end || status < 0) return std::nullopt;
  return status;
}

// By number: gRPC's status codes 1 to 16.
ErrorCode CodeOfGrpcStatus(int status) {
  constexpr auto kCodes = std::to_array<ErrorCode>({
      ErrorCode::kCancelled,
      ErrorCode::kInternal,  // UNKNOWN.
      ErrorCode::kInvalidArgument, ErrorCode::kDeadlineExceeded, ErrorCode::kNotFound,
      ErrorCode::kAlreadyExists, ErrorCode::kPermissionDenied, ErrorCode::kResourceExhausted,
      ErrorCode::kFailedPrecondition,
      ErrorCode::kUnavailable,      // ABORTED: trying again may work.
      ErrorCode::kInvalidArgument,  // OUT_OF_RANGE.
      ErrorCode::kUnimplemented, ErrorCode::kInternal, ErrorCode::kUnavailable,
      ErrorCode::kDataLoss,
      ErrorCode::kPermissionDenied,  // UNAUTHENTICATED.
  });
  const auto index = static_cast<std::size_t>(status) - 1;
  return index < kCodes.size() ? kCodes[index] : ErrorCode::kInternal;
}

// gRPC over HTTP/2, "HTTP to gRPC status code mapping": for peers that do not speak gRPC.
ErrorCode CodeOfHttpStatus(int status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorCode::kPermissionDenied;
    case 404:
      return ErrorCode::kUnimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return ErrorCode::kUnavailable;
    default:
      return ErrorCode::kInternal;
  }
}

// gRPC over HTTP/2, Percent-Encoded; what is no valid escape stays as it is.
std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::uint8_t byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
            text.data() + i + 3) {
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

}  // namespace

std::string GrpcPrefix(std::size_t size) {
  return {'\0', static_cast<char>(size >> 24U), static_cast<char>(size >> 16U),
          static_cast<char>(size >> 8U), static_cast<char>(size)};
}

void GrpcOutcome::TakeField(std::string_view name, std::string_view value) {
  if (name == ":status") {
    http_status_ = ParseStatus(value);
  } else if (name == "grpc-status") {
    grpc_status_ = ParseStatus(value);
  } else if (name == "grpc-message") {
    message_ = value.substr(0, kMaxMessageBytes);
  }
}

Status GrpcOutcome::ToStatus() const {
  if (ok()) return {};
  if (grpc_status_ && *grpc_status_ != 0) {
    const std::string message = PercentDecoded(message_);
    return Error(CodeOfGrpcStatus(*grpc_status_),
                 message.empty() ? fmt::format("gRPC status {}", *grpc_status_) : message);
  }
  if (http_status_ && *http_status_ != 200) {
    return MakeError(CodeOfHttpStatus(*http_status_), "HTTP status {} instead of a gRPC answer",
                     *http_status_);
  }
  return InternalError("the answer has no gRPC status");
}

}  // namespace slipway::api::client
