// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/ids.h"
#include "slipway/base/mutex.h"
#include "slipway/base/result.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace slipway::serving {

/// Threads that load and unload models: different ones at the same time, the changes of one model
/// one after the other, in the order in which they were asked for.
///
/// Thread-safe.
class LoaderThreads {
 public:
  using Work = std::move_only_function<void()>;

  /// Starts `count` threads, at least 1. kResourceExhausted if the machine has none left.
  static Result<std::unique_ptr<LoaderThreads>> Create(std::size_t count);
  /// Stops.
  ~LoaderThreads();

  /// Does `work` once all that was posted for `model` before is done; never, if the threads have
  /// been stopped: false then.
  bool Post(const ModelName& model, Work work);
  /// Returns when all that was posted is done. Not to be called by work.
  void AwaitIdle();
  /// Does what has been posted, takes no more, and ends the threads. Not to be called by work.
  void Stop();

 private:
  struct Taken {
    ModelName model;
    Work work;
  };

  LoaderThreads() = default;
  void DoWork(const std::stop_token& stop);
  /// The next work that may begin; none once there will be none.
  std::optional<Taken> Take(const std::stop_token& stop);
  void Finish(const ModelName& model);

  Mutex mutex_;
  ConditionVariable changed_;
  /// What is to be done for each model, the first of which may be on its way.
  std::map<ModelName, std::deque<Work>> waiting_ SLIPWAY_GUARDED_BY(mutex_);
  std::deque<ModelName> ready_ SLIPWAY_GUARDED_BY(mutex_);  ///< With work that may begin.
  bool stopped_ SLIPWAY_GUARDED_BY(mutex_) = false;
  std::vector<std::jthread> threads_ SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace slipway::serving
