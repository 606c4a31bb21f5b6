// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/infer_client.h"

#include "slipway/base/testing/assert_ok.h"

namespace slipway::api::client {
namespace {

using slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(InferClientTest, IsMadeWithoutAServer) {
  ASSERT_OK(InferClient::Create("http://127.0.0.1:1"));
  ASSERT_OK(InferClient::Create("grpc://127.0.0.1:1"));
}

TEST(InferClientTest, RefusesAUrlThatItCannotCall) {
  EXPECT_THAT(InferClient::Create("https://127.0.0.1"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("https://127.0.0.1")));
}

}  // namespace
}  // namespace slipway::api::client
