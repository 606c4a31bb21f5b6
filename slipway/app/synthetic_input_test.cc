// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/synthetic_input.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::app {
namespace {

using slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Lt;

const runtime::TensorSpec kImage = {"image", DataType::kFloat32, {-1, 3}};
const runtime::TensorSpec kWords = {"words", DataType::kInt64, {-1, -1}};
const runtime::TensorSpec kText = {"text", DataType::kBytes, {2}};

Result<std::vector<NamedTensor>> Make(const std::vector<runtime::TensorSpec>& inputs,
                                      const SyntheticShapes& shapes = {}) {
  return MakeSyntheticInputs(inputs, shapes);
}

TEST(SyntheticInputTest, TakesTheBatchForAFreeFirstSize) {
  ASSERT_OK_AND_ASSIGN(const auto inputs, Make({kImage}, {.batch = 4}));

  ASSERT_EQ(inputs.size(), 1U);
  EXPECT_EQ(inputs[0].name, "image");
  EXPECT_EQ(inputs[0].tensor.shape(), Shape({4, 3}));
}

TEST(SyntheticInputTest, FillsFloatsFromZeroToOneAndTheSameEachTime) {
  ASSERT_OK_AND_ASSIGN(const auto once, Make({kImage}, {.batch = 100}));
  ASSERT_OK_AND_ASSIGN(const auto again, Make({kImage}, {.batch = 100}));

  EXPECT_THAT(once[0].tensor.elements<float>(), Each(AllOf(Ge(0), Lt(1))));
  EXPECT_EQ(AsText(once[0].tensor.bytes()), AsText(again[0].tensor.bytes()));
}

TEST(SyntheticInputTest, FillsStringsWithNothing) {
  ASSERT_OK_AND_ASSIGN(const auto inputs, Make({kText}));

  EXPECT_EQ(inputs[0].tensor.dtype(), DataType::kBytes);
  EXPECT_TRUE(CheckByteCount(inputs[0].tensor.view()).has_value());
}

TEST(SyntheticInputTest, TakesTheShapeThatIsGiven) {
  SyntheticShapes shapes;
  ASSERT_OK(AddShape("words:2,7", shapes));

  ASSERT_OK_AND_ASSIGN(const auto inputs, Make({kWords}, shapes));

  EXPECT_THAT(inputs[0].tensor.shape().sizes(), ElementsAre(2, 7));
}

TEST(SyntheticInputTest, AsksForTheShapeOfAFreeSize) {
  EXPECT_THAT(Make({kWords}), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("--shape words:")));
}

TEST(SyntheticInputTest, RefusesShapesThatDoNotFit) {
  EXPECT_THAT(Make({kImage}, {.shapes = {{"image", {1, 4}}}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("[1,4] does not fit")));
  EXPECT_THAT(Make({kImage}, {.shapes = {{"image", {3}}}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("does not fit")));
  EXPECT_THAT(Make({kImage}, {.shapes = {{"sound", {3}}}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("no such input")));
}

TEST(SyntheticInputTest, RefusesTextThatIsNoShape) {
  SyntheticShapes shapes;

  for (const std::string_view text : {"words", ":1", "words:1,", "words:1;2", "words:-1"}) {
    EXPECT_THAT(AddShape(text, shapes),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("NAME:D1,D2")));
  }
}

TEST(SyntheticInputTest, TakesAScalarsShape) {
  SyntheticShapes shapes;

  ASSERT_OK(AddShape("scale:", shapes));

  EXPECT_TRUE(shapes.shapes.at("scale").empty());
}

}  // namespace
}  // namespace slipway::app
