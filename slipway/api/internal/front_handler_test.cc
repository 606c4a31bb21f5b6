// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/front_handler.h"

#include "slipway/api/internal/grpc_framing.h"
#include "slipway/api/proto/health.pb.h"
#include "slipway/api/proto/inference.pb.h"
#include "slipway/api/testing/fake_service.h"
#include "slipway/api/testing/http_text.h"
#include "slipway/base/testing/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <variant>

namespace slipway::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

HttpRequest Rest(std::string method, std::string target, std::string body = {}) {
  HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(body);
  return request;
}

HttpRequest Grpc(std::string target, const std::string& message) {
  HttpRequest request =
      Rest("POST", std::move(target), std::string(kGrpcPrefixBytes, '\0') + message);
  WriteGrpcPrefix(request.body, static_cast<std::uint32_t>(message.size()));
  request.version = HttpVersion::kHttp2;
  request.headers.Add("content-type", "application/grpc");
  request.headers.Add("te", "trailers");
  return request;
}

constexpr std::string_view kEcho =
    R"({"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[0.5,1]}]})";

class FrontHandlerTest : public ::testing::Test {
 protected:
  /// Hands `request` over, ends the round and returns the answer.
  HttpResponse Ask(HttpRequest request) { return Ask(handler_, std::move(request)); }

  static HttpResponse Ask(FrontHandler& handler, HttpRequest request) {
    std::optional<HttpResponse> answer;
    handler.Handle(std::move(request), [&answer](HttpResponse response) {
      EXPECT_FALSE(answer) << "answered twice";
      answer = std::move(response);
    });
    handler.OnRoundEnd();
    EXPECT_TRUE(answer) << "not answered";
    return std::move(answer).value_or(HttpResponse{});
  }

  /// Calls a procedure and reads its answer, which must be a success.
  template <typename Response>
  Response Call(std::string target, const google::protobuf::MessageLite& message) {
    const HttpResponse http = Ask(Grpc(std::move(target), message.SerializeAsString()));
    EXPECT_EQ(http.trailers.Find("grpc-status"), "0")
        << http.headers.Find("grpc-message").value_or("");
    const std::string text = TextOf(http);
    Response response;
    EXPECT_TRUE(response.ParseFromString(std::string(UnframeGrpcMessage(text).value_or(""))));
    return response;
  }

  FakeService service_;
  metrics::Registry registry_;
  FakeClock clock_;
  FrontMetrics front_metrics_{registry_};
  FrontContext context_{.metrics = front_metrics_, .clock = clock_};
  FrontHandler handler_{{service_, registry_, context_}, kDataPlane};
  FrontHandler metrics_handler_{{service_, registry_, context_}, kMetricsPlane};
};

TEST_F(FrontHandlerTest, SaysHowItIsOverRest) {
  EXPECT_EQ(Ask(Rest("GET", "/v2/health/live")).status, 200);
  EXPECT_EQ(Ask(Rest("GET", "/v2/health/ready")).status, 200);
  EXPECT_EQ(Ask(Rest("GET", "/v2/models/echo/ready")).status, 200);
  EXPECT_EQ(Ask(Rest("GET", "/v2/models/echo/versions/10/ready")).status, 200);
  EXPECT_EQ(Ask(Rest("GET", "/v2/models/echo/versions/9/ready")).status, 400);
  EXPECT_EQ(Ask(Rest("GET", "/v2/models/other/ready")).status, 404);

  service_.SetReady(false);

  EXPECT_EQ(Ask(Rest("GET", "/v2/health/live")).status, 200);
  EXPECT_EQ(Ask(Rest("GET", "/v2/health/ready")).status, 400);
  EXPECT_EQ(Ask(Rest("GET", "/v2/models/echo/ready")).status, 400);
}

TEST_F(FrontHandlerTest, DescribesItselfAndItsModelsOverRest) {
  EXPECT_THAT(TextOf(Ask(Rest("GET", "/v2"))), HasSubstr(R"({"name":"slipway","version":"0.)"));
  EXPECT_THAT(TextOf(Ask(Rest("GET", "/v2"))), HasSubstr(R"("extensions":["binary_tensor_data",)"));
  EXPECT_EQ(TextOf(Ask(Rest("GET", "/v2/models/echo"))),
            R"({"name":"echo","versions":["2","10"],"platform":"onnxruntime_onnx",)"
            R"("inputs":[{"name":"x","datatype":"FP32","shape":[-1,4]}],)"
            R"("outputs":[{"name":"x","datatype":"FP32","shape":[-1,4]}]})");
  EXPECT_EQ(Ask(Rest("GET", "/v2/models/echo/versions/3")).status, 404);
}

TEST_F(FrontHandlerTest, InfersOverRest) {
  const HttpResponse response = Ask(Rest("POST", "/v2/models/echo/infer", std::string(kEcho)));

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(TextOf(response), R"({"model_name":"echo","model_version":"10","outputs":[)"
                              R"({"name":"x","datatype":"FP32","shape":[1,2],"data":[0.5,1]}]})");
}

TEST_F(FrontHandlerTest, InfersWithTheVersionOfThePath) {
  EXPECT_THAT(TextOf(Ask(Rest("POST", "/v2/models/echo/versions/2/infer", std::string(kEcho)))),
              HasSubstr(R"("model_version":"2")"));
}

TEST_F(FrontHandlerTest, InfersOnBinaryTensorsOverRest) {
  const std::string json =
      R"({"inputs":[{"name":"x","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}}],)"
      R"("parameters":{"binary_data_output":true}})";
  HttpRequest request = Rest("POST", "/v2/models/echo/infer", json + "abcd");
  request.headers.Add("inference-header-content-length", std::to_string(json.size()));

  const HttpResponse response = Ask(std::move(request));

  EXPECT_EQ(response.headers.Find("content-type"), "application/octet-stream");
  EXPECT_TRUE(TextOf(response).ends_with(R"({"binary_data_size":4}}]})"
                                         "abcd"));
}

