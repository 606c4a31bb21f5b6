// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/output_cutter.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace slipway::serving {
namespace {

using std::string_literals::operator""s;
using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

SharedTensor SharedFloats(const Shape& shape, const std::vector<float>& elements) {
  auto tensor = std::make_shared<Tensor>(Tensor::Of(shape, std::span(elements)));
  return {tensor->view(), tensor};
}

SharedTensor Strings(std::int64_t count, const std::string& bytes) {
  auto owner = std::make_shared<std::string>(bytes);
  return {{DataType::kBytes, Shape({count}), AsBytes(*owner)}, owner};
}

TEST(OutputCutterTest, CutsEachOutputByRowsWithoutCopying) {
  const SharedTensor scores = SharedFloats({3, 2}, {1, 2, 3, 4, 5, 6});
  const SharedTensor best = SharedFloats({3}, {7, 8, 9});
  ASSERT_OK_AND_ASSIGN(OutputCutter cutter, OutputCutter::Create({scores, best}, 3));

  ASSERT_OK_AND_ASSIGN(const std::vector<SharedTensor> first, cutter.Next(1));
  ASSERT_OK_AND_ASSIGN(const std::vector<SharedTensor> second, cutter.Next(2));

  EXPECT_EQ(first[0].view.shape, Shape({1, 2}));
  EXPECT_THAT(first[0].view.elements<float>(), ElementsAre(1, 2));
  EXPECT_THAT(first[1].view.elements<float>(), ElementsAre(7));
  EXPECT_EQ(second[0].view.shape, Shape({2, 2}));
  EXPECT_THAT(second[0].view.elements<float>(), ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(second[1].view.elements<float>(), ElementsAre(8, 9));
  EXPECT_EQ(second[0].view.bytes.data(), scores.view.bytes.data() + 8);
  EXPECT_EQ(second[0].owner, scores.owner);
}

TEST(OutputCutterTest, CutsStringsByTheirLengths) {
  ASSERT_OK_AND_ASSIGN(OutputCutter cutter,
                       OutputCutter::Create({Strings(3, "\1\0\0\0a\0\0\0\0\2\0\0\0bc"s)}, 3));

  ASSERT_OK_AND_ASSIGN(const std::vector<SharedTensor> first, cutter.Next(2));
  ASSERT_OK_AND_ASSIGN(const std::vector<SharedTensor> second, cutter.Next(1));

  EXPECT_EQ(AsText(first[0].view.bytes), "\1\0\0\0a\0\0\0\0"s);
  EXPECT_EQ(AsText(second[0].view.bytes), "\2\0\0\0bc"s);
}

TEST(OutputCutterTest, GivesNoBytesForNoRows) {
  ASSERT_OK_AND_ASSIGN(OutputCutter cutter,
                       OutputCutter::Create({SharedFloats({1, 2}, {1, 2})}, 1));

  ASSERT_OK_AND_ASSIGN(const std::vector<SharedTensor> none, cutter.Next(0));

  EXPECT_EQ(none[0].view.shape, Shape({0, 2}));
  EXPECT_TRUE(none[0].view.bytes.empty());
}

TEST(OutputCutterTest, RefusesOutputsWithoutTheRowsOfTheBatch) {
  EXPECT_THAT(OutputCutter::Create({SharedFloats({2, 2}, {1, 2, 3, 4})}, 3),
              FailsWith(ErrorCode::kInternal, HasSubstr("given 3 rows")));
  EXPECT_THAT(OutputCutter::Create({SharedFloats({}, {1})}, 1),
              FailsWith(ErrorCode::kInternal, HasSubstr("shape []")));
}

TEST(OutputCutterTest, RefusesRowsThatEndWithinAByte) {
  const SharedTensor packed = {{DataType::kInt4, Shape({2, 1}), {}}, nullptr};

  EXPECT_THAT(OutputCutter::Create({packed}, 2),
              FailsWith(ErrorCode::kInternal, HasSubstr("within a byte")));
}

TEST(OutputCutterTest, RefusesStringsThatEndTooEarly) {
  ASSERT_OK_AND_ASSIGN(OutputCutter short_length, OutputCutter::Create({Strings(1, "\1\0\0"s)}, 1));
  ASSERT_OK_AND_ASSIGN(OutputCutter short_element,
                       OutputCutter::Create({Strings(1, "\2\0\0\0a"s)}, 1));

  EXPECT_THAT(short_length.Next(1), FailsWith(ErrorCode::kInternal, HasSubstr("too few bytes")));
  EXPECT_THAT(short_element.Next(1), FailsWith(ErrorCode::kInternal, HasSubstr("too few bytes")));
}

TEST(OutputCutterTest, GivesEachRequestAsManyElementsAsItsInputHas) {
  const SharedTensor flat = SharedFloats({5}, {1, 2, 3, 4, 5});
  const SharedTensor by_rows = SharedFloats({2}, {6, 7});
  ASSERT_OK_AND_ASSIGN(OutputCutter cutter, OutputCutter::Create({flat, by_rows}, 2, {1}));
  const std::array<TensorView, 2> a = {TensorView(), TensorView{DataType::kFloat32, {1, 3}, {}}};
  const std::array<TensorView, 2> b = {TensorView(), TensorView{DataType::kFloat32, {1, 2}, {}}};

  ASSERT_OK_AND_ASSIGN(const std::vector<SharedTensor> first, cutter.Next(1, a));
  EXPECT_THAT(cutter.Finish(), FailsWith(ErrorCode::kInternal, HasSubstr("shape [5]")));
  ASSERT_OK_AND_ASSIGN(const std::vector<SharedTensor> second, cutter.Next(1, b));

  ASSERT_OK(cutter.Finish());
  EXPECT_EQ(first[0].view.shape, Shape({1, 3}));
  EXPECT_THAT(first[0].view.elements<float>(), ElementsAre(1, 2, 3));
  EXPECT_THAT(second[0].view.elements<float>(), ElementsAre(4, 5));
  EXPECT_THAT(second[1].view.elements<float>(), ElementsAre(7));
}

}  // namespace
}  // namespace slipway::serving
