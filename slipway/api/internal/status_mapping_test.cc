// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/status_mapping.h"

#include <gtest/gtest.h>

namespace slipway::api {
namespace {

TEST(StatusMappingTest, GivesEachErrorItsMeaningOnBothWires) {
  EXPECT_EQ(HttpStatusOf(ErrorCode::kInvalidArgument), 400);
  EXPECT_EQ(HttpStatusOf(ErrorCode::kResourceExhausted), 429);
  EXPECT_EQ(HttpStatusOf(ErrorCode::kCancelled), 499);
  EXPECT_EQ(HttpStatusOf(ErrorCode::kInternal), 500);
  EXPECT_EQ(GrpcStatusOf(ErrorCode::kNotFound), GrpcStatus::kNotFound);
  EXPECT_EQ(GrpcStatusOf(ErrorCode::kUnavailable), GrpcStatus::kUnavailable);
}

TEST(StatusMappingTest, NamesErrorsAsGrpcDoes) {
  for (const StatusMapping& mapping : kStatusMappings) {
    EXPECT_EQ(GrpcStatusName(mapping.grpc), ErrorCodeName(mapping.code));
  }
  EXPECT_EQ(GrpcStatusName(GrpcStatus::kOk), "OK");
  EXPECT_EQ(GrpcStatusName(GrpcStatus::kUnauthenticated), "UNAUTHENTICATED");
}

}  // namespace
}  // namespace slipway::api
