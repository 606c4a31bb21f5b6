// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/nested_json_writer.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/tensor/bytes_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <string>
#include <vector>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

std::string Written(const TensorView& tensor, BytesForm form = BytesForm::kText) {
  std::string json = "x";
  EXPECT_TRUE(NestedJsonWriter::Create(tensor, form)->Append(json));
  return json.substr(1);
}

Tensor CountUp(const Shape& shape) {
  std::vector<std::int32_t> elements(static_cast<std::size_t>(shape.element_count()));
  std::iota(elements.begin(), elements.end(), 0);
  return Tensor::Of<std::int32_t>(shape, elements);
}

TEST(NestedJsonWriterTest, WritesOneLevelADimension) {
  EXPECT_EQ(Written(CountUp({}).view()), "0");
  EXPECT_EQ(Written(CountUp({3}).view()), "[0,1,2]");
  EXPECT_EQ(Written(CountUp({2, 1, 2}).view()), "[[[0,1]],[[2,3]]]");
  EXPECT_EQ(Written(CountUp({0, 2}).view()), "[]");
  EXPECT_EQ(Written(CountUp({2, 0}).view()), "[[],[]]");
}

TEST(NestedJsonWriterTest, WritesSingleRows) {
  const Tensor tensor = CountUp({3, 2});
  std::string json;

  ASSERT_OK_AND_ASSIGN(const NestedJsonWriter writer,
                       NestedJsonWriter::Create(tensor.view(), BytesForm::kText));
  ASSERT_OK(writer.AppendRow(json, 2));
  ASSERT_OK(writer.AppendRow(json, 0));

  EXPECT_EQ(json, "[4,5][0,1]");
}

TEST(NestedJsonWriterTest, WritesBytesInEitherForm) {
  std::string layout;
  ASSERT_OK(AppendBytesElement(layout, "a"));
  ASSERT_OK(AppendBytesElement(layout, std::string_view("\0\xff", 2)));
  const TensorView both{DataType::kBytes, {2, 1}, AsBytes(layout)};

  EXPECT_EQ(Written(both, BytesForm::kBase64), R"([[{"b64":"YQ=="}],[{"b64":"AP8="}]])");
  std::string json;
  ASSERT_OK_AND_ASSIGN(const NestedJsonWriter writer,
                       NestedJsonWriter::Create(both, BytesForm::kText));
  ASSERT_OK(writer.AppendRow(json, 0));
  EXPECT_EQ(json, R"(["a"])");
  EXPECT_THAT(writer.Append(json), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("element 1")));
}

TEST(NestedJsonWriterTest, RefusesWhatJsonCannotCarry) {
  const Tensor tensor =
      Tensor::Of<double>({1}, std::vector{std::numeric_limits<double>::infinity()});
  std::string json;

  ASSERT_OK_AND_ASSIGN(const NestedJsonWriter writer,
                       NestedJsonWriter::Create(tensor.view(), BytesForm::kText));

  EXPECT_THAT(writer.Append(json), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("not finite")));
  EXPECT_FALSE(NestedJsonWriter::Create({DataType::kInt8, {2}, {}}, BytesForm::kText));
}

}  // namespace
}  // namespace slipway::api
