// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http2_body.h"
#include "slipway/api/internal/http_deadline.h"
#include "slipway/api/internal/http_message.h"
#include "slipway/api/internal/http_refusal.h"
#include "slipway/api/internal/http_stream.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

namespace slipway::api {

/// What a stream has more whose response goes in pieces.
struct Http2Pieces {
  std::shared_ptr<StreamObserver> observer;  ///< Shared: work of its own may outlive the stream.
  std::size_t sent_bytes = 0;                ///< Of the body, that the observer was not told of.
  bool response_over = false;                ///< Nothing more is added to the body.
  bool is_waiting = false;                   ///< nghttp2 waits to hear that the body has more.
};

/// One request of an HTTP/2 connection and its response.
struct Http2Stream {
  /// kReadingHeader ─▶ kReadingBody ─▶ kHandedOver ─▶ kSending; a refused request goes from
  /// kReadingBody to kSending, and to kSent if the client still sends when it has been answered.
  /// One whose body goes in pieces never is kReadingBody.
  enum class State : std::uint8_t { kReadingHeader, kReadingBody, kHandedOver, kSending, kSent };

  std::int32_t id = 0;
  std::size_t slot = 0;  ///< Where the session keeps it.
  State state = State::kReadingHeader;
  bool is_head = false;
  bool is_grpc = false;
  bool request_over = false;       ///< The client has ended its side.
  std::optional<Refusal> refusal;  ///< Found while the header was read.
  std::size_t unwanted_bytes = 0;  ///< Of the body, that came after the response was sent.
  StreamMode mode = StreamMode::kWhole;
  std::unique_ptr<Http2Pieces> pieces;  ///< Null if request and response are whole.
  HttpRequest request;
  std::stop_source gone{std::nostopstate};  ///< Of a whole request that was handed over.
  Http2Body body;
  Headers trailers;
  bool has_trailers = false;
  TransferDeadline deadline;  ///< Of the header, the request's body, the response's body.
};

}  // namespace slipway::api
