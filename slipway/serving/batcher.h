// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/clock.h"
#include "slipway/base/result.h"
#include "slipway/tensor/tensor.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace slipway::serving {

struct CallTimes;

/// All outputs that a request wants, or why there are none.
using RequestOutputs = Result<std::vector<SharedTensor>>;
/// Takes the outputs, exactly once, on any thread; must not block.
using RequestDone = std::move_only_function<void(RequestOutputs)>;

/// A request that has passed all checks and waits for an instance of its model's version.
struct QueuedRequest {
  /// One for each input of the version's signature, in its order; optional ones may be absent.
  std::vector<TensorView> inputs = {};
  std::vector<std::size_t> outputs = {};  ///< Indices of the wanted outputs; empty: all.
  SteadyTime arrived = {};  ///< When the server got it; all durations count from here.
  std::optional<SteadyTime> deadline = {};
  std::uint64_t priority = 0;            ///< 1 is highest; 0: the model's default.
  std::chrono::microseconds timeout{0};  ///< In the queue, if its policy allows it; 0: unsaid.
  std::stop_token cancelled = {};
  std::shared_ptr<const void> storage = {};  ///< Keeps the bytes of `inputs` alive.
  /// Where the stages of the engine call that answers it go, before `done`; null: nobody asks.
  CallTimes* times = nullptr;
  RequestDone done = {};
};

/// What a thread leaves behind that has run queued requests.
enum class WorkLeft : std::uint8_t {
  kNone,       ///< All have been answered.
  kElsewhere,  ///< Some that other threads run, or will.
  kHere,       ///< Some that this thread does best to come back for soon, and others may take.
};

/// Groups requests for one version so that each engine call carries as many as it may.
///
/// Thread-safe. An accepted request is answered exactly once, even if the batcher closes first:
/// with its outputs, kDeadlineExceeded or kCancelled if that came before an instance did, or the
/// engine's error.
class Batcher {
 public:
  virtual ~Batcher() = default;
  /// Queues `request` and never blocks. The calling thread calls `RunOnThisThread` next, after what
  /// else it has to queue: until then a request that could run at once may wait for it.
  ///
  /// kInvalidArgument if the request alone has more rows than a batch may have or a priority that
  /// the model has not; kResourceExhausted if the queue is full, or so long that the request would
  /// not be answered by its deadline; kUnavailable once closed. `request` is then as it was.
  virtual Status Submit(QueuedRequest&& request) = 0;
  /// Runs queued requests on the calling thread if an instance is idle; returns at once otherwise.
  /// Says what is left of the queue's.
  virtual WorkLeft RunOnThisThread() = 0;
  /// Accepts no more and returns when every accepted request has been answered. Not to be called
  /// from a request's `done`.
  virtual void Close() = 0;
};

}  // namespace slipway::serving
