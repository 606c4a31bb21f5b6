// SPDX-License-Identifier: Apache-2.0
// Our server as libgrpc's C++ client sees it, which shares no code with us.
#include "slipway/api/proto/health.grpc.pb.h"
#include "slipway/api/proto/inference.grpc.pb.h"
#include "slipway/api/proto/reflection.grpc.pb.h"
#include "slipway/api/server.h"
#include "slipway/api/testing/fake_service.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

namespace slipway::api {
namespace {

using grpc::StatusCode;
using inference::GRPCInferenceService;
using inference::ModelInferRequest;
using inference::ModelInferResponse;
using inference::ModelStreamInferResponse;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

ModelInferRequest RequestOf(const std::string& id, const std::string& data,
                            const std::string& model = "echo") {
  ModelInferRequest request;
  request.set_model_name(model);
  request.set_id(id);
  auto& input = *request.add_inputs();
  input.set_name("x");
  input.set_datatype("UINT8");
  input.add_shape(static_cast<std::int64_t>(data.size()));
  request.add_raw_input_contents(data);
  return request;
}

class GrpcConformanceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(server_,
                         Server::Create({.http_port = 0, .grpc_port = 0, .metrics_port = 0},
                                        {.inference = service_, .metrics = registry_}));
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    channel_ = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server_->ports().grpc),
                                         grpc::InsecureChannelCredentials(), arguments);
    stub_ = GRPCInferenceService::NewStub(channel_);
  }

  FakeService service_;
  metrics::Registry registry_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<GRPCInferenceService::Stub> stub_;
};

TEST_F(GrpcConformanceTest, StreamsManyRequests) {
  constexpr int kRequests = 5'000;
  grpc::ClientContext context;
  const auto stream = stub_->ModelStreamInfer(&context);
  std::jthread writer([&stream] {
    for (int id = 0; id < kRequests; ++id) {
      EXPECT_TRUE(stream->Write(RequestOf(std::to_string(id), "data")));
    }
    EXPECT_TRUE(stream->WritesDone());
  });
  ModelStreamInferResponse response;
  int answers = 0;
  while (stream->Read(&response)) {
    EXPECT_EQ(response.error_message(), "");
    EXPECT_EQ(response.infer_response().raw_output_contents(0), "data");
    ++answers;
  }

  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(answers, kRequests);
}

TEST_F(GrpcConformanceTest, StreamsBigTensorsToAClientThatReadsLate) {
  const std::string data(10'000'000, 'x');
  grpc::ClientContext context;
  const auto stream = stub_->ModelStreamInfer(&context);
  std::jthread writer([&] {
    for (int id = 0; id < 10; ++id) stream->Write(RequestOf(std::to_string(id), data));
    stream->WritesDone();
  });
  ModelStreamInferResponse response;
  int answers = 0;
  while (stream->Read(&response)) {
    EXPECT_TRUE(response.infer_response().raw_output_contents(0) == data);
    ++answers;
  }

  EXPECT_EQ(answers, 10);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(GrpcConformanceTest, LivesOnAfterAnErrorInsideTheStream) {
  grpc::ClientContext context;
  const auto stream = stub_->ModelStreamInfer(&context);
  ModelStreamInferResponse response;

  stream->Write(RequestOf("1", "data", "other"));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_THAT(response.error_message(), HasSubstr("other"));
  EXPECT_EQ(response.infer_response().id(), "1");
  stream->Write(RequestOf("2", "data"));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.error_message(), "");
  stream->WritesDone();

  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(GrpcConformanceTest, EndsTheStreamWithAnErrorIfAskedTo) {
  grpc::ClientContext context;
  context.AddMetadata("triton_grpc_error", "true");
  const auto stream = stub_->ModelStreamInfer(&context);
  stream->Write(RequestOf("1", "data", "other"));
  ModelStreamInferResponse response;
  EXPECT_FALSE(stream->Read(&response));

  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("other"));
}

TEST_F(GrpcConformanceTest, WorksOnWhenAStreamIsCancelled) {
  for (int round = 0; round < 50; ++round) {
    grpc::ClientContext context;
    const auto stream = stub_->ModelStreamInfer(&context);
    stream->Write(RequestOf("1", "data"));
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), StatusCode::CANCELLED);
  }
  grpc::ClientContext context;
  ModelInferResponse response;
  EXPECT_TRUE(stub_->ModelInfer(&context, RequestOf("1", "data"), &response).ok());
}

TEST_F(GrpcConformanceTest, EndsAStreamAtItsDeadline) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + 100ms);
  const auto stream = stub_->ModelStreamInfer(&context);
  ModelStreamInferResponse response;
  EXPECT_FALSE(stream->Read(&response));

  EXPECT_EQ(stream->Finish().error_code(), StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(GrpcConformanceTest, TakesAndGivesCompressedMessages) {
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    grpc::ClientContext context;
    context.set_compression_algorithm(algorithm);
    ModelInferResponse response;
    const std::string data(100'000, 'x');
    ASSERT_TRUE(stub_->ModelInfer(&context, RequestOf("1", data), &response).ok());
    EXPECT_TRUE(response.raw_output_contents(0) == data);
  }
}

TEST_F(GrpcConformanceTest, RefusesAMessageAboveTheLimit) {
  grpc::ClientContext context;
  ModelInferResponse response;
  const grpc::Status status =
      stub_->ModelInfer(&context, RequestOf("1", std::string(70'000'000, 'x')), &response);

  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("the limit is 67108864"));
}

TEST_F(GrpcConformanceTest, WatchesHealth) {
  using grpc::health::v1::HealthCheckResponse;
  grpc::ClientContext context;
  const auto stub = grpc::health::v1::Health::NewStub(channel_);
  const auto watch = stub->Watch(&context, grpc::health::v1::HealthCheckRequest());
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);

  service_.SetReady(false);
  ASSERT_TRUE(watch->Read(&response));

  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  context.TryCancel();
  EXPECT_EQ(watch->Finish().error_code(), StatusCode::CANCELLED);
}

TEST_F(GrpcConformanceTest, AnswersReflection) {
  grpc::ClientContext context;
  const auto stub = grpc::reflection::v1::ServerReflection::NewStub(channel_);
  const auto stream = stub->ServerReflectionInfo(&context);
  grpc::reflection::v1::ServerReflectionRequest request;
  grpc::reflection::v1::ServerReflectionResponse response;
  request.set_list_services("");
  stream->Write(request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.list_services_response().service_size(), 4);
  request.set_file_containing_symbol("inference.GRPCInferenceService");
  stream->Write(request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_GE(response.file_descriptor_response().file_descriptor_proto_size(), 1);
  stream->WritesDone();

  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(GrpcConformanceTest, DrainsWithAnOpenStream) {
  grpc::ClientContext context;
  const auto stream = stub_->ModelStreamInfer(&context);
  ModelStreamInferResponse response;
  stream->Write(RequestOf("1", "data"));
  ASSERT_TRUE(stream->Read(&response));
  std::size_t cut_off = 1;
  std::jthread drain([&] { cut_off = server_->Drain(10s); });
  EXPECT_FALSE(stream->Read(&response));

  EXPECT_EQ(stream->Finish().error_code(), StatusCode::UNAVAILABLE);
  drain.join();
  EXPECT_EQ(cut_off, 0U);
}

}  // namespace
}  // namespace slipway::api
