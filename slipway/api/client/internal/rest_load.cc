// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/rest_load.h"

#include "slipway/api/client/internal/rest_codec.h"

#include <utility>

namespace slipway::api::client {
namespace {

constexpr std::size_t kMaxErrorBody = 64 * 1024;

}  // namespace

void RestLoad::Begin(SteadyTime due, std::string& output) {
  due_ = due;
  body_ = {};
  error_body_.clear();
  reader_.Reset();
  output += request_.bytes;
}

Status RestLoad::Receive(std::string_view bytes, std::string& /*output*/, AnswerSink& sink) {
  while (!bytes.empty()) {
    if (!due_) return InternalError("{} bytes follow the answer", bytes.size());
    SLIPWAY_TRY_ASSIGN(const HttpProgress progress, reader_.Take(bytes));
    if (reader_.head().status == 200) {
      body_.Take(request_, progress.body);
    } else if (error_body_.size() < kMaxErrorBody) {
      error_body_ += progress.body;
    }
    bytes.remove_prefix(progress.used);
    if (reader_.done()) Finish(sink);
  }
  return {};
}

Status RestLoad::ReceiveEnd(AnswerSink& sink) {
  if (!due_) return MakeError(ErrorCode::kUnavailable, "the server closed the connection");
  SLIPWAY_TRY(reader_.TakeEnd());
  Finish(sink);
  return {};
}

void RestLoad::Abandon(const Error& error, AnswerSink& sink) {
  if (const std::optional<SteadyTime> due = std::exchange(due_, std::nullopt)) {
    sink.OnAnswer(*due, error);
  }
}

void RestLoad::Finish(AnswerSink& sink) {
  used_up_ = !reader_.head().keeps_connection;
  sink.OnAnswer(*std::exchange(due_, std::nullopt), Outcome());
}

Status RestLoad::Outcome() const {
  if (reader_.head().status == 200) return body_.Check(request_);
  return ErrorOf({.status = reader_.head().status, .json_size = std::nullopt, .body = error_body_});
}

}  // namespace slipway::api::client
