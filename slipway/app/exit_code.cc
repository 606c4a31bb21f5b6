// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/exit_code.h"

namespace slipway::app {

ExitCode ExitCodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kFailedPrecondition:
    case ErrorCode::kUnimplemented:
    case ErrorCode::kPermissionDenied:
      return ExitCode::kWrongUse;
    case ErrorCode::kNotFound:
      return ExitCode::kMissing;
    case ErrorCode::kResourceExhausted:
    case ErrorCode::kUnavailable:
    case ErrorCode::kDeadlineExceeded:
    case ErrorCode::kCancelled:
      return ExitCode::kUnavailable;
    case ErrorCode::kDataLoss:
    case ErrorCode::kInternal:
      return ExitCode::kFailure;
  }
  return ExitCode::kFailure;
}

}  // namespace slipway::app
