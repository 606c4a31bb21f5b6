// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_stream.h"

#include <functional>
#include <string>

namespace slipway::api {

/// Remembers what a stream's observer is told. Not thread-safe.
class RecordingObserver final : public StreamObserver {
 public:
  void OnBody(std::string_view bytes) override {
    body += bytes;
    if (on_body) on_body(bytes);
  }
  void OnBodyEnd() override { body_ended = true; }
  void OnSent(std::size_t bytes) override {
    sent += bytes;
    if (on_sent) on_sent(bytes);
  }
  void OnTick(const StreamTick& tick) override {
    ++ticks;
    draining = tick.draining;
  }
  void OnGone() override { ++gone; }

  std::string body;
  bool body_ended = false;
  std::size_t sent = 0;
  int ticks = 0;
  bool draining = false;
  int gone = 0;
  std::function<void(std::string_view)> on_body;  ///< Called then, if set.
  std::function<void(std::size_t)> on_sent;       ///< Called then, if set.
};

}  // namespace slipway::api
