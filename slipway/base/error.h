// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/format.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace slipway {

/// What kind of failure an `Error` is. Codes drive behaviour and map one to one to HTTP and gRPC
/// statuses; messages are for people.
enum class ErrorCode : std::uint8_t {
  kInvalidArgument,     ///< The caller's input is wrong whatever the state. HTTP 400.
  kNotFound,            ///< What was named does not exist. HTTP 404.
  kAlreadyExists,       ///< What was to be made is already there. HTTP 409.
  kFailedPrecondition,  ///< Right input, wrong state: closed, not loaded. HTTP 412.
  kResourceExhausted,   ///< A limit or a queue is full; trying later may work. HTTP 429.
  kUnavailable,         ///< Not now: starting, draining, peer gone. HTTP 503.
  kDeadlineExceeded,    ///< The time allowed has passed. HTTP 504.
  kCancelled,           ///< The caller gave up. HTTP 499.
  kUnimplemented,       ///< Known and not supported here. HTTP 501.
  kPermissionDenied,    ///< The caller may not do this. HTTP 403.
  kDataLoss,            ///< Stored bytes are damaged or cut short. HTTP 500.
  kInternal,            ///< A bug of ours or a failing machine. HTTP 500.
};

/// The name of `code` as it is printed, for example "INVALID_ARGUMENT".
std::string_view ErrorCodeName(ErrorCode code);

/// Why something failed: a code and a message of the form "what failed: the values".
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }

  friend bool operator==(const Error&, const Error&) = default;

 private:
  ErrorCode code_;
  std::string message_;
};

/// "CODE_NAME: message".
std::string ToString(const Error& error);

/// Makes an error of kind `code` whose message is `format` filled with `args`.
template <typename... Args>
Error MakeError(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return Error(code, fmt::format(format, std::forward<Args>(args)...));
}

/// Makes a kInvalidArgument error.
template <typename... Args>
Error InvalidArgument(fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorCode::kInvalidArgument, fmt::format(format, std::forward<Args>(args)...));
}

/// Makes a kNotFound error.
template <typename... Args>
Error NotFound(fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorCode::kNotFound, fmt::format(format, std::forward<Args>(args)...));
}

/// Makes a kInternal error.
template <typename... Args>
Error InternalError(fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorCode::kInternal, fmt::format(format, std::forward<Args>(args)...));
}

/// Returns `error` with "context: " in front of its message and the same code.
template <typename... Args>
Error Annotate(const Error& error, fmt::format_string<Args...> context, Args&&... args) {
  return Error(error.code(),
               fmt::format(context, std::forward<Args>(args)...) + ": " + error.message());
}

}  // namespace slipway
