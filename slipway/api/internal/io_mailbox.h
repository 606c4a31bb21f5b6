// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/api/internal/http_handler.h"
#include "slipway/api/internal/http_session.h"
#include "slipway/base/mutex.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace slipway::api {

class Connection;
class IoMailbox;

/// Leads from a request to its connection, and outlives both.
struct ConnectionHandle {
  std::shared_ptr<IoMailbox> mailbox;  ///< Shared: handlers may answer after the transport is gone.
  Connection* connection = nullptr;    ///< Null once closed. Only its I/O thread may look.
};

/// A response, or a step of one, that another thread has given.
struct Letter {
  std::shared_ptr<ConnectionHandle> to;
  RequestId id = 0;
  HttpResponse response;
  std::optional<StreamStep> step = {};  ///< Absent: the response is whole.
};

/// Brings responses that are given on other threads to an I/O thread.
///
/// Thread-safe, where nothing else is said.
class IoMailbox {
 public:
  /// `deliver` runs on the I/O thread, in `io`, when letters have come. Both outlive `Close`.
  IoMailbox(boost::asio::io_context& io, std::function<void()> deliver);

  /// Makes the calling thread the one that `IsOwnThread`. Called before the first connection.
  void Own() { owner_ = std::this_thread::get_id(); }
  bool IsOwnThread() const { return owner_ == std::this_thread::get_id(); }
  /// Takes `letter`; drops it once closed.
  void Post(Letter letter);
  std::vector<Letter> Take();
  /// Sleeps until `end` at the latest; once there is a letter, for `pause` more, in which others
  /// may come. Returns whether there are letters. The I/O thread alone calls it.
  bool WaitForLetters(std::chrono::steady_clock::time_point end, std::chrono::microseconds pause);
  void Close();

 private:
  const std::function<void()> deliver_;
  std::thread::id owner_;
  Mutex mutex_;
  boost::asio::io_context* io_ SLIPWAY_GUARDED_BY(mutex_);  // Null once closed.
  std::vector<Letter> letters_ SLIPWAY_GUARDED_BY(mutex_);
  ConditionVariable arrived_;
};

/// A responder for request `id` of the connection behind `handle`: straight on its I/O thread, by
/// letter on any other. It does nothing once the connection is gone.
Responder MakeResponder(std::shared_ptr<ConnectionHandle> handle, RequestId id);

/// The same for a request that is answered in pieces.
std::unique_ptr<HttpStream> MakeStream(std::shared_ptr<ConnectionHandle> handle, RequestId id);

}  // namespace slipway::api
