// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/content_coding.h"
#include "slipway/api/internal/exchange.h"
#include "slipway/api/internal/grpc_compression.h"
#include "slipway/api/internal/grpc_response.h"

#include <utility>
#include <vector>

namespace slipway::api {

/// One call of a procedure without streams: takes its answer, once.
class GrpcExchange {
 public:
  explicit GrpcExchange(Exchange exchange) : exchange_(std::move(exchange)) {}

  SteadyTime begin() const { return exchange_.begin(); }
  void SetRoute(const Route& route) { exchange_.SetRoute(route); }
  /// Has a long answer compressed.
  void SetCoding(ContentCoding coding) { coding_ = coding; }

  /// Answers with one framed message.
  void Answer(std::vector<BodyPart> framed) {
    if (coding_ != ContentCoding::kIdentity) {
      framed = CompressGrpcMessage(std::move(framed), coding_);
    }
    exchange_.Answer(GrpcSuccess(std::move(framed), coding_), GrpcStatus::kOk);
  }
  void Fail(const Error& error) {
    const GrpcStatus status = GrpcStatusOf(error.code());
    exchange_.Answer(GrpcFailure(status, error.message()), status);
  }

 private:
  Exchange exchange_;
  ContentCoding coding_ = ContentCoding::kIdentity;
};

}  // namespace slipway::api
