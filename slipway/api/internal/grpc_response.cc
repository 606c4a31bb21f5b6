// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_response.h"

#include <utility>

namespace slipway::api {
namespace {

/// What a `grpc-message` says at most: clients bound the size of all trailers, commonly at 8 KiB.
constexpr std::size_t kMaxMessageBytes = 2048;

}  // namespace

std::string EncodeGrpcMessage(std::string_view message) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : message.substr(0, kMaxMessageBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '%') {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return encoded;
}

HttpResponse GrpcSuccess(std::vector<BodyPart> framed) {
  HttpResponse response;
  response.headers.Add("content-type", "application/grpc");
  response.body = std::move(framed);
  response.trailers.Add("grpc-status", "0");
  response.has_trailers = true;
  return response;
}

HttpResponse GrpcFailure(GrpcStatus status, std::string_view message) {
  HttpResponse response;
  response.headers.Add("content-type", "application/grpc");
  response.headers.Add("grpc-status", std::to_string(static_cast<int>(status)));
  response.headers.Add("grpc-message", EncodeGrpcMessage(message));
  if (status == GrpcStatus::kUnimplemented) {
    response.headers.Add("grpc-accept-encoding", "identity");
  }
  return response;
}

}  // namespace slipway::api
