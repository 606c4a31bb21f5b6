// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_handler.h"
#include "slipway/base/mutex.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway::api {

/// A response with `body`.
inline HttpResponse ResponseOf(std::string body) {
  HttpResponse response;
  response.body.emplace_back(std::move(body));
  return response;
}

/// Answers "echo <target>" at once, but keeps requests whose target begins with "/later" until the
/// test answers them. Thread-safe.
class RecordingHandler final : public HttpHandler {
 public:
  void Handle(HttpRequest request, Responder respond) override {
    const std::string target = request.target;
    const bool is_later = target.starts_with("/later");
    {
      const MutexLock lock(mutex_);
      requests_.push_back(std::move(request));
      if (is_later) later_.insert_or_assign(target, std::move(respond));
      changed_.NotifyAll();
    }
    if (!is_later) respond(ResponseOf("echo " + target));
  }

  serving::WorkLeft OnRoundEnd() override {
    const MutexLock lock(mutex_);
    ++round_ends_;
    changed_.NotifyAll();
    return later_.empty() ? serving::WorkLeft::kNone : serving::WorkLeft::kElsewhere;
  }

  /// Waits for `count` requests in all and returns them; fewer if they do not come.
  std::vector<HttpRequest> WaitForRequests(std::size_t count) {
    MutexLock lock(mutex_);
    const auto deadline = Deadline();
    while (requests_.size() < count && std::chrono::steady_clock::now() < deadline) {
      changed_.WaitUntil(lock, deadline);
    }
    return requests_;
  }

  /// Waits for the request for `target` and returns how to answer it.
  std::optional<Responder> TakeResponder(const std::string& target) {
    MutexLock lock(mutex_);
    const auto deadline = Deadline();
    while (!later_.contains(target) && std::chrono::steady_clock::now() < deadline) {
      changed_.WaitUntil(lock, deadline);
    }
    if (!later_.contains(target)) return std::nullopt;
    return std::move(later_.extract(target).mapped());
  }

  /// Waits until `count` rounds have ended with requests in them.
  std::size_t WaitForRoundEnds(std::size_t count) {
    MutexLock lock(mutex_);
    const auto deadline = Deadline();
    while (round_ends_ < count && std::chrono::steady_clock::now() < deadline) {
      changed_.WaitUntil(lock, deadline);
    }
    return round_ends_;
  }

 private:
  static std::chrono::steady_clock::time_point Deadline() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(10);
  }

  Mutex mutex_;
  ConditionVariable changed_;
  std::vector<HttpRequest> requests_ SLIPWAY_GUARDED_BY(mutex_);
  std::map<std::string, Responder> later_ SLIPWAY_GUARDED_BY(mutex_);
  std::size_t round_ends_ SLIPWAY_GUARDED_BY(mutex_) = 0;
};

}  // namespace slipway::api
