// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/json_tensor_reader.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/tensor/bytes_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Tensor> Read(const std::string& text, DataType dtype, const Shape& shape) {
  JsonReader reader(text, text.size());
  Result<Tensor> tensor = ReadJsonTensor(reader, dtype, shape);
  if (tensor) SLIPWAY_TRY(reader.ReadEnd());
  return tensor;
}

constexpr auto kNumbers = std::to_array<DataType>(
    {DataType::kUint8, DataType::kUint16, DataType::kUint32, DataType::kUint64, DataType::kInt8,
     DataType::kInt16, DataType::kInt32, DataType::kInt64, DataType::kFloat16, DataType::kBfloat16,
     DataType::kFloat32, DataType::kFloat64});

class JsonTensorReaderNumbersTest : public ::testing::TestWithParam<DataType> {};

TEST_P(JsonTensorReaderNumbersTest, ReadsFlatAndNestedDataAlike) {
  ASSERT_OK_AND_ASSIGN(const Tensor flat, Read("[1,2,3,4]", GetParam(), {2, 2}));

  for (const char* text : {"[[1,2],[3,4]]", " [ [ 1 , 2 ] , [ 3 , 4 ] ] ", "[[[1],[2]],3,[4]]",
                           "[\n1,\r\n2,\t3,4]", "[[],1,2,[3,[]],4]"}) {
    ASSERT_OK_AND_ASSIGN(const Tensor nested, Read(text, GetParam(), {2, 2}));
    EXPECT_EQ(AsText(nested.bytes()), AsText(flat.bytes())) << text;
  }
}

TEST_P(JsonTensorReaderNumbersTest, RefusesTooFewAndTooManyElements) {
  EXPECT_THAT(Read("[1,2,3]", GetParam(), {2, 2}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("has 4 elements, the data 3")));
  EXPECT_THAT(Read("[1,2,3,4,5]", GetParam(), {2, 2}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("has 4 elements, the data more")));
  EXPECT_THAT(Read("[]", GetParam(), {1}), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("0")));
}

TEST_P(JsonTensorReaderNumbersTest, ReadsEmptyTensors) {
  ASSERT_OK_AND_ASSIGN(const Tensor tensor, Read("[]", GetParam(), {0, 3}));

  EXPECT_EQ(tensor.bytes().size(), 0U);
  EXPECT_TRUE(Read("[[],[]]", GetParam(), {2, 0}));
}

TEST_P(JsonTensorReaderNumbersTest, RefusesBrokenArrays) {
  for (const char* text : {"[1,2,3,4",          "[1,2,3,",     "[1,2,3",
                           "[1,2,3,4}",         "[1,2,3,,4]",  "[1,2,3,4,]",
                           "[[1,2],[3,4],]",    "[1 2,3,4]",   "[1,2[3,4]]",
                           "[[1,2][3,4]]",      "[1,2,3,{}]",  "[1,2,3,\"4\"]",
                           "[1,2,3,null]",      "[1,2,3,NaN]", "[1,2,3,Infinity]",
                           "[1,2,3,-Infinity]", "[1,2,3,nan]", "[1,2,3,04]",
                           "[1,2,3,+4]",        "{\"a\":1}",   "1",
                           "\"AAAA\"",          "null",        "[,1,2,3]",
                           "[1,2,3,4]]"}) {
    EXPECT_THAT(Read(text, GetParam(), {4}), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("")))
        << text;
  }
}

TEST_P(JsonTensorReaderNumbersTest, RefusesDeepNesting) {
  const std::string fine = std::string(64, '[') + "1" + std::string(64, ']');
  EXPECT_TRUE(Read(fine, GetParam(), {1}));
  for (const std::size_t depth : {std::size_t{65}, std::size_t{1'000}, std::size_t{100'000}}) {
    const std::string deep = std::string(depth, '[') + "1" + std::string(depth, ']');
    EXPECT_THAT(Read(deep, GetParam(), {1}),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("64 levels")));
  }
}

INSTANTIATE_TEST_SUITE_P(AllTypes, JsonTensorReaderNumbersTest, ::testing::ValuesIn(kNumbers),
                         [](const auto& param) { return std::string(WireName(param.param)); });

TEST(JsonTensorReaderTest, KeepsIntegersOf64BitsExact) {
  ASSERT_OK_AND_ASSIGN(const Tensor large,
                       Read("[18446744073709551615,9007199254740993]", DataType::kUint64, {2}));
  ASSERT_OK_AND_ASSIGN(const Tensor small, Read("[-9223372036854775808]", DataType::kInt64, {1}));

  EXPECT_THAT(large.elements<std::uint64_t>(),
              ElementsAre(18446744073709551615U, 9007199254740993U));
  EXPECT_EQ(small.elements<std::int64_t>()[0], std::numeric_limits<std::int64_t>::min());
}