TEST_F(FrontHandlerTest, RefusesWhatIsNoRouteOverRest) {
  EXPECT_EQ(Ask(Rest("GET", "/v3")).status, 404);
  EXPECT_EQ(TextOf(Ask(Rest("GET", "/v3"))), R"({"error":"there is nothing at \"/v3\""})");
  const HttpResponse wrong_method = Ask(Rest("GET", "/v2/models/echo/infer"));
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(wrong_method.headers.Find("allow"), "POST");
  EXPECT_EQ(Ask(Rest("POST", "/inference.GRPCInferenceService/ModelInfer")).status, 415);
}

TEST_F(FrontHandlerTest, RefusesNamesAndVersionsThatAreNone) {
  for (const char* target :
       {"/v2/models/%2e%2e/ready", "/v2/models/..%2f..%2fetc/ready", "/v2/models/a%5cb/ready",
        "/v2/models/a%00/ready", "/v2/models/%252e/ready", "/v2/models/%/ready",
        "/v2/models/echo/versions/x/ready", "/v2/models/echo/versions/0/ready",
        "/v2/models/echo/versions/01/ready", "/v2/models/echo/versions/-1/ready",
        "/v2/models/echo/versions/99999999999999999999/ready"}) {
    EXPECT_EQ(Ask(Rest("GET", target)).status, 400) << target;
  }
}

TEST_F(FrontHandlerTest, RefusesBadRequestsOverRest) {
  EXPECT_EQ(Ask(Rest("POST", "/v2/models/echo/infer", "{")).status, 400);
  EXPECT_EQ(Ask(Rest("POST", "/v2/models/echo/infer")).status, 400);
  EXPECT_EQ(Ask(Rest("POST", "/v2/models/other/infer", std::string(kEcho))).status, 404);
}

TEST_F(FrontHandlerTest, PassesTheServicesErrorsOnOverRest) {
  service_.FailWith(Error(ErrorCode::kResourceExhausted, "the queue is full"));

  const HttpResponse response = Ask(Rest("POST", "/v2/models/echo/infer", std::string(kEcho)));

  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.headers.Find("retry-after"), "1");
  EXPECT_EQ(TextOf(response), R"({"error":"the queue is full"})");
}

TEST_F(FrontHandlerTest, OffersMetricsOnTheirOwnListenerOnly) {
  Ask(Rest("GET", "/v2/health/live"));
  Ask(Rest("GET", "/nowhere"));

  EXPECT_EQ(Ask(Rest("GET", "/metrics")).status, 404);
  EXPECT_EQ(Ask(metrics_handler_, Rest("GET", "/v2")).status, 404);
  const HttpResponse response = Ask(metrics_handler_, Rest("GET", "/metrics"));
  EXPECT_THAT(*response.headers.Find("content-type"), HasSubstr("text/plain"));
  const std::string text = TextOf(response);
  EXPECT_THAT(text, HasSubstr("slipway_http_requests_total{code=\"200\",protocol=\"rest\","
                              "route=\"/v2/health/live\"} 1"));
  EXPECT_THAT(text, HasSubstr("slipway_http_requests_total{code=\"404\",protocol=\"rest\","
                              "route=\"none\"}"));
  EXPECT_THAT(text, HasSubstr("slipway_http_request_seconds_count{protocol=\"rest\"}"));
  EXPECT_THAT(text, Not(HasSubstr("nowhere")));
}

TEST_F(FrontHandlerTest, AnswersTheSmallProceduresOverGrpc) {
  const std::string service = "/inference.GRPCInferenceService/";
  inference::ModelReadyRequest ready;
  ready.set_name("echo");
  inference::ModelMetadataRequest metadata;
  metadata.set_name("echo");
  metadata.set_version("2");

  EXPECT_TRUE(
      Call<inference::ServerLiveResponse>(service + "ServerLive", inference::ServerLiveRequest())
          .live());
  EXPECT_TRUE(
      Call<inference::ServerReadyResponse>(service + "ServerReady", inference::ServerReadyRequest())
          .ready());
  EXPECT_EQ(Call<inference::ServerMetadataResponse>(service + "ServerMetadata",
                                                    inference::ServerMetadataRequest())
                .name(),
            "slipway");
  EXPECT_TRUE(Call<inference::ModelReadyResponse>(service + "ModelReady", ready).ready());
  const auto described =
      Call<inference::ModelMetadataResponse>(service + "ModelMetadata", metadata);
  EXPECT_THAT(described.versions(), ElementsAre("2", "10"));
  EXPECT_THAT(described.inputs(0).shape(), ElementsAre(-1, 4));
}

