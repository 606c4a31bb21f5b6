// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_descriptors.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

/// Builds what a client builds of `files`.
void Build(const std::vector<std::string>& files, google::protobuf::DescriptorPool& pool) {
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    google::protobuf::FileDescriptorProto proto;
    ASSERT_TRUE(proto.ParseFromString(*file));
    ASSERT_NE(pool.BuildFile(proto), nullptr);
  }
}

TEST(GrpcDescriptorsTest, ListsItsServices) {
  EXPECT_THAT(GrpcServiceNames(),
              UnorderedElementsAre("inference.GRPCInferenceService", "grpc.health.v1.Health",
                                   "grpc.reflection.v1.ServerReflection",
                                   "grpc.reflection.v1alpha.ServerReflection"));
}

TEST(GrpcDescriptorsTest, DescribesAllTwentyMethods) {
  ASSERT_OK_AND_ASSIGN(const auto files, GrpcFileWithSymbol("inference.GRPCInferenceService"));
  google::protobuf::DescriptorPool pool;
  Build(files, pool);

  const auto* service = pool.FindServiceByName("inference.GRPCInferenceService");
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(service->method_count(), 20);
  const auto* stream = service->FindMethodByName("ModelStreamInfer");
  EXPECT_TRUE(stream->client_streaming() && stream->server_streaming());
}

TEST(GrpcDescriptorsTest, FindsFilesByMessageMethodAndName) {
  ASSERT_OK(GrpcFileWithSymbol("inference.ModelInferRequest.InferInputTensor"));
  ASSERT_OK(GrpcFileWithSymbol("grpc.health.v1.Health.Watch"));
  ASSERT_OK(GrpcFileNamed("slipway/api/proto/inference.proto"));
}

TEST(GrpcDescriptorsTest, KnowsNothingButWhatIsServed) {
  EXPECT_THAT(GrpcFileWithSymbol("google.protobuf.FileDescriptorProto"),
              FailsWith(ErrorCode::kNotFound, HasSubstr("FileDescriptorProto")));
  EXPECT_THAT(GrpcFileNamed("google/protobuf/descriptor.proto"),
              FailsWith(ErrorCode::kNotFound, HasSubstr("descriptor.proto")));
  EXPECT_THAT(GrpcFileWithSymbol(""), FailsWith(ErrorCode::kNotFound, HasSubstr("symbol")));
  ASSERT_OK(CheckGrpcType("inference.ModelInferRequest"));
  EXPECT_FALSE(CheckGrpcType("google.protobuf.FileDescriptorProto"));
}

}  // namespace
}  // namespace slipway::api
