// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_session.h"
#include "slipway/api/testing/recording_observer.h"
#include "slipway/base/testing/fake_clock.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace slipway::api {

/// What a session stands on, for tests and fuzzers that drive it without sockets. Not thread-safe.
class SessionHarness final : public RequestSink {
 public:
  struct Arrival {
    RequestId id = 0;
    HttpRequest request;
  };

  /// A request that goes in pieces, and its observer.
  struct Opened {
    RequestId id = 0;
    HttpRequest request;
    std::shared_ptr<RecordingObserver> observer;
  };

  SessionHarness() : SessionHarness(TransportOptions{}) {}
  explicit SessionHarness(const TransportOptions& options) : options_(options), time_(clock_) {}

  SessionContext context() { return {.options = options_, .time = time_, .sink = *this}; }
  /// Moves the time of the round.
  void Advance(std::chrono::nanoseconds step) {
    clock_.Advance(step);
    time_.Update();
  }
  void OnRequest(RequestId id, HttpRequest request) override {
    if (on_request) on_request(id, request);
    arrivals.push_back({.id = id, .request = std::move(request)});
  }
  StreamMode ModeOf(const HttpRequest& head) const override {
    if (head.target.starts_with("/both")) return StreamMode::kBothSides;
    return head.target.starts_with("/pieces") ? StreamMode::kResponse : StreamMode::kWhole;
  }
  std::shared_ptr<StreamObserver> OnStream(RequestId id, HttpRequest request) override {
    auto observer = std::make_shared<RecordingObserver>();
    if (on_stream) on_stream(id);
    streams.push_back({.id = id, .request = std::move(request), .observer = observer});
    return observer;
  }
  void OnStreamEvent() override { ++stream_events; }

  /// The requests so far.
  std::vector<Arrival> arrivals;
  /// The requests so far that go in pieces: those for "/pieces", and "/both" on both sides.
  std::vector<Opened> streams;
  int stream_events = 0;
  /// Called for each of them, if set.
  std::function<void(RequestId)> on_stream;
  /// Called for each request, if set.
  std::function<void(RequestId, const HttpRequest&)> on_request;

 private:
  const TransportOptions options_;
  FakeClock clock_;
  RoundTime time_;
};

/// Takes all that `session` wants to send.
inline std::string TakeOutput(HttpSession& session) {
  std::string text;
  while (true) {
    OutputQueue& output = session.Output();
    if (output.empty()) return text;
    iovec piece{};
    const std::size_t count = output.Gather({&piece, 1});
    const std::size_t size = count == 0 ? 0 : piece.iov_len;
    if (size > 0) text.append(static_cast<const char*>(piece.iov_base), size);
    output.Consume(size);
  }
}

}  // namespace slipway::api
