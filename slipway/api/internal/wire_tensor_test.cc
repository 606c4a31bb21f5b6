// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/wire_tensor.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(WireTensorTest, ChecksCountLayoutAndBools) {
  EXPECT_TRUE(CheckWireTensor({DataType::kBool, {2}, AsBytes(std::string_view("\0\1", 2))}));
  EXPECT_THAT(CheckWireTensor({DataType::kBool, {2}, AsBytes(std::string_view("\0\xff", 2))}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("element 1 is 255")));
  EXPECT_THAT(CheckWireTensor({DataType::kInt16, {2}, AsBytes("abc")}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("3")));
  EXPECT_THAT(CheckWireTensor({DataType::kBytes, {1}, AsBytes("abc")}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("runs past the end")));
}

TEST(WireTensorTest, KnowsTheTypesOfTheProtocolOnly) {
  ASSERT_OK_AND_ASSIGN(const DataType type, ParseWireType("BF16"));

  EXPECT_EQ(type, DataType::kBfloat16);
  for (const char* name : {"", "INT4", "fp32", "STRING", "FP32 "}) {
    EXPECT_THAT(ParseWireType(name), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("unknown")));
  }
}

TEST(WireTensorTest, RefusesDuplicatesAndTooMany) {
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < kMaxTensorsPerRequest; ++i) {
    ASSERT_OK(AddOutput(outputs, std::to_string(i)));
  }
  std::vector<serving::InputTensor> inputs;
  ASSERT_OK(AddInput(inputs, {"x", {}}));

  EXPECT_THAT(AddOutput(outputs, "y"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("at most 512")));
  outputs.resize(1);
  EXPECT_THAT(AddOutput(outputs, "0"), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("twice")));
  EXPECT_THAT(AddInput(inputs, {"x", {}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("twice")));
}

}  // namespace
}  // namespace slipway::api
