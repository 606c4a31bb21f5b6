// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/status_mapping.h"

namespace slipway::api {
namespace {

const StatusMapping& Find(ErrorCode code) {
  return kStatusMappings[static_cast<std::size_t>(code)];
}

constexpr bool IsInOrder() {
  for (std::size_t i = 0; i < kStatusMappings.size(); ++i) {
    if (kStatusMappings[i].code != static_cast<ErrorCode>(i)) return false;
  }
  return kStatusMappings.back().code == ErrorCode::kInternal;
}
static_assert(IsInOrder(), "found by index");

}  // namespace

int HttpStatusOf(ErrorCode code) { return Find(code).http; }
GrpcStatus GrpcStatusOf(ErrorCode code) { return Find(code).grpc; }

std::string_view GrpcStatusName(GrpcStatus status) {
  constexpr std::array<std::string_view, 17> kNames = {"OK",
                                                       "CANCELLED",
                                                       "UNKNOWN",
                                                       "INVALID_ARGUMENT",
                                                       "DEADLINE_EXCEEDED",
                                                       "NOT_FOUND",
                                                       "ALREADY_EXISTS",
                                                       "PERMISSION_DENIED",
                                                       "RESOURCE_EXHAUSTED",
                                                       "FAILED_PRECONDITION",
                                                       "ABORTED",
                                                       "OUT_OF_RANGE",
                                                       "UNIMPLEMENTED",
                                                       "INTERNAL",
                                                       "UNAVAILABLE",
                                                       "DATA_LOSS",
                                                       "UNAUTHENTICATED"};
  return kNames[static_cast<std::size_t>(status)];
}

}  // namespace slipway::api
