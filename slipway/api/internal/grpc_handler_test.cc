// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_handler.h"

#include "slipway/api/proto/inference.pb.h"
#include "slipway/api/testing/fake_administration.h"
#include "slipway/api/testing/fake_service.h"
#include "slipway/api/testing/grpc_messages.h"
#include "slipway/api/testing/http_text.h"
#include "slipway/api/testing/recording_stream.h"
#include "slipway/api/testing/shared_memory_object.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kService = "/inference.GRPCInferenceService/";

HttpRequest RequestOf(const std::string& path, const google::protobuf::MessageLite& message) {
  HttpRequest request;
  request.version = HttpVersion::kHttp2;
  request.method = "POST";
  request.target = path;
  request.headers.Add("content-type", "application/grpc");
  request.body = Framed(message.SerializeAsString());
  return request;
}

inference::ModelInferRequest EchoMessage(std::size_t floats) {
  inference::ModelInferRequest message;
  message.set_model_name("echo");
  auto& input = *message.add_inputs();
  input.set_name("x");
  input.set_datatype("FP32");
  input.add_shape(static_cast<std::int64_t>(floats));
  message.add_raw_input_contents(std::string(4 * floats, '\0'));
  return message;
}

class GrpcHandlerTest : public ::testing::Test {
 protected:
  HttpResponse Ask(HttpRequest request) {
    const GrpcHandler handler(parts_, kDataPlane);
    HttpResponse answer;
    handler.Handle(
        std::move(request),
        Exchange(context_, Protocol::kGrpc, [&answer](HttpResponse r) { answer = std::move(r); }));
    service_.RunQueued();
    return answer;
  }
  /// The status of a call.
  int StatusOf(HttpRequest request) {
    const HttpResponse response = Ask(std::move(request));
    const auto status = response.has_trailers ? response.trailers.Find("grpc-status")
                                              : response.headers.Find("grpc-status");
    return status ? std::stoi(std::string(*status)) : -1;
  }
  template <typename Response>
  Response Call(const std::string& method, const google::protobuf::MessageLite& message) {
    const HttpResponse response = Ask(RequestOf(kService + method, message));
    EXPECT_EQ(response.trailers.Find("grpc-status"), "0")
        << response.headers.Find("grpc-message").value_or("");
    const auto messages = Unframed<Response>(TextOf(response));
    EXPECT_EQ(messages.size(), 1U);
    return messages.empty() ? Response() : messages[0];
  }

  FakeService service_;
  FakeAdministration administration_;
  serving::TraceSettings traces_;
  SharedMemoryRegions regions_;
  metrics::Registry registry_;
  FakeClock clock_;
  FrontMetrics metrics_{registry_};
  const FrontContext context_{.metrics = metrics_, .clock = clock_};
  FrontParts parts_{.service = service_,
                    .registry = registry_,
                    .context = context_,
                    .administration = &administration_,
                    .traces = &traces_,
                    .regions = &regions_};
};

TEST_F(GrpcHandlerTest, AnswersTheExtensions) {
  inference::ModelConfigRequest config;
  config.set_name("echo");
  EXPECT_EQ(Call<inference::ModelConfigResponse>("ModelConfig", config).config(), "config");
  EXPECT_EQ(Call<inference::ModelStatisticsResponse>("ModelStatistics",
                                                     inference::ModelStatisticsRequest())
                .model_stats_size(),
            1);
  EXPECT_EQ(Call<inference::RepositoryIndexResponse>("RepositoryIndex",
                                                     inference::RepositoryIndexRequest())
                .models_size(),
            4);
  EXPECT_EQ(Call<inference::TraceSettingResponse>("TraceSetting", inference::TraceSettingRequest())
                .settings()
                .count("trace_rate"),
            1U);
  EXPECT_EQ(Call<inference::LogSettingsResponse>("LogSettings", inference::LogSettingsRequest())
                .settings()
                .count("log_info"),
            1U);
}

