// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/front_handler.h"

#include <optional>
#include <string_view>
#include <utility>

namespace slipway::api {

void FrontHandler::Handle(HttpRequest request, Responder respond) {
  const std::optional<std::string_view> content_type = request.headers.Find("content-type");
  if (content_type && IsGrpcContentType(*content_type)) {
    grpc_.Handle(std::move(request), Exchange(context_, Protocol::kGrpc, std::move(respond)));
  } else {
    rest_.Handle(std::move(request), Exchange(context_, Protocol::kRest, std::move(respond)));
  }
}

}  // namespace slipway::api
