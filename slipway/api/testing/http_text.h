// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_message.h"
#include "slipway/base/format.h"

#include <string>
#include <string_view>
#include <variant>

namespace slipway::api {

/// A request for `target` as HTTP/1.1 writes it.
inline std::string Get(std::string_view target) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", target);
}

/// The body of `response` in one piece.
inline std::string TextOf(const HttpResponse& response) {
  std::string text;
  for (const BodyPart& part : response.body) {
    if (const auto* own = std::get_if<std::string>(&part)) text += *own;
    if (const auto* shared = std::get_if<SharedBytes>(&part)) text += AsText(shared->bytes);
  }
  return text;
}

}  // namespace slipway::api
