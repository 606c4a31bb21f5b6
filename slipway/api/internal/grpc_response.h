// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/content_coding.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/status_mapping.h"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// `message` as `grpc-message` carries it: bytes outside printable ASCII, and '%', as %XX.
std::string EncodeGrpcMessage(std::string_view message);

/// A successful answer whose body is one framed message, which may be compressed by `coding`.
HttpResponse GrpcSuccess(std::vector<BodyPart> framed,
                         ContentCoding coding = ContentCoding::kIdentity);
/// What ends a call.
Headers GrpcTrailers(GrpcStatus status, std::string_view message);
/// An answer that is only trailers, which HTTP/2 carries as its headers.
HttpResponse GrpcFailure(GrpcStatus status, std::string_view message);

}  // namespace slipway::api
