// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/internal/http_response_reader.h"
#include "slipway/api/client/internal/load_protocol.h"

#include <optional>

namespace slipway::api::client {

/// Load over HTTP/1.1: one request at a time.
class RestLoad final : public LoadProtocol {
 public:
  /// `request` outlives the object.
  explicit RestLoad(LoadRequest& request) : request_(request), reader_(request.max_answer_bytes) {}

  std::size_t free_slots() const override { return due_ || used_up_ ? 0 : 1; }
  void Begin(SteadyTime due, std::string& output) override;
  Status Receive(std::string_view bytes, std::string& output, AnswerSink& sink) override;
  Status ReceiveEnd(AnswerSink& sink) override;
  bool used_up() const override { return used_up_; }
  void Abandon(const Error& error, AnswerSink& sink) override;

 private:
  void Finish(AnswerSink& sink);
  Status Outcome() const;

  LoadRequest& request_;
  HttpResponseReader reader_;
  std::optional<SteadyTime> due_;  // Of the request in flight.
  AnswerBody body_;
  std::string error_body_;
  bool used_up_ = false;
};

}  // namespace slipway::api::client
