// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/tensor_text.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/tensor/bytes_layout.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace slipway::serving {
namespace {

template <typename T, std::size_t n>
std::string Text(DataType dtype, const std::array<T, n>& values) {
  return TensorText(
      {dtype, Shape({static_cast<std::int64_t>(n)}), std::as_bytes(std::span(values))});
}

TEST(TensorTextTest, WritesIntegersInFull) {
  EXPECT_EQ(Text(DataType::kInt64, std::array{std::numeric_limits<std::int64_t>::min()}),
            "-9223372036854775808");
  EXPECT_EQ(Text(DataType::kUint8, std::array<std::uint8_t, 2>{0, 255}), "0,255");
  EXPECT_EQ(Text(DataType::kInt8, std::array<std::int8_t, 2>{-128, 65}), "-128,65");
}

TEST(TensorTextTest, WritesFloatsSoThatTheyReadBackAsTheyAre) {
  EXPECT_EQ(Text(DataType::kFloat32, std::array{0.1F, -2.0F}), "0.1,-2");
  EXPECT_EQ(Text(DataType::kFloat64, std::array{0.1}), "0.1");
}

TEST(TensorTextTest, WritesHalfFloatsByTheirValue) {
  // 1, -2, 2^-24, infinity.
  const std::array<std::uint16_t, 4> halves = {0x3C00, 0xC000, 0x0001, 0x7C00};

  EXPECT_EQ(Text(DataType::kFloat16, halves), "1,-2,5.9604645e-08,inf");
}

TEST(TensorTextTest, WritesBfloatsByTheirValue) {
  EXPECT_EQ(Text(DataType::kBfloat16, std::array<std::uint16_t, 2>{0x3F80, 0xC000}), "1,-2");
}

TEST(TensorTextTest, WritesTruthAsZeroAndOne) {
  EXPECT_EQ(Text(DataType::kBool, std::array{true, false}), "1,0");
}

TEST(TensorTextTest, WritesStringsInQuotes) {
  std::string bytes;
  ASSERT_OK(AppendBytesElement(bytes, "a,\"b"));
  ASSERT_OK(AppendBytesElement(bytes, ""));

  EXPECT_EQ(TensorText({DataType::kBytes, Shape({2}), AsBytes(bytes)}), R"("a,\"b","")");
}

TEST(TensorTextTest, IsEmptyForATensorWithoutElements) {
  EXPECT_EQ(TensorText({DataType::kFloat32, Shape({0}), {}}), "");
}

}  // namespace
}  // namespace slipway::serving