TEST_F(GrpcHandlerTest, LoadsAndUnloads) {
  inference::RepositoryModelLoadRequest load;
  load.set_model_name("echo");
  (*load.mutable_parameters())["config"].set_string_param("{}");
  Call<inference::RepositoryModelLoadResponse>("RepositoryModelLoad", load);
  ASSERT_TRUE(administration_.last_load());
  EXPECT_EQ(administration_.last_load()->config_json, "{}");

  inference::RepositoryModelUnloadRequest unload;
  unload.set_model_name("echo");
  Call<inference::RepositoryModelUnloadResponse>("RepositoryModelUnload", unload);
  EXPECT_EQ(administration_.last_unload(), "echo");

  load.set_model_name("other");
  unload.set_model_name("other");
  EXPECT_EQ(StatusOf(RequestOf(kService + "RepositoryModelLoad", load)), 5);
  EXPECT_EQ(StatusOf(RequestOf(kService + "RepositoryModelUnload", unload)), 5);
}

TEST_F(GrpcHandlerTest, OffersOnlyWhatItHas) {
  parts_.administration = nullptr;
  parts_.traces = nullptr;
  parts_.regions = nullptr;
  for (const char* method :
       {"ModelConfig", "ModelStatistics", "RepositoryIndex", "RepositoryModelLoad",
        "RepositoryModelUnload", "TraceSetting", "SystemSharedMemoryStatus",
        "SystemSharedMemoryRegister", "SystemSharedMemoryUnregister", "CudaSharedMemoryStatus",
        "CudaSharedMemoryRegister", "CudaSharedMemoryUnregister"}) {
    EXPECT_EQ(StatusOf(RequestOf(kService + method, inference::ServerLiveRequest())), 12) << method;
  }
}

TEST_F(GrpcHandlerTest, RefusesAWrongFrameOfEveryProcedure) {
  for (const Route& route : kGrpcRoutes) {
    HttpRequest request = RequestOf(std::string(route.pattern), inference::ServerLiveRequest());
    if (GrpcHandler::ModeOf(request) != StreamMode::kWhole) continue;
    request.body = "\0\0";
    EXPECT_NE(StatusOf(std::move(request)), 0) << route.pattern;
  }
}

TEST_F(GrpcHandlerTest, RestrictsGroupsOfProcedures) {
  ASSERT_OK_AND_ASSIGN(
      parts_.settings.grpc_access,
      AccessRules::Parse(std::vector<std::string>{"model-repository:admin-key=secret"},
                         "triton-grpc-protocol-"));
  const auto index = [] {
    return RequestOf(kService + "RepositoryIndex", inference::RepositoryIndexRequest());
  };
  HttpRequest wrong = index();
  wrong.headers.Add("triton-grpc-protocol-admin-key", "guess");
  HttpRequest right = index();
  right.headers.Add("triton-grpc-protocol-admin-key", "secret");

  EXPECT_EQ(StatusOf(index()), 7);
  EXPECT_EQ(StatusOf(std::move(wrong)), 7);
  EXPECT_EQ(StatusOf(std::move(right)), 0);
  EXPECT_EQ(StatusOf(RequestOf(kService + "ServerLive", inference::ServerLiveRequest())), 0);
}

TEST_F(GrpcHandlerTest, PassesHeadersAndParametersOn) {
  ASSERT_OK_AND_ASSIGN(parts_.settings.grpc_headers, HeaderForwarding::Parse("x-user.*"));
  inference::ModelInferRequest message = EchoMessage(4);
  (*message.mutable_parameters())["priority"].set_uint64_param(2);
  (*message.mutable_parameters())["timeout"].set_int64_param(500);
  HttpRequest request = RequestOf(kService + "ModelInfer", message);
  request.headers.Add("x-user-id", "7");
  request.headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

  EXPECT_EQ(StatusOf(std::move(request)), 0);

  const serving::Parameters parameters = service_.last_parameters();
  EXPECT_EQ(parameters.at("priority"), serving::Parameter(std::uint64_t{2}));
  EXPECT_EQ(parameters.at("timeout"), serving::Parameter(std::int64_t{500}));
  EXPECT_EQ(parameters.at("x-user-id"), serving::Parameter(std::string("7")));
  ASSERT_TRUE(service_.last_trace());
  EXPECT_TRUE(service_.last_trace()->sampled);
}

