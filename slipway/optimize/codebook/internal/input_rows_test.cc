// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/input_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace slipway::codebook {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// 1, 2, 3, ...
Tensor Counting(const Shape& shape) {
  std::vector<float> elements(static_cast<std::size_t>(shape.element_count()));
  std::iota(elements.begin(), elements.end(), 1.0F);
  return Tensor::Of<float>(shape, elements);
}

graph::Node NodeOf(std::string op_type, std::vector<graph::Attribute> attributes = {}) {
  graph::Node node;
  node.op_type = std::move(op_type);
  node.attributes = std::move(attributes);
  return node;
}

std::vector<float> Rows(const graph::Node& node, const MatrixLayout& layout, const Tensor& input) {
  return InputRows::Create(node, layout)->Sample(input.view(), 1000);
}

TEST(InputRowsTest, TakesTheRowsOfAMatrixProduct) {
  const MatrixLayout layout = ColumnsFirst(Shape({2, 5}));
  EXPECT_THAT(Rows(NodeOf("MatMul"), layout, Counting(Shape({1, 2, 2}))), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Rows(NodeOf("Gemm"), layout, Counting(Shape({1, 3}))), IsEmpty());
}

TEST(InputRowsTest, TakesThePatchesOfAConvolution) {
  // One channel, 2×3, under a kernel of 2×2.
  const auto rows =
      Rows(NodeOf("Conv"), RowsFirst(Shape({4, 1, 2, 2})), Counting(Shape({1, 1, 2, 3})));
  EXPECT_THAT(rows, ElementsAre(1, 2, 4, 5, 2, 3, 5, 6));
}

TEST(InputRowsTest, TakesChannelsOneAfterTheOther) {
  const auto rows = Rows(NodeOf("Conv"), RowsFirst(Shape({4, 2, 2})), Counting(Shape({1, 2, 3})));
  EXPECT_THAT(rows, ElementsAre(1, 2, 4, 5, 2, 3, 5, 6));
}

TEST(InputRowsTest, TakesTheChannelsOfEachGroup) {
  const graph::Node node = NodeOf("Conv", {{"group", std::int64_t{2}}});
  auto rows = InputRows::Create(node, RowsFirst(Shape({4, 1, 2})));
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->groups(), 2);
  EXPECT_THAT(rows->Sample(Counting(Shape({1, 2, 3})).view(), 1000),
              ElementsAre(1, 2, 4, 5, 2, 3, 5, 6));
  EXPECT_THAT(rows->Sample(Counting(Shape({1, 1, 3})).view(), 1000), IsEmpty());
}

TEST(InputRowsTest, MindsPadsStridesAndDilations) {
  const graph::Node node = NodeOf("Conv", {{"pads", std::vector<std::int64_t>{1, 2}},
                                           {"strides", std::vector<std::int64_t>{3}},
                                           {"dilations", std::vector<std::int64_t>{2}}});
  // 0 | 1 2 3 4 5 | 0 0 with the kernel at 0 and 3.
  const auto rows = Rows(node, RowsFirst(Shape({4, 1, 2})), Counting(Shape({1, 1, 5})));
  EXPECT_THAT(rows, ElementsAre(0, 2, 3, 5));
}

TEST(InputRowsTest, ChoosesSomeIfThereAreMore) {
  auto rows = InputRows::Create(NodeOf("MatMul"), ColumnsFirst(Shape({2, 5})));
  const std::vector<float> chosen = rows->Sample(Counting(Shape({100, 2})).view(), 7);
  ASSERT_EQ(chosen.size(), 14);
  for (std::size_t i = 0; i < 14; i += 2) EXPECT_EQ(chosen[i] + 1, chosen[i + 1]);
}

TEST(InputRowsTest, LeavesWhatItCannotRead) {
  const MatrixLayout kernel = RowsFirst(Shape({4, 1, 3, 3}));
  EXPECT_FALSE(InputRows::Create(NodeOf("Conv", {{"group", std::int64_t{3}}}), kernel));
  EXPECT_FALSE(
      InputRows::Create(NodeOf("Conv", {{"auto_pad", std::string("SAME_UPPER")}}), kernel));
  EXPECT_FALSE(InputRows::Create(NodeOf("Conv", {{"pads", std::vector<std::int64_t>{1}}}), kernel));
  EXPECT_FALSE(InputRows::Create(NodeOf("Gemm", {{"transA", std::int64_t{1}}}),
                                 ColumnsFirst(Shape({2, 5}))));
}

}  // namespace
}  // namespace slipway::codebook
