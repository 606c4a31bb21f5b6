// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/thread_annotations.h"

#include <condition_variable>
#include <mutex>

namespace slipway {

/// A mutual-exclusion lock that clang's lock analysis understands.
class SLIPWAY_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() SLIPWAY_ACQUIRE() { mutex_.lock(); }
  void Unlock() SLIPWAY_RELEASE() { mutex_.unlock(); }
  /// Takes the lock and returns true if nobody holds it.
  bool TryLock() SLIPWAY_TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

/// Holds a `Mutex` from construction to destruction.
class SLIPWAY_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) SLIPWAY_ACQUIRE(mutex) : lock_(mutex.mutex_) {}
  ~MutexLock() SLIPWAY_RELEASE() = default;
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  friend class ConditionVariable;
  std::unique_lock<std::mutex> lock_;
};

/// Lets a thread that holds a `Mutex` sleep until another one notifies it.
///
/// Waits come in loops that test the condition: `while (!ready_) changed_.Wait(lock);`, so that the
/// lock analysis sees the guarded reads.
class ConditionVariable {
 public:
  /// Releases the lock, sleeps, and holds it again on return. May wake without a notification.
  void Wait(MutexLock& lock) { variable_.wait(lock.lock_); }
  /// As `Wait`, and returns no later than about `deadline`.
  template <typename Clock, typename Duration>
  void WaitUntil(MutexLock& lock, std::chrono::time_point<Clock, Duration> deadline) {
    variable_.wait_until(lock.lock_, deadline);
  }
  void NotifyOne() { variable_.notify_one(); }
  void NotifyAll() { variable_.notify_all(); }

 private:
  std::condition_variable variable_;
};

}  // namespace slipway