TEST_F(GrpcHandlerTest, ClassifiesOutputs) {
  inference::ModelInferRequest message = EchoMessage(2);
  message.mutable_inputs(0)->clear_shape();
  message.mutable_inputs(0)->add_shape(1);
  message.mutable_inputs(0)->add_shape(2);
  const float scores[] = {0.25F, 0.75F};
  message.set_raw_input_contents(0, std::string(reinterpret_cast<const char*>(scores), 8));
  auto& output = *message.add_outputs();
  output.set_name("x");
  (*output.mutable_parameters())["classification"].set_int64_param(1);

  const auto response = Call<inference::ModelInferResponse>("ModelInfer", message);

  EXPECT_EQ(response.outputs(0).datatype(), "BYTES");
  EXPECT_THAT(response.outputs(0).shape(), ElementsAre(1, 1));
  EXPECT_THAT(response.raw_output_contents(0), HasSubstr(":1:dog"));
}

TEST_F(GrpcHandlerTest, ReadsAndWritesSharedMemory) {
  SharedMemoryObject object("abcdefgh________");
  ASSERT_OK(regions_.Register({.name = "r", .key = object.key(), .offset = 0, .byte_size = 16}));
  inference::ModelInferRequest message = EchoMessage(2);
  message.clear_raw_input_contents();
  const auto place = [](auto& parameters, std::int64_t offset) {
    parameters["shared_memory_region"].set_string_param("r");
    parameters["shared_memory_offset"].set_int64_param(offset);
    parameters["shared_memory_byte_size"].set_int64_param(8);
  };
  place(*message.mutable_inputs(0)->mutable_parameters(), 0);
  auto& output = *message.add_outputs();
  output.set_name("x");
  place(*output.mutable_parameters(), 8);

  const auto response = Call<inference::ModelInferResponse>("ModelInfer", message);

  EXPECT_EQ(object.Contents(), "abcdefghabcdefgh");
  EXPECT_THAT(response.raw_output_contents(), ElementsAre(""));
  const auto& parameters = response.outputs(0).parameters();
  EXPECT_EQ(parameters.at("shared_memory_region").string_param(), "r");
  EXPECT_EQ(parameters.at("shared_memory_offset").int64_param(), 8);
  EXPECT_EQ(parameters.at("shared_memory_byte_size").int64_param(), 8);
}

TEST_F(GrpcHandlerTest, PassesOnThatTheCallWasCancelled) {
  const std::stop_source client;
  HttpRequest request = RequestOf(kService + "ModelInfer", EchoMessage(4));
  request.gone = client.get_token();
  Ask(std::move(request));

  EXPECT_EQ(service_.last_cancelled(), client.get_token());
}

