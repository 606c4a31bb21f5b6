// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/infer_client.h"
#include "slipway/base/testing/assert_ok.h"

#include "tests/integration/canned_server.h"

#include <array>

namespace slipway::api::client {
namespace {

using slipway::testing::CannedReply;
using slipway::testing::CannedServer;
using slipway::testing::FailsWith;
using slipway::testing::HttpResponse;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kAnswer = R"({"model_name":"m","model_version":"1","outputs":[)"
                                     R"({"name":"y","datatype":"FP32","shape":[2],"data":[1,2]}]})";

std::string UrlOf(const CannedServer& server) {
  return fmt::format("http://127.0.0.1:{}", server.port());
}

std::unique_ptr<InferClient> ClientOf(const CannedServer& server,
                                      const ClientOptions& options = {}) {
  return *InferClient::Create(UrlOf(server), options);
}

const Tensor& Input() {
  static const Tensor kTensor = Tensor::Of<float>({2}, std::to_array<float>({1, 2}));
  return kTensor;
}

InferCall Call() { return {.model = "m", .inputs = {{.name = "x", .tensor = Input().view()}}}; }

TEST(RestClientTest, CallsAgainAndAgainOnOneConnection) {
  std::string last_request;
  CannedServer server([&](const std::string& request) {
    last_request = request;
    return CannedReply{HttpResponse("200 OK", "", kAnswer)};
  });
  const auto client = ClientOf(server);

  for (int i = 0; i < 3; ++i) {
    ASSERT_OK_AND_ASSIGN(const InferAnswer answer, client->Infer(Call()));
    EXPECT_THAT(answer.outputs.at(0).tensor.elements<float>(), ElementsAre(1, 2));
  }

  EXPECT_EQ(server.connections(), 1);
  EXPECT_THAT(last_request, StartsWith("POST /v2/models/m/infer HTTP/1.1\r\n"));
}

TEST(RestClientTest, ConnectsAgainWhenTheServerClosedInBetween) {
  // The first connection ends behind an answer that does not say so.
  int requests = 0;
  CannedServer server([&](const std::string&) {
    return CannedReply{HttpResponse("200 OK", "", kAnswer), ++requests == 1};
  });
  const auto client = ClientOf(server);

  ASSERT_OK(client->Infer(Call()));
  ASSERT_OK(client->Infer(Call()));

  EXPECT_EQ(server.connections(), 2);
}

TEST(RestClientTest, AsksForMetadataAndReadiness) {
  std::vector<std::string> lines;
  CannedServer server([&](const std::string& request) {
    lines.push_back(request.substr(0, request.find("\r\n")));
    return CannedReply{HttpResponse("200 OK", "",
                                    R"({"name":"m","versions":["1"],"platform":"p",)"
                                    R"("inputs":[],"outputs":[]})")};
  });
  const auto client = ClientOf(server);

  ASSERT_OK_AND_ASSIGN(const ModelDescription model, client->Metadata("m", "1"));
  ASSERT_OK_AND_ASSIGN(const bool ready, client->Ready());

  EXPECT_EQ(model.name, "m");
  EXPECT_TRUE(ready);
  EXPECT_THAT(lines,
              ElementsAre("GET /v2/models/m/versions/1 HTTP/1.1", "GET /v2/health/ready HTTP/1.1"));
}

TEST(RestClientTest, SaysWhenTheServerIsNotReady) {
  CannedServer server(
      [](const std::string&) { return CannedReply{HttpResponse("503 Unavailable", "", "")}; });

  ASSERT_OK_AND_ASSIGN(const bool ready, ClientOf(server)->Ready());

  EXPECT_FALSE(ready);
}

TEST(RestClientTest, PassesTheServersErrorOnAndKeepsTheConnection) {
  CannedServer server([](const std::string&) {
    return CannedReply{HttpResponse("404 Not Found", "", R"({"error":"no model \"m\""})")};
  });
  const auto client = ClientOf(server);

  EXPECT_THAT(client->Infer(Call()), FailsWith(ErrorCode::kNotFound, "no model \"m\""));
  EXPECT_THAT(client->Infer(Call()), FailsWith(ErrorCode::kNotFound, "no model \"m\""));

  EXPECT_EQ(server.connections(), 1);
}

TEST(RestClientTest, NamesTheServerThatIsNotThere) {
  std::string url;
  std::string authority;
  {
    const CannedServer server([](const std::string&) { return CannedReply{}; });
    url = UrlOf(server);
    authority = fmt::format("127.0.0.1:{}", server.port());
  }
  ASSERT_OK_AND_ASSIGN(const auto client, InferClient::Create(url));

  EXPECT_THAT(client->Ready(), FailsWith(ErrorCode::kUnavailable,
                                         AllOf(HasSubstr(authority), HasSubstr("refused"))));
}

TEST(RestClientTest, GivesUpWhenTheServerIsSilent) {
  CannedServer server([](const std::string&) { return CannedReply{}; });
  const auto client = ClientOf(server, {.call_timeout = std::chrono::milliseconds(30)});

  EXPECT_THAT(client->Infer(Call()), FailsWith(ErrorCode::kDeadlineExceeded, HasSubstr("timeout")));
}

TEST(RestClientTest, FailsWhenTheServerHangsUpInsteadOfAnswering) {
  CannedServer server([](const std::string&) { return CannedReply{"", true}; });

  EXPECT_THAT(ClientOf(server)->Infer(Call()),
              FailsWith(ErrorCode::kUnavailable, HasSubstr("closed the connection")));
}

TEST(RestClientTest, RefusesAnAnswerAboveItsLimit) {
  CannedServer server([](const std::string&) {
    return CannedReply{"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"};
  });
  const auto client = ClientOf(server, {.max_response_bytes = 1'000});

  EXPECT_THAT(client->Infer(Call()),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("1000 bytes")));
}

TEST(RestClientTest, RecoversFromNonsense) {
  int requests = 0;
  CannedServer server([&](const std::string&) {
    return CannedReply{++requests == 1 ? "nonsense\r\n\r\n" : HttpResponse("200 OK", "", kAnswer)};
  });
  const auto client = ClientOf(server);

  EXPECT_THAT(client->Infer(Call()),
              FailsWith(ErrorCode::kInternal, HasSubstr("malformed HTTP response")));
  ASSERT_OK(client->Infer(Call()));
}

}  // namespace
}  // namespace slipway::api::client
