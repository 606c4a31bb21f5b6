// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/tensor_contents.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/tensor/bytes_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TensorContentsTest, ReadsEachList) {
  inference::InferTensorContents contents;
  contents.add_bool_contents(true);
  contents.add_int_contents(-5);
  contents.add_int64_contents(std::numeric_limits<std::int64_t>::min());
  contents.add_uint_contents(200);
  contents.add_uint64_contents(std::numeric_limits<std::uint64_t>::max());
  contents.add_fp32_contents(0.1F);
  contents.add_fp64_contents(0.1);
  contents.add_bytes_contents(std::string("a\0", 2));
  const auto read = [&contents](DataType dtype) {
    return TensorFromContents(dtype, {1}, contents).value();
  };

  EXPECT_THAT(read(DataType::kBool).elements<bool>(), ElementsAre(true));
  EXPECT_THAT(read(DataType::kInt8).elements<std::int8_t>(), ElementsAre(-5));
  EXPECT_THAT(read(DataType::kInt16).elements<std::int16_t>(), ElementsAre(-5));
  EXPECT_THAT(read(DataType::kInt32).elements<std::int32_t>(), ElementsAre(-5));
  EXPECT_THAT(read(DataType::kInt64).elements<std::int64_t>(),
              ElementsAre(std::numeric_limits<std::int64_t>::min()));
  EXPECT_THAT(read(DataType::kUint8).elements<std::uint8_t>(), ElementsAre(200));
  EXPECT_THAT(read(DataType::kUint16).elements<std::uint16_t>(), ElementsAre(200));
  EXPECT_THAT(read(DataType::kUint32).elements<std::uint32_t>(), ElementsAre(200));
  EXPECT_THAT(read(DataType::kUint64).elements<std::uint64_t>(),
              ElementsAre(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_THAT(read(DataType::kFloat32).elements<float>(), ElementsAre(0.1F));
  EXPECT_THAT(read(DataType::kFloat64).elements<double>(), ElementsAre(0.1));
  EXPECT_EQ(AsText(read(DataType::kBytes).bytes()), std::string_view("\2\0\0\0a\0", 6));
}

TEST(TensorContentsTest, RefusesWrongCounts) {
  const inference::InferTensorContents empty;
  for (const DataType dtype : {DataType::kBool, DataType::kUint8, DataType::kInt64,
                               DataType::kFloat32, DataType::kBytes}) {
    EXPECT_THAT(TensorFromContents(dtype, {2, 2}, empty),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("has 4 elements")));
    EXPECT_TRUE(TensorFromContents(dtype, {0, 2}, empty));
  }
}

TEST(TensorContentsTest, RefusesToWrap) {
  inference::InferTensorContents contents;
  contents.add_int_contents(-129);
  contents.add_uint_contents(65536);

  EXPECT_THAT(TensorFromContents(DataType::kInt8, {1}, contents),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("-129, which is out of range")));
  EXPECT_THAT(TensorFromContents(DataType::kUint8, {1}, contents),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("65536")));
  EXPECT_THAT(TensorFromContents(DataType::kUint16, {1}, contents),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("UINT16")));
}

TEST(TensorContentsTest, WantsHalvesRaw) {
  for (const DataType dtype : {DataType::kFloat16, DataType::kBfloat16}) {
    EXPECT_THAT(TensorFromContents(dtype, {0}, {}),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("raw_input_contents")));
  }
}

}  // namespace
}  // namespace slipway::api
