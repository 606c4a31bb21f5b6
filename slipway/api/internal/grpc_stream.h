// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/content_coding.h"
#include "slipway/api/internal/exchange.h"
#include "slipway/api/internal/grpc_message_reader.h"
#include "slipway/api/internal/http_stream.h"
#include "slipway/api/internal/status_mapping.h"
#include "slipway/base/error.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// A gRPC call whose messages come and go one by one.
struct GrpcStreamCall {
  const FrontContext& context;  ///< Outlives the stream.
  const Route& route;
  std::unique_ptr<HttpStream> stream;
  Headers headers;
  SteadyTime begin;
  std::optional<SteadyTime> deadline = {};
  std::uint64_t max_message_bytes = 0;
  bool compress = false;  ///< Answers, also for a client that does not compress its requests.
};

/// What all procedures with streams have in common: cuts the body into messages, bounds what is in
/// work and what waits for the client, ends and counts the call.
///
/// At most `kMaxInWork` messages are in work and `kMaxUnsentBytes` of answers wait; beyond that
/// nothing more is read, and the client soon has to wait.
///
/// The observer's calls come on the I/O thread; what says "Thread-safe" may be called on any.
class GrpcStream : public StreamObserver {
 public:
  static constexpr int kMaxInWork = 128;
  static constexpr std::uint64_t kMaxUnsentBytes = std::uint64_t{1} << 20U;

  void OnBody(std::string_view bytes) final;
  void OnBodyEnd() final;
  void OnSent(std::size_t bytes) final;
  void OnTick(const StreamTick& tick) final;
  void OnGone() final;

 protected:
  /// Starts the response.
  explicit GrpcStream(GrpcStreamCall call);

  /// Takes one message with its prefix, not compressed.
  virtual void OnMessage(std::string framed) = 0;
  /// Whether the call is over when each message has been answered and no more comes.
  virtual bool IsOverWithRequests() const { return true; }
  /// Called several times a second.
  virtual void OnTime() {}
  /// The client has gone.
  virtual void OnCancelled() {}

  /// Counts a message as in work, until `EndWork`.
  void BeginWork() { in_work_.fetch_add(1, std::memory_order_relaxed); }
  /// Sends one framed message, compressed as the client wishes. Thread-safe.
  void Send(std::vector<BodyPart> framed);
  /// The same, as the answer to a message that is in work. Thread-safe.
  void EndWork(std::vector<BodyPart> framed);
  /// Ends the call. Thread-safe; only the first call counts.
  void End(GrpcStatus status, std::string_view message);
  /// The same for an error. Thread-safe.
  void Fail(const Error& error) { End(GrpcStatusOf(error.code()), error.message()); }

  const Headers& headers() const { return call_.headers; }
  std::optional<SteadyTime> deadline() const { return call_.deadline; }

 private:
  bool IsFull() const;
  bool IsQuiet() const;
  void Count(GrpcStatus status);
  /// `framed` as it leaves, and counted.
  std::vector<BodyPart> Pack(std::vector<BodyPart> framed);
  void Pump();
  void Take(std::string framed);

  const GrpcStreamCall call_;
  const ContentCoding answer_coding_;
  GrpcMessageReader reader_;
  std::uint64_t sent_bytes_ = 0;
  std::size_t unread_bytes_ = 0;  // Not yet given back to the client.
  bool requests_over_ = false;
  bool was_heard_ = true;  // Since the last tick.
  std::atomic<std::uint64_t> written_bytes_ = 0;
  std::atomic<int> in_work_ = 0;
  std::atomic<bool> ended_ = false;
};

/// Refuses a call before there is a stream for it: answers, and watches nothing.
class RefusedGrpcStream final : public StreamObserver {
 public:
  RefusedGrpcStream(const FrontContext& context, const Route* route,
                    std::unique_ptr<HttpStream> stream, const Error& error);

  void OnBody(std::string_view) override {}
  void OnBodyEnd() override {}
  void OnSent(std::size_t) override {}
  void OnTick(const StreamTick&) override {}
  void OnGone() override {}
};

}  // namespace slipway::api
