// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/error.h"

#include <array>
#include <string_view>

namespace slipway::api {

/// Statuses of gRPC (its "Status codes and their use"), as they stand in `grpc-status`.
enum class GrpcStatus : int {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

/// How one kind of error looks on each wire.
struct StatusMapping {
  ErrorCode code;
  int http;
  GrpcStatus grpc;
};

/// Every `ErrorCode`, in the order of the enum.
inline constexpr std::array<StatusMapping, 12> kStatusMappings = {{
    {ErrorCode::kInvalidArgument, 400, GrpcStatus::kInvalidArgument},
    {ErrorCode::kNotFound, 404, GrpcStatus::kNotFound},
    {ErrorCode::kAlreadyExists, 409, GrpcStatus::kAlreadyExists},
    {ErrorCode::kFailedPrecondition, 412, GrpcStatus::kFailedPrecondition},
    {ErrorCode::kResourceExhausted, 429, GrpcStatus::kResourceExhausted},
    {ErrorCode::kUnavailable, 503, GrpcStatus::kUnavailable},
    {ErrorCode::kDeadlineExceeded, 504, GrpcStatus::kDeadlineExceeded},
    {ErrorCode::kCancelled, 499, GrpcStatus::kCancelled},
    {ErrorCode::kUnimplemented, 501, GrpcStatus::kUnimplemented},
    {ErrorCode::kPermissionDenied, 403, GrpcStatus::kPermissionDenied},
    {ErrorCode::kDataLoss, 500, GrpcStatus::kDataLoss},
    {ErrorCode::kInternal, 500, GrpcStatus::kInternal},
}};

/// The HTTP status of an error of kind `code`.
int HttpStatusOf(ErrorCode code);
/// The gRPC status of an error of kind `code`.
GrpcStatus GrpcStatusOf(ErrorCode code);
/// The name of `status`, for example "INVALID_ARGUMENT".
std::string_view GrpcStatusName(GrpcStatus status);

}  // namespace slipway::api
