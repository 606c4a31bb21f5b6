// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/http_transport.h"

#include "slipway/api/internal/io_thread.h"
#include "slipway/base/mutex.h"

#include <algorithm>
#include <utility>

namespace slipway::api {
namespace {

// Thread-safe.
class AsioHttpTransport final : public HttpTransport {
 public:
  AsioHttpTransport(const TransportOptions& options, const Clock& clock)
      : options_(options),
        shared_{.options = options_, .clock = clock, .on_drained = [this] { OnThreadDrained(); }} {}
  ~AsioHttpTransport() override { Drain(std::chrono::milliseconds(0)); }

  Status Open(const std::vector<Endpoint>& endpoints);
  void Start();
  std::vector<std::uint16_t> ports() const override { return ports_; }
  std::size_t Drain(std::chrono::milliseconds timeout) override;

 private:
  void OnThreadDrained();
  void WaitUntilDrained(std::chrono::milliseconds timeout) SLIPWAY_REQUIRES(drain_mutex_);

  const TransportOptions options_;
  IoShared shared_;
  std::vector<std::uint16_t> ports_;
  Mutex drain_mutex_;  // Held by the one that drains.
  std::vector<std::unique_ptr<IoThread>> threads_ SLIPWAY_GUARDED_BY(drain_mutex_);
  Mutex mutex_;
  ConditionVariable changed_;
  std::size_t drained_threads_ SLIPWAY_GUARDED_BY(mutex_) = 0;
};

Status AsioHttpTransport::Open(const std::vector<Endpoint>& endpoints) {
  const MutexLock lock(drain_mutex_);
  for (std::size_t index = 0; index < std::max<std::size_t>(1, options_.io_threads); ++index) {
    threads_.push_back(std::make_unique<IoThread>(shared_));
  }
  for (const Endpoint& endpoint : endpoints) {
    ListenAddress address{.host = options_.host, .port = endpoint.port};
    SLIPWAY_TRY_ASSIGN(address.port, threads_.front()->Open(address, *endpoint.handler));
    ports_.push_back(address.port);
    for (std::size_t index = 1; index < threads_.size(); ++index) {
      SLIPWAY_TRY(threads_[index]->Join(address, *endpoint.handler));
    }
  }
  return {};
}

void AsioHttpTransport::Start() {
  const MutexLock lock(drain_mutex_);
  for (std::size_t index = 0; index < threads_.size(); ++index) {
    threads_[index]->Start(fmt::format("slipway-io-{}", index));
  }
}

std::size_t AsioHttpTransport::Drain(std::chrono::milliseconds timeout) {
  const MutexLock lock(drain_mutex_);
  for (const auto& thread : threads_) thread->BeginDrain();
  WaitUntilDrained(timeout);
  std::size_t cut_off = 0;
  for (const auto& thread : threads_) cut_off += thread->Stop();
  threads_.clear();
  return cut_off;
}

void AsioHttpTransport::OnThreadDrained() {
  const MutexLock lock(mutex_);
  ++drained_threads_;
  changed_.NotifyAll();
}

void AsioHttpTransport::WaitUntilDrained(std::chrono::milliseconds timeout) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
  MutexLock lock(mutex_);
  while (drained_threads_ < threads_.size() && std::chrono::steady_clock::now() < deadline) {
    changed_.WaitUntil(lock, deadline);
  }
}

}  // namespace

Result<std::unique_ptr<HttpTransport>> HttpTransport::Create(const TransportOptions& options,
                                                             const std::vector<Endpoint>& endpoints,
                                                             const Clock& clock) {
  auto transport = std::make_unique<AsioHttpTransport>(options, clock);
  SLIPWAY_TRY(transport->Open(endpoints));
  transport->Start();
  return transport;
}

}  // namespace slipway::api
