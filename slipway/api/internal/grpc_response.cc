// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_response.h"

#include "slipway/api/internal/grpc_compression.h"

#include <utility>

namespace slipway::api {
namespace {

/// What a `grpc-message` says at most: clients bound the size of all trailers, commonly at 8 KiB.
constexpr std::size_t kMaxMessageBytes = 2048;

void AppendStatus(GrpcStatus status, std::string_view message, Headers& fields) {
  fields.Add("grpc-status", std::to_string(static_cast<int>(status)));
  if (!message.empty()) fields.Add("grpc-message", EncodeGrpcMessage(message));
  if (status == GrpcStatus::kUnimplemented) fields.Add("grpc-accept-encoding", kGrpcAcceptEncoding);
}

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

HttpResponse GrpcSuccess(std::vector<BodyPart> framed, ContentCoding coding) {
  HttpResponse response;
  response.headers.Add("content-type", "application/grpc");
  if (coding != ContentCoding::kIdentity) {
    response.headers.Add("grpc-encoding", ContentCodingName(coding));
  }
  response.body = std::move(framed);
  response.trailers.Add("grpc-status", "0");
  response.has_trailers = true;
  return response;
}

Headers GrpcTrailers(GrpcStatus status, std::string_view message) {
  Headers trailers;
  AppendStatus(status, message, trailers);
  return trailers;
}

HttpResponse GrpcFailure(GrpcStatus status, std::string_view message) {
  HttpResponse response;
  response.headers.Add("content-type", "application/grpc");
  AppendStatus(status, message, response.headers);
  return response;
}

}  // namespace slipway::api
