// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/infer_client.h"
#include "slipway/base/testing/assert_ok.h"

#include "tests/integration/canned_server.h"
#include "tests/integration/identity_grpc_server.h"

#include <numeric>
#include <optional>
#include <vector>

namespace slipway::api::client {
namespace {

using slipway::testing::CannedReply;
using slipway::testing::CannedServer;
using slipway::testing::FailsWith;
using slipway::testing::IdentityGrpcServer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<InferClient> ClientOf(int port, const ClientOptions& options = {}) {
  return *InferClient::Create(fmt::format("grpc://127.0.0.1:{}", port), options);
}

Tensor Numbers(std::int64_t count) {
  std::vector<float> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0.5F);
  return Tensor::Of<float>({count}, numbers);
}

InferCall CallOf(const std::string& model, const Tensor& tensor) {
  return {.model = model, .id = "7", .inputs = {{.name = "x", .tensor = tensor.view()}}};
}

TEST(GrpcClientTest, SpeaksWithLibgrpc) {
  const IdentityGrpcServer server;
  const auto client = ClientOf(server.port());
  const Tensor tensor = Numbers(3);

  ASSERT_OK_AND_ASSIGN(const bool ready, client->Ready());
  ASSERT_OK_AND_ASSIGN(const ModelDescription model, client->Metadata("identity", ""));
  ASSERT_OK_AND_ASSIGN(const InferAnswer answer, client->Infer(CallOf("identity", tensor)));

  EXPECT_TRUE(ready);
  EXPECT_THAT(model.inputs.at(0).shape, ElementsAre(-1));
  EXPECT_EQ(answer.model, "identity");
  EXPECT_EQ(answer.version, "1");
  EXPECT_EQ(answer.id, "7");
  EXPECT_THAT(answer.Find("y")->elements<float>(), ElementsAre(0.5F, 1.5F, 2.5F));
}

TEST(GrpcClientTest, CarriesTensorsLargerThanAnyWindow) {
  const IdentityGrpcServer server;
  const auto client = ClientOf(server.port());
  const Tensor tensor = Numbers(250'000);

  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const InferAnswer answer, client->Infer(CallOf("identity", tensor)));
    EXPECT_TRUE(AsText(answer.outputs.at(0).tensor.bytes()) == AsText(tensor.bytes()));
  }
}

TEST(GrpcClientTest, PassesTheServersErrorOn) {
  const IdentityGrpcServer server;
  const auto client = ClientOf(server.port());

  EXPECT_THAT(client->Metadata("other", ""),
              FailsWith(ErrorCode::kNotFound, "no model \"other\", 100% sure"));
  ASSERT_OK(client->Metadata("identity", ""));
}

TEST(GrpcClientTest, ConnectsAgainWhenTheServerWasRestarted) {
  std::optional<IdentityGrpcServer> server(std::in_place);
  const int port = server->port();
  const auto client = ClientOf(port);
  ASSERT_OK(client->Ready());

  server.reset();
  server.emplace(static_cast<std::uint16_t>(port));

  ASSERT_OK(client->Ready());
}

TEST(GrpcClientTest, GivesUpWhenTheServerIsSilent) {
  const IdentityGrpcServer server;
  const auto client = ClientOf(server.port(), {.call_timeout = std::chrono::milliseconds(50)});
  const Tensor tensor = Numbers(1);

  const Result<InferAnswer> answer = client->Infer(CallOf("silent", tensor));

  // Either side may be the first to see that the time is over.
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().code(),
              ::testing::AnyOf(ErrorCode::kDeadlineExceeded, ErrorCode::kCancelled));
}

TEST(GrpcClientTest, NamesTheServerThatIsNotThere) {
  int port = 0;
  {
    const IdentityGrpcServer server;
    port = server.port();
  }

  EXPECT_THAT(ClientOf(port)->Ready(),
              FailsWith(ErrorCode::kUnavailable,
                        AllOf(HasSubstr(fmt::format("127.0.0.1:{}", port)), HasSubstr("refused"))));
}

TEST(GrpcClientTest, RefusesAServerThatSpeaksHttp1) {
  CannedServer server([](const std::string&) {
    return CannedReply{"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"};
  });

  EXPECT_THAT(ClientOf(server.port())->Ready(),
              FailsWith(ErrorCode::kUnavailable, HasSubstr("HTTP/2")));
}

TEST(GrpcClientTest, RefusesAnAnswerAboveItsLimit) {
  const IdentityGrpcServer server;
  const auto client = ClientOf(server.port(), {.max_response_bytes = 1'000});
  const Tensor tensor = Numbers(1'000);

  EXPECT_THAT(client->Infer(CallOf("identity", tensor)),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("1000 bytes")));
}

}  // namespace
}  // namespace slipway::api::client
