// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_reflection.h"

#include "slipway/api/proto/reflection.pb.h"
#include "slipway/api/testing/grpc_messages.h"
#include "slipway/api/testing/recording_stream.h"
#include "slipway/base/testing/fake_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;
using ::testing::HasSubstr;

class GrpcReflectionTest : public ::testing::Test {
 protected:
  ServerReflectionResponse Ask(const ServerReflectionRequest& request) {
    stream_.OnBody(Framed(request.SerializeAsString()));
    const std::string body = record_->TakeBody();
    stream_.OnSent(body.size());
    const auto responses = Unframed<ServerReflectionResponse>(body);
    EXPECT_EQ(responses.size(), 1U);
    return responses.empty() ? ServerReflectionResponse() : responses[0];
  }

  metrics::Registry registry_;
  FakeClock clock_;
  FrontMetrics metrics_{registry_};
  const FrontContext context_{.metrics = metrics_, .clock = clock_};
  std::shared_ptr<StreamRecord> record_ = std::make_shared<StreamRecord>();
  GrpcReflectionStream stream_{
      {.context = context_,
       .route = *MatchGrpc("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                           {Permission::kMetadata}),
       .stream = std::make_unique<RecordingStream>(record_),
       .headers = {},
       .begin = clock_.Now(),
       .max_message_bytes = 1'000}};
};

TEST_F(GrpcReflectionTest, ListsServicesAndEchoesTheQuestion) {
  ServerReflectionRequest request;
  request.set_host("here");
  request.set_list_services("*");
  const ServerReflectionResponse response = Ask(request);

  EXPECT_EQ(response.valid_host(), "here");
  EXPECT_EQ(response.original_request().list_services(), "*");
  EXPECT_EQ(response.list_services_response().service_size(), 4);
}

TEST_F(GrpcReflectionTest, DescribesFilesOneAfterTheOther) {
  ServerReflectionRequest request;
  request.set_file_containing_symbol("inference.GRPCInferenceService");
  EXPECT_GE(Ask(request).file_descriptor_response().file_descriptor_proto_size(), 1);
  request.set_file_by_filename("slipway/api/proto/health.proto");
  EXPECT_EQ(Ask(request).file_descriptor_response().file_descriptor_proto_size(), 1);
  stream_.OnBodyEnd();

  EXPECT_EQ(record_->Trailer("grpc-status"), "0");
}

TEST_F(GrpcReflectionTest, SaysWhatIsUnknownInside) {
  ServerReflectionRequest request;
  request.set_file_containing_symbol("other.Service");
  const ServerReflectionResponse unknown = Ask(request);
  EXPECT_EQ(unknown.error_response().error_code(), 5);
  EXPECT_THAT(unknown.error_response().error_message(), HasSubstr("other.Service"));

  request.mutable_file_containing_extension()->set_containing_type("x");
  EXPECT_EQ(Ask(request).error_response().error_code(), 5);
  request.set_all_extension_numbers_of_type("inference.ModelInferRequest");
  EXPECT_EQ(Ask(request).all_extension_numbers_response().base_type_name(),
            "inference.ModelInferRequest");
  request.clear_message_request();
  EXPECT_EQ(Ask(request).error_response().error_code(), 3);
}

}  // namespace
}  // namespace slipway::api