TEST(JsonTensorReaderTest, RefusesToWrap) {
  struct Case {
    DataType dtype;
    const char* value;
  };
  for (const Case& c : std::to_array<Case>({{DataType::kUint8, "256"},
                                            {DataType::kUint8, "-1"},
                                            {DataType::kInt8, "128"},
                                            {DataType::kUint16, "65536"},
                                            {DataType::kInt16, "-32769"},
                                            {DataType::kUint32, "4294967296"},
                                            {DataType::kInt32, "2147483648"},
                                            {DataType::kUint64, "18446744073709551616"},
                                            {DataType::kInt64, "9223372036854775808"},
                                            {DataType::kFloat16, "65520"},
                                            {DataType::kBfloat16, "3.4e38"},
                                            {DataType::kFloat32, "1e39"},
                                            {DataType::kFloat64, "1e309"},
                                            {DataType::kBool, "2"}})) {
    EXPECT_THAT(Read(fmt::format("[1,{}]", c.value), c.dtype, {2}),
                FailsWith(ErrorCode::kInvalidArgument,
                          HasSubstr(fmt::format("byte 3: \"{}\" is out of range", c.value))))
        << WireName(c.dtype);
  }
}

TEST(JsonTensorReaderTest, RefusesFractionsForIntegers) {
  EXPECT_THAT(Read("[1.5]", DataType::kInt32, {1}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"1.5\" is no whole number")));
}

TEST(JsonTensorReaderTest, SaysThatJsonHasNoNan) {
  EXPECT_THAT(Read("[NaN]", DataType::kFloat32, {1}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"NaN\" is no number")));
}

TEST(JsonTensorReaderTest, RoundsHalvesToEven) {
  ASSERT_OK_AND_ASSIGN(const Tensor tensor, Read("[1.00048828125,1.00146484375,65504,-0.0,6e-8]",
                                                 DataType::kFloat16, {5}));

  std::array<std::uint16_t, 5> bits;
  std::memcpy(bits.data(), tensor.bytes().data(), sizeof(bits));
  EXPECT_THAT(bits, ElementsAre(0x3C00, 0x3C02, 0x7BFF, 0x8000, 0x0001));
}

TEST(JsonTensorReaderTest, KeepsTheSignOfZero) {
  ASSERT_OK_AND_ASSIGN(const Tensor tensor, Read("[-0.0,-0]", DataType::kFloat32, {2}));

  EXPECT_TRUE(std::signbit(tensor.elements<float>()[0]));
  EXPECT_TRUE(std::signbit(tensor.elements<float>()[1]));
}

TEST(JsonTensorReaderTest, ReadsBools) {
  ASSERT_OK_AND_ASSIGN(const Tensor tensor, Read("[true,[false],1,0]", DataType::kBool, {4}));

  EXPECT_THAT(tensor.elements<bool>(), ElementsAre(true, false, true, false));
  EXPECT_FALSE(Read("[tru]", DataType::kBool, {1}));
  EXPECT_FALSE(Read("[truefalse]", DataType::kBool, {1}));
  EXPECT_FALSE(Read("[\"true\"]", DataType::kBool, {1}));
}

TEST(JsonTensorReaderTest, ReadsStringsWithAnyContent) {
  ASSERT_OK_AND_ASSIGN(const Tensor tensor,
                       Read(R"([["a\u0000b"],[""]])", DataType::kBytes, {2, 1}));

  ASSERT_OK_AND_ASSIGN(const auto elements, SplitBytesElements(tensor.bytes(), 2));
  EXPECT_THAT(elements, ElementsAre(std::string_view("a\0b", 3), ""));
  EXPECT_FALSE(Read("[1]", DataType::kBytes, {1}));
  EXPECT_THAT(Read(R"(["a"])", DataType::kBytes, {2}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("has 2 elements, the data 1")));
  EXPECT_THAT(Read(std::string(100'000, '['), DataType::kBytes, {1}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("64 levels")));
}

TEST(JsonTensorReaderTest, TakesNoMemoryForACountThatTheTextCannotHold) {
  EXPECT_THAT(Read("[1,2]", DataType::kFloat64, {std::int64_t{1} << 60U}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("the data 2")));
}

TEST(JsonTensorReaderTest, StopsAtTheLengthOfTheDocument) {
  const std::string text = "[1,2,3,4]";
  for (std::size_t length = 0; length < text.size(); ++length) {
    JsonReader reader(text, length);
    EXPECT_FALSE(ReadJsonTensor(reader, DataType::kFloat32, {4})) << length;
  }
}

}  // namespace
}  // namespace slipway::api
