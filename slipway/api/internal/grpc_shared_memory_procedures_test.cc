// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_shared_memory_procedures.h"

#include "slipway/api/proto/inference.pb.h"
#include "slipway/api/testing/grpc_messages.h"
#include "slipway/api/testing/shared_memory_object.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

class GrpcSharedMemoryTest : public ::testing::Test {
 protected:
  std::string RegisterRequest(const std::string& name) const {
    inference::SystemSharedMemoryRegisterRequest request;
    request.set_name(name);
    request.set_key(object_.key());
    request.set_offset(2);
    request.set_byte_size(6);
    return Framed(request.SerializeAsString());
  }
  Result<inference::SystemSharedMemoryStatusResponse> Ask(const std::string& name) {
    inference::SystemSharedMemoryStatusRequest request;
    request.set_name(name);
    SLIPWAY_TRY_ASSIGN(const std::string answer,
                       AnswerSharedMemoryStatus(&regions_, Framed(request.SerializeAsString())));
    inference::SystemSharedMemoryStatusResponse response;
    EXPECT_TRUE(response.ParseFromString(answer));
    return response;
  }
  Status Unregister(const std::string& name) {
    inference::SystemSharedMemoryUnregisterRequest request;
    request.set_name(name);
    SLIPWAY_TRY(AnswerSharedMemoryUnregister(&regions_, Framed(request.SerializeAsString())));
    return {};
  }

  SharedMemoryObject object_{"0123456789"};
  SharedMemoryRegions regions_;
};

TEST_F(GrpcSharedMemoryTest, RegistersAndShowsRegions) {
  ASSERT_OK(AnswerSharedMemoryRegister(&regions_, RegisterRequest("a")));
  ASSERT_OK(AnswerSharedMemoryRegister(&regions_, RegisterRequest("b")));

  ASSERT_OK_AND_ASSIGN(const auto all, Ask(""));
  EXPECT_EQ(all.regions_size(), 2);
  ASSERT_OK_AND_ASSIGN(const auto one, Ask("a"));
  ASSERT_EQ(one.regions_size(), 1);
  EXPECT_EQ(one.regions().at("a").key(), object_.key());
  EXPECT_EQ(one.regions().at("a").offset(), 2U);
  EXPECT_EQ(one.regions().at("a").byte_size(), 6U);
  EXPECT_THAT(Ask("c"), FailsWith(ErrorCode::kNotFound, HasSubstr("\"c\"")));
}

TEST_F(GrpcSharedMemoryTest, ForgetsOneOrAll) {
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_OK(AnswerSharedMemoryRegister(&regions_, RegisterRequest(name)));
  }
  ASSERT_OK(Unregister("a"));
  ASSERT_OK_AND_ASSIGN(const auto two, Ask(""));
  EXPECT_EQ(two.regions_size(), 2);

  ASSERT_OK(Unregister(""));
  ASSERT_OK_AND_ASSIGN(const auto none, Ask(""));
  EXPECT_EQ(none.regions_size(), 0);
}

TEST_F(GrpcSharedMemoryTest, RefusesWhatIsTakenOrNotOffered) {
  ASSERT_OK(AnswerSharedMemoryRegister(&regions_, RegisterRequest("a")));
  EXPECT_THAT(AnswerSharedMemoryRegister(&regions_, RegisterRequest("a")),
              FailsWith(ErrorCode::kAlreadyExists, HasSubstr("\"a\"")));
  for (const auto& answer : {AnswerSharedMemoryRegister(nullptr, RegisterRequest("a")),
                             AnswerSharedMemoryStatus(nullptr, Framed("")),
                             AnswerSharedMemoryUnregister(nullptr, Framed(""))}) {
    EXPECT_THAT(answer, FailsWith(ErrorCode::kUnimplemented, HasSubstr("--allow-client-shm")));
  }
}

}  // namespace
}  // namespace slipway::api
