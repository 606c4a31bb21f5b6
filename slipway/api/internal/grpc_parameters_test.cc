// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/grpc_parameters.h"

#include "slipway/api/proto/inference.pb.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

/// The bytes of an entry of a map<string, InferParameter>.
std::string Entry(const std::string& key,
                  const std::function<void(inference::InferParameter&)>& set) {
  inference::ModelInferRequest message;
  set((*message.mutable_parameters())[key]);
  const std::string bytes = message.SerializeAsString();
  return bytes.substr(2);  // Without the tag and the length, which is short.
}

std::string Integer(const std::string& key, std::int64_t value) {
  return Entry(key, [value](auto& parameter) { parameter.set_int64_param(value); });
}

std::string Text(const std::string& key, const std::string& value) {
  return Entry(key, [&value](auto& parameter) { parameter.set_string_param(value); });
}

TEST(GrpcParametersTest, ReadsEveryKind) {
  const auto value = [](const std::function<void(inference::InferParameter&)>& set) {
    const std::string entry = Entry("k", set);
    const Result<GrpcParameter> parameter = ReadGrpcParameter(entry);
    EXPECT_TRUE(parameter && parameter->key == "k");
    return parameter ? parameter->value : serving::Parameter();
  };
  EXPECT_EQ(value([](auto& p) { p.set_bool_param(true); }), serving::Parameter(true));
  EXPECT_EQ(value([](auto& p) { p.set_int64_param(-5); }), serving::Parameter(std::int64_t{-5}));
  EXPECT_EQ(value([](auto& p) { p.set_uint64_param(~0ULL); }),
            serving::Parameter(std::uint64_t{~0ULL}));
  EXPECT_EQ(value([](auto& p) { p.set_double_param(0.1); }), serving::Parameter(0.1));
  EXPECT_EQ(value([](auto& p) { p.set_string_param("s"); }), serving::Parameter(std::string("s")));
}

TEST(GrpcParametersTest, RefusesAnEntryWithoutAValue) {
  EXPECT_THAT(ReadGrpcParameter(Entry("k", [](auto&) {})),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"k\" has no value")));
  EXPECT_FALSE(ReadGrpcParameter("\x0a\xff"));
}

TEST(GrpcParametersTest, TakesWhatSaysHowATensorTravels) {
  GrpcTensorParameters parameters;
  EXPECT_FALSE(parameters.has_memory());
  ASSERT_OK(parameters.Take(Text("shared_memory_region", "r")));
  ASSERT_OK(parameters.Take(Integer("shared_memory_offset", 8)));
  ASSERT_OK(parameters.Take(Integer("shared_memory_byte_size", 64)));
  ASSERT_OK(parameters.Take(Integer("classification", 3)));
  ASSERT_OK(parameters.Take(Text("other", "passed over")));

  EXPECT_TRUE(parameters.has_memory());
  EXPECT_EQ(parameters.region, "r");
  EXPECT_EQ(parameters.offset, 8U);
  EXPECT_EQ(parameters.byte_size, 64U);
  EXPECT_EQ(parameters.classes, 3U);
}

TEST(GrpcParametersTest, RefusesWrongValues) {
  GrpcTensorParameters parameters;
  EXPECT_THAT(parameters.Take(Integer("classification", 0)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("at least 1")));
  EXPECT_THAT(parameters.Take(Integer("shared_memory_offset", -1)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("shared_memory_offset")));
  EXPECT_THAT(parameters.Take(Text("shared_memory_byte_size", "8")),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("shared_memory_byte_size")));
  EXPECT_THAT(parameters.Take(Integer("shared_memory_region", 1)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("no string")));
}

TEST(GrpcParametersTest, FindsMemoryOnlyWhereThereIsAny) {
  SharedMemoryRegions regions;
  GrpcTensorParameters parameters;
  parameters.region = "r";
  EXPECT_THAT(parameters.FindMemory(nullptr),
              FailsWith(ErrorCode::kUnimplemented, HasSubstr("--allow-client-shm")));
  EXPECT_THAT(parameters.FindMemory(&regions),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("shared_memory_byte_size")));
  parameters.byte_size = 4;
  EXPECT_THAT(parameters.FindMemory(&regions), FailsWith(ErrorCode::kNotFound, HasSubstr("\"r\"")));
  parameters.region.reset();
  EXPECT_THAT(parameters.FindMemory(&regions),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("shared_memory_region")));
}

}  // namespace
}  // namespace slipway::api
