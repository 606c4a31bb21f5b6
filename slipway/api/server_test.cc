// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/server.h"

#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/api/testing/fake_service.h"
#include "slipway/api/testing/grpc_messages.h"
#include "slipway/api/testing/http2_client.h"
#include "slipway/api/testing/raw_client.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

ServerOptions AnyPorts(std::uint64_t max_body_bytes = std::uint64_t{1} << 20U) {
  ServerOptions options;
  options.http_port = 0;
  options.grpc_port = 0;
  options.metrics_port = 0;
  options.max_body_bytes = max_body_bytes;
  return options;
}

std::string Post(std::string_view target, std::string_view headers, std::string_view body) {
  return fmt::format("POST {} HTTP/1.1\r\nhost: a\r\n{}content-length: {}\r\n\r\n{}", target,
                     headers, body.size(), body);
}

std::string Get(std::string_view target) {
  return fmt::format("GET {} HTTP/1.1\r\nhost: a\r\n\r\n", target);
}

/// Sends `call` over HTTP/2 and waits for its reply.
Http2Reply Ask(std::uint16_t port, const Http2Call& call) {
  RawClient socket(port);
  Http2Client client;
  const std::int32_t stream = client.Send(call);
  while (!client.reply(stream).closed) {
    socket.Send(client.TakeOutput());
    const std::string bytes = socket.Read();
    if (bytes.empty() || !client.Receive(bytes)) break;
  }
  return client.reply(stream);
}

Http2Call InferCall(const std::string& raw) {
  inference::ModelInferRequest message;
  message.set_model_name("echo");
  auto& input = *message.add_inputs();
  input.set_name("x");
  input.set_datatype("UINT8");
  input.add_shape(static_cast<std::int64_t>(raw.size()));
  message.add_raw_input_contents(raw);
  std::string body = std::string(kGrpcPrefixBytes, '\0') + message.SerializeAsString();
  WriteGrpcPrefix(body, static_cast<std::uint32_t>(body.size() - kGrpcPrefixBytes));
  return {.method = "POST",
          .path = "/inference.GRPCInferenceService/ModelInfer",
          .headers = {{"content-type", "application/grpc"}, {"te", "trailers"}},
          .body = body};
}

class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(server_, Server::Create(AnyPorts(), services_)); }

  FakeService service_;
  metrics::Registry metrics_;
  ServerServices services_{.inference = service_, .metrics = metrics_};
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, InfersOverRest) {
  RawClient client(server_->ports().http);

  client.Send(Post("/v2/models/echo/infer", "",
                   R"({"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[0.1,2]}]})"));

  EXPECT_THAT(client.ReadResponse(),
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr(R"("data":[0.1,2])")));
}

TEST_F(ServerTest, InfersOverGrpc) {
  const std::string raw(100'000, 'r');

  const Http2Reply reply = Ask(server_->ports().grpc, InferCall(raw));

  EXPECT_EQ(reply.status, "200");
  EXPECT_EQ(reply.trailers.at("grpc-status"), "0");
  inference::ModelInferResponse response;
  ASSERT_OK_AND_ASSIGN(const std::string_view message, UnframeGrpcMessage(reply.body));
  ASSERT_TRUE(response.ParseFromString(std::string(message)));
  EXPECT_EQ(response.raw_output_contents(0), raw);
}

TEST_F(ServerTest, SpeaksBothProtocolsOnBothPorts) {
  RawClient rest(server_->ports().grpc);
  rest.Send(Get("/v2/health/ready"));

  EXPECT_THAT(rest.ReadResponse(), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(Ask(server_->ports().http, InferCall("r")).trailers.at("grpc-status"), "0");
  EXPECT_EQ(Ask(server_->ports().http, {.path = "/v2/health/ready"}).status, "200");
}

TEST_F(ServerTest, TakesABodyInChunks) {
  RawClient client(server_->ports().http);
  const std::string body =
      R"({"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[0.1,2]}]})";
  client.Send(
      "POST /v2/models/echo/infer HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
  for (const char letter : body) client.Send(fmt::format("1\r\n{}\r\n", letter));
  client.Send("0\r\n\r\n");

  EXPECT_THAT(client.ReadResponse(), HasSubstr(R"("data":[0.1,2])"));
}

