// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/error.h"

namespace slipway::api::client {

/// `error` as the server's fault: whatever is wrong with an answer is, also what our own checks
/// call an invalid argument.
inline Error MalformedAnswer(const Error& error) {
  return Error(ErrorCode::kInternal, "malformed answer of the server: " + error.message());
}

}  // namespace slipway::api::client
