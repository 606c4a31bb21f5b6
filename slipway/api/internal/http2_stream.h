// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http2_body.h"
#include "slipway/api/internal/http_deadline.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/http_refusal.h"

#include <cstdint>
#include <optional>

namespace slipway::api {

/// One request of an HTTP/2 connection and its response.
struct Http2Stream {
  /// kReadingHeader ─▶ kReadingBody ─▶ kHandedOver ─▶ kSending; a refused request goes from
  /// kReadingBody to kSending, and to kSent if the client still sends when it has been answered.
  enum class State : std::uint8_t { kReadingHeader, kReadingBody, kHandedOver, kSending, kSent };

  std::int32_t id = 0;
  std::size_t slot = 0;  ///< Where the session keeps it.
  State state = State::kReadingHeader;
  bool is_head = false;
  bool request_over = false;       ///< The client has ended its side.
  std::optional<Refusal> refusal;  ///< Found while the header was read.
  std::size_t unwanted_bytes = 0;  ///< Of the body, that came after the response was sent.
  HttpRequest request;
  Http2Body body;
  Headers trailers;
  bool has_trailers = false;
  TransferDeadline deadline;  ///< Of the header, the request's body, the response's body.
};

}  // namespace slipway::api
