// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/error.h"
#include "slipway/base/log_limiter.h"
#include "slipway/serving/infer_request.h"

namespace slipway::serving {

/// Tells the operator of requests that failed for a reason that is his, not the caller's: an engine
/// that fails, a queue that is full. The callers get the same error; a few of many are logged.
///
/// Thread-safe.
class FailureLog {
 public:
  /// `clock` outlives the log.
  explicit FailureLog(const Clock& clock) : faults_(clock), overloads_(clock) {}

  /// Logs `error` if it is one of the operator's; `request` says which it was.
  void Tell(const InferResponse& request, const Error& error);

 private:
  LogLimiter faults_;
  LogLimiter overloads_;
};

}  // namespace slipway::serving
