// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/json_tensor_writer.h"

#include "slipway/api/internal/json_tensor_reader.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/tensor/bytes_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

template <typename T>
std::string Write(const std::vector<T>& elements) {
  const Tensor tensor = Tensor::Of<T>({static_cast<std::int64_t>(elements.size())}, elements);
  std::string out;
  const Status status = AppendJsonTensor(out, tensor.view());
  return status ? out : ToString(status.error());
}

TEST(JsonTensorWriterTest, WritesEachType) {
  EXPECT_EQ(Write<float>({0.1F, -2, 1e30F}), "[0.1,-2,1e+30]");
  EXPECT_EQ(Write<double>({0.1, 1.0 / 3}), "[0.1,0.3333333333333333]");
  EXPECT_EQ(Write<std::uint8_t>({0, 255}), "[0,255]");
  EXPECT_EQ(Write<std::int8_t>({-128}), "[-128]");
  EXPECT_EQ(Write<std::uint64_t>({std::numeric_limits<std::uint64_t>::max()}),
            "[18446744073709551615]");
  EXPECT_EQ(Write<std::int64_t>({std::numeric_limits<std::int64_t>::min()}),
            "[-9223372036854775808]");
  EXPECT_EQ(Write<float>({}), "[]");
}

TEST(JsonTensorWriterTest, WritesBools) {
  const std::array<std::byte, 2> bytes = {std::byte{1}, std::byte{0}};
  std::string out;

  ASSERT_OK(AppendJsonTensor(out, {DataType::kBool, {2}, bytes}));

  EXPECT_EQ(out, "[true,false]");
}

TEST(JsonTensorWriterTest, KeepsTheSignOfZero) {
  EXPECT_EQ(Write<float>({-0.0F, 0.0F}), "[-0.0,0]");
}

TEST(JsonTensorWriterTest, WritesHalvesExactly) {
  const std::array<std::uint16_t, 3> bits = {0x3C01, 0x0001, 0x7BFF};
  std::string out;

  ASSERT_OK(AppendJsonTensor(out, {DataType::kFloat16, {3}, std::as_bytes(std::span(bits))}));

  EXPECT_EQ(out, "[1.0009766,5.9604645e-08,65504]");
  JsonReader reader(out, out.size());
  ASSERT_OK_AND_ASSIGN(const Tensor back, ReadJsonTensor(reader, DataType::kFloat16, {3}));
  EXPECT_EQ(AsText(back.bytes()), AsText(std::as_bytes(std::span(bits))));
}

TEST(JsonTensorWriterTest, WritesNumbersThatReadBackBitForBit) {
  std::mt19937_64 random(3);
  std::vector<double> values;
  while (values.size() < 1'000) {
    const auto value = std::bit_cast<double>(random());
    if (std::isfinite(value)) values.push_back(value);
  }
  const Tensor tensor = Tensor::Of<double>({1'000}, values);
  std::string out;

  ASSERT_OK(AppendJsonTensor(out, tensor.view()));

  JsonReader reader(out, out.size());
  ASSERT_OK_AND_ASSIGN(const Tensor back, ReadJsonTensor(reader, DataType::kFloat64, {1'000}));
  EXPECT_EQ(AsText(back.bytes()), AsText(tensor.bytes()));
}

TEST(JsonTensorWriterTest, ReadsElementsAtAnyAlignment) {
  alignas(8) std::array<std::byte, 9> bytes = {};
  const double value = 1.5;
  std::memcpy(bytes.data() + 1, &value, sizeof(value));
  std::string out;

  ASSERT_OK(AppendJsonTensor(out, {DataType::kFloat64, {1}, std::span(bytes).subspan(1)}));

  EXPECT_EQ(out, "[1.5]");
}

TEST(JsonTensorWriterTest, RefusesWhatIsNotFiniteAndNamesTheWayOut) {
  const auto refusal = AllOf(HasSubstr("element 1 is not finite"), HasSubstr("binary_data"));
  EXPECT_THAT(Write<float>({1, std::nanf("")}), refusal);
  EXPECT_THAT(Write<double>({1, std::numeric_limits<double>::infinity()}), refusal);
  const std::array<std::uint16_t, 2> bits = {0, 0x7C00};
  std::string out;
  EXPECT_THAT(AppendJsonTensor(out, {DataType::kFloat16, {2}, std::as_bytes(std::span(bits))}),
              FailsWith(ErrorCode::kInvalidArgument, refusal));
}

TEST(JsonTensorWriterTest, WritesStringsAndRefusesThoseThatAreNotUtf8) {
  std::string layout;
  ASSERT_OK(AppendBytesElement(layout, std::string_view("a\0\"", 3)));
  ASSERT_OK(AppendBytesElement(layout, ""));
  std::string out;

  ASSERT_OK(AppendJsonTensor(out, {DataType::kBytes, {2}, AsBytes(layout)}));
  ASSERT_OK(AppendBytesElement(layout, "\xff"));

  EXPECT_EQ(out, R"(["a\u0000\"",""])");
  EXPECT_THAT(AppendJsonTensor(out, {DataType::kBytes, {3}, AsBytes(layout)}),
              FailsWith(ErrorCode::kInvalidArgument,
                        AllOf(HasSubstr("element 2 is not UTF-8"), HasSubstr("binary_data"))));
}

TEST(JsonTensorWriterTest, RefusesTypesThatTheWireHasNot) {
  std::string out;
  EXPECT_THAT(AppendJsonTensor(out, {DataType::kInt4, {0}, {}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("int4")));
}

}  // namespace
}  // namespace slipway::api
