// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/client/infer_client.h"
#include "slipway/api/proto/health.grpc.pb.h"
#include "slipway/api/proto/inference.grpc.pb.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/dataset/adapted_samples.h"
#include "slipway/dataset/labelled_data.h"
#include "slipway/graph/model_file.h"
#include "slipway/runtime/engine.h"

#include "tests/e2e/server_process.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/client_unary_call.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace slipway::e2e {
namespace {

constexpr std::size_t kBatch = 50;

/// The logits of all images, row after row, as bytes: so that equal means equal in each bit.
using Logits = std::string;

std::string Text(ByteView bytes) { return std::string(AsText(bytes)); }

/// A server of the example CNN, the same model in this process, and the 10,000 test images.
class WireEqualityTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    suite_ = new Suite;
    ASSERT_OK_AND_ASSIGN(suite_->data, dataset::LoadLabelledData(SLIPWAY_TEST_IMAGES));
    const dataset::WantedInput wanted{DataType::kFloat32, kInputShape};
    ASSERT_OK_AND_ASSIGN(suite_->images, dataset::AdaptSamples(*suite_->data.samples, wanted));
    const std::filesystem::path version = suite_->repository.path() / "fashion/1";
    std::filesystem::create_directories(version);
    std::filesystem::copy(SLIPWAY_CNN, version / "model.onnx");
    ASSERT_OK_AND_ASSIGN(suite_->server, ServerProcess::Start(suite_->repository.path()));
    ASSERT_OK_AND_ASSIGN(suite_->in_process, RunInProcess());
  }
  static void TearDownTestSuite() { delete std::exchange(suite_, nullptr); }

  static Result<Tensor> Images(std::size_t first) { return suite_->images->Read(first, kBatch); }
  static std::size_t image_count() { return suite_->images->sample_count(); }
  static const Logits& in_process() { return suite_->in_process; }
  static const ServerProcess& server() { return *suite_->server; }

  /// The logits of all images by one of our own clients, made for `url`.
  static Result<Logits> RunClient(const std::string& url, api::client::TensorEncoding encoding) {
    SLIPWAY_TRY_ASSIGN(const auto client,
                       api::client::InferClient::Create(url, {.encoding = encoding}));
    Logits all;
    for (std::size_t first = 0; first < image_count(); first += kBatch) {
      SLIPWAY_TRY_ASSIGN(const Tensor images, Images(first));
      SLIPWAY_TRY_ASSIGN(const api::client::InferAnswer answer,
                         client->Infer({.model = "fashion", .inputs = {{"image", images.view()}}}));
      const Tensor* logits = answer.Find("logits");
      if (logits == nullptr) return InternalError("no logits in the answer");
      all += Text(logits->bytes());
    }
    return all;
  }

 private:
  static constexpr std::array<std::int64_t, 4> kInputShape{-1, 1, 28, 28};

  struct Suite {
    TemporaryFolder repository;
    dataset::LabelledData data;
    std::unique_ptr<dataset::SampleSource> images;
    std::unique_ptr<ServerProcess> server;
    Logits in_process;
  };

  static Result<Logits> RunInProcess() {
    SLIPWAY_TRY_ASSIGN(const auto engine, runtime::CreateOnnxRuntimeEngine({}));
    SLIPWAY_TRY_ASSIGN(const auto file, graph::ModelFile::Open(SLIPWAY_CNN));
    SLIPWAY_TRY_ASSIGN(const auto session, engine->Load(file, {}));
    const std::unique_ptr<runtime::Executor> executor = session->NewExecutor();
    Logits all;
    for (std::size_t first = 0; first < image_count(); first += kBatch) {
      SLIPWAY_TRY_ASSIGN(const Tensor images, Images(first));
      const TensorView view = images.view();
      SLIPWAY_TRY_ASSIGN(const auto outputs, executor->Run({&view, 1}, {}));
      all += Text(outputs[0].view.bytes);
    }
    return all;
  }

  static Suite* suite_;
};

WireEqualityTest::Suite* WireEqualityTest::suite_ = nullptr;

TEST_F(WireEqualityTest, RestWithBinaryTensorsGivesTheBitsOfTheDirectCall) {
  ASSERT_OK_AND_ASSIGN(const Logits logits, RunClient("http://" + server().http_address(),
                                                      api::client::TensorEncoding::kBinary));

  EXPECT_TRUE(logits == in_process());
}

TEST_F(WireEqualityTest, RestWithJsonNumbersGivesTheBitsOfTheDirectCall) {
  ASSERT_OK_AND_ASSIGN(const Logits logits, RunClient("http://" + server().http_address(),
                                                      api::client::TensorEncoding::kJson));

  EXPECT_TRUE(logits == in_process());
}

