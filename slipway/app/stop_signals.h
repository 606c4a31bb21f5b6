// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace slipway::app {

/// SIGTERM and SIGINT, taken by the thread that waits for them instead of by a handler.
///
/// One at a time, made before other threads are started, since they inherit what it blocks. At the
/// end of its life the signals do again what they did before.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Returns when the process gets one of them.
  void Wait() const;
  /// As `Wait`, and returns no later than after `time`. Whether there was a signal.
  bool WaitFor(std::chrono::seconds time) const;
  /// From now on a further signal ends the process at once.
  void Release() const;
};

}  // namespace slipway::app