TEST_F(FrontHandlerTest, AnswersHealthChecksOverGrpc) {
  using grpc::health::v1::HealthCheckResponse;
  grpc::health::v1::HealthCheckRequest request;
  const std::string check = "/grpc.health.v1.Health/Check";

  EXPECT_EQ(Call<HealthCheckResponse>(check, request).status(), HealthCheckResponse::SERVING);
  service_.SetReady(false);
  request.set_service("inference.GRPCInferenceService");
  EXPECT_EQ(Call<HealthCheckResponse>(check, request).status(), HealthCheckResponse::NOT_SERVING);
  request.set_service("other");
  EXPECT_EQ(Ask(Grpc(check, request.SerializeAsString())).headers.Find("grpc-status"), "5");
}

inference::ModelInferRequest EchoMessage() {
  inference::ModelInferRequest message;
  message.set_model_name("echo");
  auto& input = *message.add_inputs();
  input.set_name("x");
  input.set_datatype("FP32");
  input.add_shape(1);
  message.add_raw_input_contents("abcd");
  return message;
}

TEST_F(FrontHandlerTest, InfersOverGrpc) {
  const auto response = Call<inference::ModelInferResponse>(
      "/inference.GRPCInferenceService/ModelInfer", EchoMessage());

  EXPECT_EQ(response.model_name(), "echo");
  EXPECT_EQ(response.model_version(), "10");
  EXPECT_EQ(response.raw_output_contents(0), "abcd");
}

TEST_F(FrontHandlerTest, TurnsGrpcTimeoutsIntoDeadlines) {
  HttpRequest request =
      Grpc("/inference.GRPCInferenceService/ModelInfer", EchoMessage().SerializeAsString());
  request.headers.Add("grpc-timeout", "250m");

  Ask(std::move(request));

  EXPECT_EQ(service_.last_deadline(), clock_.Now() + 250ms);
}

TEST_F(FrontHandlerTest, TakesTimeoutsBeyondTheEndOfTimeAsNone) {
  HttpRequest request =
      Grpc("/inference.GRPCInferenceService/ModelInfer", EchoMessage().SerializeAsString());
  request.headers.Add("grpc-timeout", "99999999H");

  Ask(std::move(request));

  EXPECT_EQ(service_.last_deadline(), std::nullopt);
}

TEST_F(FrontHandlerTest, SaysErrorsInGrpcTrailers) {
  const auto status_of = [this](HttpRequest request) {
    const HttpResponse response = Ask(std::move(request));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers.Find("content-type"), "application/grpc");
    return std::string(response.headers.Find("grpc-status").value_or("none"));
  };
  const std::string infer = "/inference.GRPCInferenceService/ModelInfer";
  HttpRequest compressed = Grpc(infer, "");
  compressed.body[0] = '\1';
  compressed.headers.Add("grpc-encoding", "gzip");
  HttpRequest wrong_timeout = Grpc(infer, EchoMessage().SerializeAsString());
  wrong_timeout.headers.Add("grpc-timeout", "soon");
  HttpRequest old = Grpc(infer, EchoMessage().SerializeAsString());
  old.version = HttpVersion::kHttp11;

  EXPECT_EQ(status_of(Grpc("/inference.GRPCInferenceService/Nothing", "")), "12");
  EXPECT_EQ(status_of(Grpc("/v2", "")), "12");
  EXPECT_EQ(status_of(Grpc(infer, "\xff")), "3");
  EXPECT_EQ(status_of(std::move(compressed)), "3") << "it is not gzip";
  EXPECT_EQ(status_of(std::move(wrong_timeout)), "3");
  EXPECT_EQ(status_of(std::move(old)), "3");
  service_.FailWith(Error(ErrorCode::kUnavailable, "draining"));
  EXPECT_EQ(status_of(Grpc(infer, EchoMessage().SerializeAsString())), "14");
}

TEST_F(FrontHandlerTest, KnowsGrpcByItsContentType) {
  for (const char* type : {"application/grpc", "application/grpc+proto", "application/grpc;a=b"}) {
    EXPECT_TRUE(IsGrpcContentType(type)) << type;
  }
  for (const char* type : {"", "application/json", "application/grpc-web", "application/grpc+json",
                           "application/grpcx"}) {
    EXPECT_FALSE(IsGrpcContentType(type)) << type;
  }
  HttpRequest web = Grpc("/inference.GRPCInferenceService/ServerLive", "");
  web.headers.Clear();
  web.headers.Add("content-type", "application/grpc-web");
  EXPECT_EQ(Ask(std::move(web)).status, 415);
}

}  // namespace
}  // namespace slipway::api
