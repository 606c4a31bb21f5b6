// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/internal/endpoint.h"

#include "slipway/base/testing/assert_ok.h"

namespace slipway::api::client {
namespace {

using slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(EndpointTest, ReadsProtocolHostAndPort) {
  ASSERT_OK_AND_ASSIGN(const Endpoint rest, ParseEndpoint("http://127.0.0.1:8080"));
  ASSERT_OK_AND_ASSIGN(const Endpoint grpc, ParseEndpoint("grpc://models.example/"));

  EXPECT_EQ(rest.protocol, Protocol::kRest);
  EXPECT_EQ(Authority(rest), "127.0.0.1:8080");
  EXPECT_EQ(grpc.protocol, Protocol::kGrpc);
  EXPECT_EQ(Authority(grpc), "models.example:8001");
}

TEST(EndpointTest, PutsBracketsAroundIpv6Addresses) {
  ASSERT_OK_AND_ASSIGN(const Endpoint with_port, ParseEndpoint("http://[::1]:9000"));
  ASSERT_OK_AND_ASSIGN(const Endpoint without_port, ParseEndpoint("http://[::1]"));

  EXPECT_EQ(with_port.host, "::1");
  EXPECT_EQ(Authority(with_port), "[::1]:9000");
  EXPECT_EQ(Authority(without_port), "[::1]:8000");
}

TEST(EndpointTest, RefusesAnythingElseAndNamesIt) {
  for (const std::string_view url :
       {"", "127.0.0.1:8000", "https://a", "http://", "http://:80", "http://a:0", "http://a:65536",
        "http://a:8000x", "http://a:", "http://a/b", "http://a\r\nX: y", "http://[::1",
        "grpc://[]:1"}) {
    EXPECT_THAT(ParseEndpoint(url),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr(std::string(url))))
        << url;
  }
}

}  // namespace
}  // namespace slipway::api::client
