// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/client/internal/arrivals.h"
#include "slipway/api/client/internal/client_socket.h"
#include "slipway/api/client/internal/load_protocol.h"
#include "slipway/api/client/latency_histogram.h"

#include <sys/epoll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slipway::api::client {

/// How a loop runs; the moments follow from when it starts.
struct LoadPlan {
  Endpoint endpoint;
  std::size_t connections = 1;
  std::chrono::nanoseconds warmup{0};
  std::chrono::nanoseconds duration{0};
  std::uint64_t max_requests = 0;  ///< 0: no limit.
  double arrival_rate = 0;         ///< 0: a closed loop.
  std::uint64_t seed = 1;
  std::chrono::milliseconds connect_timeout{0};
  std::chrono::milliseconds call_timeout{0};
};

/// What a loop counted, of the requests that were due in the measured time.
struct LoadCounts {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::optional<Error> first_error;
  std::uint64_t answers_in_time = 0;  ///< Good ones that arrived before the measured time was over.
  std::chrono::duration<double> measured{0};
  LatencyHistogram latencies;
  double client_load = 0;
};

/// Puts one load on one server: an epoll loop over the sockets of all connections, in the calling
/// thread.
class LoadLoop final : private AnswerSink {
 public:
  /// `request` outlives the loop.
  LoadLoop(const LoadPlan& plan, LoadRequest& request);
  ~LoadLoop() override;
  LoadLoop(const LoadLoop&) = delete;
  LoadLoop& operator=(const LoadLoop&) = delete;

  /// Connects, then runs to the end of the plan. An error only if a first connection cannot be
  /// made; what goes wrong later is counted. Call it once.
  Result<LoadCounts> Run();

 private:
  struct Connection {
    std::optional<ClientSocket> socket;  // None once it could not be made again.
    std::unique_ptr<LoadProtocol> protocol;
    std::string output;
    std::size_t written = 0;      // Of `output`.
    bool waits_to_write = false;  // Watched for that.
    bool has_answered = false;
  };

  void OnAnswer(SteadyTime due, const Status& outcome) override;

  Status Open(std::size_t index);
  void Replace(std::size_t index, const Error& error);
  Status Turn();
  Result<std::size_t> Wait(std::span<epoll_event> events);
  std::chrono::nanoseconds TimeToWait(SteadyTime now) const;
  void HandleEvent(std::size_t index, std::uint32_t events);
  Status Receive(Connection& connection);
  Status Flush(std::size_t index);
  void Watch(std::size_t index, bool add);
  void TakeArrivals();
  void Feed(std::size_t index);
  bool MaySend() const;
  bool Finished() const;
  void AbandonAll();
  void Summarize();

  const LoadPlan plan_;
  LoadRequest& request_;
  LoadCounts counts_;
  int epoll_ = -1;
  std::vector<Connection> connections_;
  std::string buffer_;
  std::optional<Arrivals> arrivals_;  // None in a closed loop.
  std::deque<SteadyTime> waiting_;    // Due, and no connection was free.
  std::size_t next_connection_ = 0;   // Whose turn it is to take an arrival.
  std::size_t open_ = 0;              // Connections that have a socket.
  std::uint64_t begun_ = 0;
  std::uint64_t over_ = 0;
  bool wait_was_short_ = false;
  std::chrono::duration<double> waited_{0};
  SteadyTime start_;
  SteadyTime measured_from_;
  SteadyTime measured_to_;
  SteadyTime now_;
};

}  // namespace slipway::api::client