TEST_F(WireEqualityTest, GrpcGivesTheBitsOfTheDirectCall) {
  ASSERT_OK_AND_ASSIGN(const Logits logits, RunClient("grpc://" + server().grpc_address(),
                                                      api::client::TensorEncoding::kBinary));

  EXPECT_TRUE(logits == in_process());
}

/// Calls the server through the stubs that protoc makes for libgrpc, as other people's programs do.
class LibgrpcClientTest : public WireEqualityTest {
 protected:
  static std::shared_ptr<grpc::Channel> NewChannel() {
    return grpc::CreateChannel(server().grpc_address(), grpc::InsecureChannelCredentials());
  }
  static inference::ModelInferRequest RequestFor(const Tensor& images) {
    inference::ModelInferRequest request;
    request.set_model_name("fashion");
    auto* input = request.add_inputs();
    input->set_name("image");
    input->set_datatype("FP32");
    for (const std::int64_t size : images.shape().sizes()) input->add_shape(size);
    request.add_raw_input_contents(Text(images.bytes()));
    return request;
  }

  std::unique_ptr<inference::GRPCInferenceService::Stub> stub_ =
      inference::GRPCInferenceService::NewStub(NewChannel());
};

TEST_F(LibgrpcClientTest, GetsTheBitsOfTheDirectCall) {
  Logits logits;
  for (std::size_t first = 0; first < image_count(); first += kBatch) {
    ASSERT_OK_AND_ASSIGN(const Tensor images, Images(first));
    grpc::ClientContext context;
    inference::ModelInferResponse response;
    const grpc::Status status = stub_->ModelInfer(&context, RequestFor(images), &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    logits += response.raw_output_contents(0);
  }

  EXPECT_TRUE(logits == in_process());
}

TEST_F(LibgrpcClientTest, GetsTheSameFromTypedContents) {
  ASSERT_OK_AND_ASSIGN(const Tensor images, Images(0));
  inference::ModelInferRequest request = RequestFor(images);
  request.clear_raw_input_contents();
  for (const float pixel : images.elements<float>()) {
    request.mutable_inputs(0)->mutable_contents()->add_fp32_contents(pixel);
  }

  grpc::ClientContext context;
  inference::ModelInferResponse response;
  const grpc::Status status = stub_->ModelInfer(&context, request, &response);

  ASSERT_TRUE(status.ok()) << status.error_message();
  const std::string& logits = response.raw_output_contents(0);
  EXPECT_TRUE(logits == in_process().substr(0, logits.size()));
}

TEST_F(LibgrpcClientTest, IsToldThatServerAndModelAreReady) {
  grpc::ClientContext server_context;
  inference::ServerReadyResponse server_ready;
  ASSERT_TRUE(stub_->ServerReady(&server_context, {}, &server_ready).ok());
  grpc::ClientContext model_context;
  inference::ModelReadyRequest request;
  request.set_name("fashion");
  inference::ModelReadyResponse model_ready;
  ASSERT_TRUE(stub_->ModelReady(&model_context, request, &model_ready).ok());

  EXPECT_TRUE(server_ready.ready());
  EXPECT_TRUE(model_ready.ready());
}

TEST_F(LibgrpcClientTest, ReadsHealthAsOrchestratorsDo) {
  const auto health = grpc::health::v1::Health::NewStub(NewChannel());

  grpc::ClientContext context;
  grpc::health::v1::HealthCheckResponse response;
  const grpc::Status status = health->Check(&context, {}, &response);

  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
}

TEST_F(LibgrpcClientTest, IsRefusedWithTheStatusAndTheReason) {
  ASSERT_OK_AND_ASSIGN(const Tensor images, Images(0));
  inference::ModelInferRequest request = RequestFor(images);
  request.set_model_name("absent");

  grpc::ClientContext context;
  inference::ModelInferResponse response;
  const grpc::Status status = stub_->ModelInfer(&context, request, &response);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("absent"));
}

TEST_F(LibgrpcClientTest, IsToldThatAMethodOfAnotherServerIsNotServed) {
  grpc::ClientContext context;
  inference::ServerLiveResponse response;
  const grpc::internal::RpcMethod method("/inference.AnotherService/ServerLive",
                                         grpc::internal::RpcMethod::NORMAL_RPC);

  const grpc::Status status = grpc::internal::BlockingUnaryCall(
      NewChannel().get(), method, &context, inference::ServerLiveRequest(), &response);

  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace slipway::e2e