TEST_F(ServerTest, TellsAClientToGoOnBeforeItSendsTheBody) {
  RawClient client(server_->ports().http);
  const std::string body =
      R"({"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[0.1,2]}]})";
  const std::string request = Post("/v2/models/echo/infer", "expect: 100-continue\r\n", body);
  client.Send(request.substr(0, request.size() - body.size()));
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");

  client.Send(body);

  EXPECT_THAT(client.ReadResponse(), HasSubstr(R"("data":[0.1,2])"));
}

TEST_F(ServerTest, DecodesPercentEncodedNamesOfBothVersions) {
  RawClient client(server_->ports().http);
  client.Send(Get("/v2/models/%65ch%6F/ready") + Get("/v2/models/%65ch%2Fo/ready"));

  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 400"));
  EXPECT_EQ(Ask(server_->ports().http, {.path = "/v2/models/%65ch%6F/ready"}).status, "200");
  EXPECT_EQ(Ask(server_->ports().http, {.path = "/v2/models/%65ch%2Fo/ready"}).status, "400");
}

TEST_F(ServerTest, StreamsOverGrpc) {
  Http2Call call = InferCall("data");
  call.path = "/inference.GRPCInferenceService/ModelStreamInfer";
  call.body += call.body;

  const Http2Reply reply = Ask(server_->ports().grpc, call);

  EXPECT_EQ(reply.trailers.at("grpc-status"), "0");
  const auto answers = Unframed<inference::ModelStreamInferResponse>(reply.body);
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[1].infer_response().raw_output_contents(0), "data");
}

TEST_F(ServerTest, RefusesAStreamOverHttp1) {
  RawClient client(server_->ports().grpc);
  client.Send(Post("/inference.GRPCInferenceService/ModelStreamInfer",
                   "content-type: application/grpc\r\n", ""));

  EXPECT_THAT(client.ReadResponse(), HasSubstr("grpc-message: gRPC needs HTTP/2"));
}

TEST_F(ServerTest, RefusesALimitThatNoMessageCanHave) {
  ServerOptions options = AnyPorts();
  options.max_grpc_message_bytes = std::uint64_t{1} << 31U;

  EXPECT_THAT(Server::Create(options, services_),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("2147483648")));
}

TEST_F(ServerTest, SaysGrpcErrorsWithoutABody) {
  Http2Call call = InferCall("r");
  call.path = "/inference.GRPCInferenceService/Nothing";

  const Http2Reply reply = Ask(server_->ports().grpc, call);

  EXPECT_EQ(reply.status, "200");
  EXPECT_EQ(reply.headers.at("grpc-status"), "12");
  EXPECT_EQ(reply.body, "");
}

TEST_F(ServerTest, GivesMetricsOnTheirPortOnly) {
  RawClient data(server_->ports().http);
  data.Send(Get("/metrics"));
  EXPECT_THAT(data.ReadResponse(), StartsWith("HTTP/1.1 404"));

  RawClient client(server_->ports().metrics);
  client.Send(Get("/metrics"));

  EXPECT_THAT(client.ReadResponse(),
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("slipway_http_requests_total")));
}

TEST_F(ServerTest, LivesOnAfterBadRequests) {
  RawClient client(server_->ports().http);
  client.Send(Post("/v2/models/echo/infer", "", "{"));
  EXPECT_THAT(client.ReadResponse(), AllOf(StartsWith("HTTP/1.1 400"), HasSubstr(R"({"error":)")));
  client.Send(Post("/v2/models/echo/infer", "inference-header-content-length: 1e9\r\n", "{}"));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 400"));
  client.Send(Post("/v2/models/echo/infer", "content-length: 5000000\r\n", ""));
  EXPECT_THAT(client.ReadResponse(), HasSubstr("HTTP/1.1 4"));

  RawClient healthy(server_->ports().http);
  healthy.Send(Get("/v2/health/live"));

  EXPECT_THAT(healthy.ReadResponse(), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, SaysWhichPortIsTaken) {
  ServerOptions options = AnyPorts();
  options.metrics_port = server_->ports().http;

  EXPECT_THAT(Server::Create(options, services_),
              FailsWith(ErrorCode::kUnavailable, HasSubstr(std::to_string(server_->ports().http))));
}

TEST_F(ServerTest, DrainsWithoutRequestsInFlight) { EXPECT_EQ(server_->Drain(1s), 0U); }

}  // namespace
}  // namespace slipway::api