TEST_F(GrpcHandlerTest, TakesAndGivesCompressedMessages) {
  const auto compressed = [](const std::string& coding) {
    HttpRequest request = RequestOf(kService + "ModelInfer", EchoMessage(1'000));
    std::vector<BodyPart> parts;
    parts.emplace_back(std::move(request.body));
    request.body = std::get<std::string>(
        CompressGrpcMessage(std::move(parts),
                            coding == "gzip" ? ContentCoding::kGzip : ContentCoding::kDeflate)
            .at(0));
    request.headers.Add("grpc-encoding", coding);
    return request;
  };
  for (const char* coding : {"gzip", "deflate"}) {
    HttpRequest request = compressed(coding);
    request.headers.Add("grpc-accept-encoding", coding);
    const HttpResponse response = Ask(std::move(request));
    EXPECT_EQ(response.headers.Find("grpc-encoding"), coding);
    const std::string text = TextOf(response);
    EXPECT_TRUE(IsCompressedGrpc(text));
    EXPECT_LT(text.size(), 500U);
  }
  EXPECT_FALSE(IsCompressedGrpc(TextOf(Ask(compressed("gzip")))))
      << "the client did not ask for it";

  HttpRequest unknown = compressed("gzip");
  unknown.headers.Clear();
  unknown.headers.Add("grpc-encoding", "snappy");
  const HttpResponse refusal = Ask(std::move(unknown));
  EXPECT_EQ(refusal.headers.Find("grpc-status"), "12");
  EXPECT_EQ(refusal.headers.Find("grpc-accept-encoding"), "identity, deflate, gzip");

  parts_.settings.max_grpc_message_bytes = 1'000;
  EXPECT_EQ(StatusOf(compressed("gzip")), 8);
}

TEST_F(GrpcHandlerTest, CompressesForAllIfToldTo) {
  HttpRequest request = RequestOf(kService + "ModelInfer", EchoMessage(1'000));
  request.headers.Add("grpc-accept-encoding", "identity,gzip");
  EXPECT_FALSE(IsCompressedGrpc(TextOf(Ask(request))));

  parts_.settings.compress_grpc = true;

  EXPECT_TRUE(IsCompressedGrpc(TextOf(Ask(request))));
}

class GrpcStreamsTest : public GrpcHandlerTest {
 protected:
  std::shared_ptr<StreamObserver> Open(HttpRequest request) {
    const GrpcHandler handler(parts_, kDataPlane);
    return handler.HandleStream(std::move(request), std::make_unique<RecordingStream>(record_));
  }

  std::shared_ptr<StreamRecord> record_ = std::make_shared<StreamRecord>();
};

TEST_F(GrpcStreamsTest, KnowsItsStreams) {
  const auto mode = [](const std::string& path, const std::string& type) {
    HttpRequest head = RequestOf(path, inference::ServerLiveRequest());
    head.headers.Clear();
    head.headers.Add("content-type", type);
    return GrpcHandler::ModeOf(head);
  };
  for (const std::string_view path : kGrpcStreamPaths) {
    EXPECT_EQ(mode(std::string(path), "application/grpc"), StreamMode::kBothSides);
    EXPECT_EQ(mode(std::string(path), "application/json"), StreamMode::kWhole);
    EXPECT_NE(MatchGrpc(path, kDataPlane), nullptr);
  }
  EXPECT_EQ(mode(kService + "ModelInfer", "application/grpc"), StreamMode::kWhole);
}

TEST_F(GrpcStreamsTest, OpensEachKind) {
  for (const std::string_view path : kGrpcStreamPaths) {
    record_ = std::make_shared<StreamRecord>();
    const auto observer = Open(RequestOf(std::string(path), inference::ServerLiveRequest()));
    ASSERT_NE(observer, nullptr);
    EXPECT_TRUE(record_->head()) << path;
    EXPECT_FALSE(record_->answer()) << path;
  }
}

TEST_F(GrpcStreamsTest, RefusesWithoutAStream) {
  HttpRequest old = RequestOf(kService + "ModelStreamInfer", inference::ServerLiveRequest());
  old.version = HttpVersion::kHttp11;
  Open(std::move(old));
  ASSERT_TRUE(record_->answer());
  EXPECT_EQ(record_->answer()->headers.Find("grpc-status"), "3");

  HttpRequest timeout = RequestOf(kService + "ModelStreamInfer", inference::ServerLiveRequest());
  timeout.headers.Add("grpc-timeout", "soon");
  Open(std::move(timeout));
  EXPECT_THAT(*record_->answer()->headers.Find("grpc-message"), HasSubstr("grpc-timeout"));
}

}  // namespace
}  // namespace slipway::api
