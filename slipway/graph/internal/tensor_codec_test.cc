// SPDX-License-Identifier: Apache-2.0
#include "slipway/graph/internal/tensor_codec.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/testing/is_invalid.h"
#include "slipway/tensor/bytes_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::graph {
namespace {

using onnx::TensorProto;
using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TensorProto ProtoOf(TensorProto::DataType type, std::int64_t count) {
  TensorProto proto;
  proto.set_data_type(type);
  proto.add_dims(count);
  return proto;
}

TEST(TensorCodecTest, ReadsTypedFields) {
  TensorProto floats = ProtoOf(TensorProto::FLOAT, 1);
  floats.add_float_data(1.5F);
  TensorProto doubles = ProtoOf(TensorProto::DOUBLE, 1);
  doubles.add_double_data(2.5);
  TensorProto longs = ProtoOf(TensorProto::INT64, 1);
  longs.add_int64_data(-3);
  TensorProto unsigned_longs = ProtoOf(TensorProto::UINT64, 1);
  unsigned_longs.add_uint64_data(4);
  TensorProto unsigned_ints = ProtoOf(TensorProto::UINT32, 1);
  unsigned_ints.add_uint64_data(5);

  ASSERT_OK_AND_ASSIGN(const Tensor a, DecodeTensor(floats, {}));
  ASSERT_OK_AND_ASSIGN(const Tensor b, DecodeTensor(doubles, {}));
  ASSERT_OK_AND_ASSIGN(const Tensor c, DecodeTensor(longs, {}));
  ASSERT_OK_AND_ASSIGN(const Tensor d, DecodeTensor(unsigned_longs, {}));
  ASSERT_OK_AND_ASSIGN(const Tensor e, DecodeTensor(unsigned_ints, {}));

  EXPECT_THAT(a.elements<float>(), ElementsAre(1.5F));
  EXPECT_THAT(b.elements<double>(), ElementsAre(2.5));
  EXPECT_THAT(c.elements<std::int64_t>(), ElementsAre(-3));
  EXPECT_THAT(d.elements<std::uint64_t>(), ElementsAre(4));
  EXPECT_THAT(e.elements<std::uint32_t>(), ElementsAre(5));
}

TEST(TensorCodecTest, ReadsNarrowTypesFromInt32Data) {
  TensorProto bytes = ProtoOf(TensorProto::INT8, 2);
  bytes.add_int32_data(-128);
  bytes.add_int32_data(127);
  TensorProto halves = ProtoOf(TensorProto::FLOAT16, 1);
  halves.add_int32_data(0x3C00);
  TensorProto nibbles = ProtoOf(TensorProto::INT4, 3);
  nibbles.add_int32_data(0x21);
  nibbles.add_int32_data(0x0F);
  TensorProto bools = ProtoOf(TensorProto::BOOL, 1);
  bools.add_int32_data(1);

  ASSERT_OK_AND_ASSIGN(const Tensor a, DecodeTensor(bytes, {}));
  ASSERT_OK_AND_ASSIGN(const Tensor b, DecodeTensor(halves, {}));
  ASSERT_OK_AND_ASSIGN(const Tensor c, DecodeTensor(nibbles, {}));
  ASSERT_OK_AND_ASSIGN(const Tensor d, DecodeTensor(bools, {}));

  EXPECT_THAT(a.elements<std::int8_t>(), ElementsAre(-128, 127));
  EXPECT_EQ(AsText(b.bytes()), std::string_view("\x00\x3C", 2));
  EXPECT_EQ(AsText(c.bytes()), "\x21\x0F");
  EXPECT_THAT(d.elements<bool>(), ElementsAre(true));
}

TEST(TensorCodecTest, RefusesValuesOutOfTheRangeOfTheirType) {
  TensorProto bytes = ProtoOf(TensorProto::UINT8, 1);
  bytes.add_int32_data(256);
  TensorProto ints = ProtoOf(TensorProto::UINT32, 1);
  ints.add_uint64_data(std::uint64_t{1} << 32U);
  TensorProto bools = ProtoOf(TensorProto::BOOL, 1);
  bools.set_raw_data("\x02");
  TensorProto typed_bools = ProtoOf(TensorProto::BOOL, 1);
  typed_bools.add_int32_data(2);

  EXPECT_THAT(DecodeTensor(bytes, {}), IsInvalid("range of uint8"));
  EXPECT_THAT(DecodeTensor(ints, {}), IsInvalid("range of uint32"));
  EXPECT_THAT(DecodeTensor(bools, {}), IsInvalid("bool"));
  EXPECT_THAT(DecodeTensor(typed_bools, {}), IsInvalid("bool"));
}

TEST(TensorCodecTest, RefusesTypesAndFormsItDoesNotHandle) {
  TensorProto segment = ProtoOf(TensorProto::FLOAT, 1);
  segment.mutable_segment()->set_begin(0);

  EXPECT_THAT(DecodeTensor(ProtoOf(TensorProto::COMPLEX64, 1), {}), IsInvalid("type 14"));
  EXPECT_THAT(DecodeTensor(segment, {}), IsInvalid("segments"));
}

TEST(TensorCodecTest, RefusesAsManyValuesAsTheShapeHasNot) {
  TensorProto strings = ProtoOf(TensorProto::STRING, 2);
  strings.add_string_data("one");
  TensorProto raw = ProtoOf(TensorProto::INT4, 3);
  raw.set_raw_data("1");

  EXPECT_THAT(DecodeTensor(strings, {}), IsInvalid("asks for 2 strings, the file has 1"));
  EXPECT_THAT(DecodeTensor(raw, {}), IsInvalid("has 2 bytes, got 1"));
  EXPECT_THAT(DecodeTensor(ProtoOf(TensorProto::INT64, 1), {}), IsInvalid("the file has 0"));
}

TEST(TensorCodecTest, KeepsStringsWithAnyBytes) {
  TensorProto strings = ProtoOf(TensorProto::STRING, 2);
  strings.add_string_data(std::string("a\0b", 3));
  strings.add_string_data("\xFF");

  ASSERT_OK_AND_ASSIGN(const Tensor tensor, DecodeTensor(strings, {}));
  TensorProto written;
  ASSERT_OK(EncodeTensor(tensor, written));

  EXPECT_EQ(tensor.dtype(), DataType::kBytes);
  EXPECT_EQ(written.SerializeAsString(), strings.SerializeAsString());
}

class TensorCodecTypeTest : public ::testing::TestWithParam<DataType> {};

TEST_P(TensorCodecTypeTest, ReadsBackWhatItWrote) {
  ASSERT_OK_AND_ASSIGN(Tensor tensor, Tensor::Zeros(GetParam(), {3, 3}));
  for (std::byte& byte : tensor.mutable_bytes()) byte = std::byte{1};

  TensorProto proto;
  ASSERT_OK(EncodeTensor(tensor, proto));
  ASSERT_OK_AND_ASSIGN(const Tensor read, DecodeTensor(proto, {}));

  EXPECT_EQ(read.dtype(), GetParam());
  EXPECT_EQ(read.shape(), Shape({3, 3}));
  EXPECT_EQ(AsText(read.bytes()), AsText(tensor.bytes()));
}

INSTANTIATE_TEST_SUITE_P(AllFixedSizeTypes, TensorCodecTypeTest,
                         ::testing::Values(DataType::kBool, DataType::kUint8, DataType::kUint16,
                                           DataType::kUint32, DataType::kUint64, DataType::kInt8,
                                           DataType::kInt16, DataType::kInt32, DataType::kInt64,
                                           DataType::kFloat16, DataType::kBfloat16,
                                           DataType::kFloat32, DataType::kFloat64, DataType::kUint4,
                                           DataType::kInt4, DataType::kUint2, DataType::kInt2),
                         [](const auto& type) { return std::string(DataTypeName(type.param)); });

}  // namespace
}  // namespace slipway::graph
