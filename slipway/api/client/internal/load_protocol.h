// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::api::client {

/// What to do with the bodies of answers.
enum class BodyUse : std::uint8_t { kIgnore, kCollect, kCompare };

/// The request that a load repeats, and what its answers are held against. Shared by the
/// connections.
struct LoadRequest {
  std::string authority = {};  ///< "host:port".
  std::string bytes = {};      ///< REST: the whole HTTP request. gRPC: the message with its prefix.
  std::size_t streams = 1;
  std::uint64_t max_answer_bytes = 0;
  BodyUse body_use = BodyUse::kIgnore;
  std::string body = {};  ///< Collected, or what every answer must be equal to.
};

/// The body of one answer as it comes in.
class AnswerBody {
 public:
  void Take(LoadRequest& request, std::string_view piece) {
    if (request.body_use == BodyUse::kCompare) {
      equal_ = equal_ && std::string_view(request.body).substr(size_, piece.size()) == piece;
    } else if (request.body_use == BodyUse::kCollect) {
      request.body += piece;
    }
    size_ += piece.size();
  }
  /// Success, or that the complete body is not the one it should be.
  Status Check(const LoadRequest& request) const {
    if (request.body_use != BodyUse::kCompare) return {};
    if (equal_ && size_ == request.body.size()) return {};
    return InternalError("an answer of {} bytes differs from the first, of {} bytes", size_,
                         request.body.size());
  }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
  bool equal_ = true;
};

/// Takes the outcome of every request.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  /// The request that was due at `due` is over.
  virtual void OnAnswer(SteadyTime due, const Status& outcome) = 0;
};

/// One connection's side of a protocol, without its socket: what to send for each request, and what
/// the bytes that come back mean.
///
/// Not thread-safe. Every request that was begun is reported to the sink exactly once.
class LoadProtocol {
 public:
  virtual ~LoadProtocol() = default;
  /// How many requests may be begun now.
  virtual std::size_t free_slots() const = 0;
  /// Begins a request, which is possible now, and appends its bytes to `output`.
  virtual void Begin(SteadyTime due, std::string& output) = 0;
  /// Takes bytes of the server; may append to `output`. An error means that the connection is lost.
  virtual Status Receive(std::string_view bytes, std::string& output, AnswerSink& sink) = 0;
  /// Says that the server closed the connection. An error unless that is how an answer ends.
  virtual Status ReceiveEnd(AnswerSink& sink) = 0;
  /// Whether the connection, idle now, takes no more requests and needs a successor.
  virtual bool used_up() const = 0;
  /// Reports what has no answer yet as failed.
  virtual void Abandon(const Error& error, AnswerSink& sink) = 0;
};

}  // namespace slipway::api::client
