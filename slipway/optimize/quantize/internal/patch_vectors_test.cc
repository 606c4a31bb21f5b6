// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/internal/patch_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>

namespace slipway::quantize {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr std::size_t kWholeRange = 1000;

// 0, 1, 2, ... in order.
Tensor Counted(const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.element_count()));
  std::iota(values.begin(), values.end(), 0.0F);
  return Tensor::Of<float>(shape, values);
}

TEST(PatchVectorsTest, HasWhatTheKernelIsMultipliedByAtEachPlace) {
  const Tensor input = Counted(Shape({1, 2, 2, 3}));
  EXPECT_THAT(PatchVectors(input.view(), {.kernel = {2, 2}}, kWholeRange),
              ElementsAre(0, 1, 3, 4, 6, 7, 9, 10, 1, 2, 4, 5, 7, 8, 10, 11));
}

TEST(PatchVectorsTest, HasZerosWhereTheInputIsPadded) {
  const Tensor input = Counted(Shape({1, 1, 1, 2}));
  EXPECT_THAT(PatchVectors(input.view(), {.kernel = {1, 3}, .pads = {0, 1, 0, 1}}, kWholeRange),
              ElementsAre(0, 0, 1, 0, 1, 0));
}

TEST(PatchVectorsTest, StepsByStridesAndDilations) {
  const Tensor input = Counted(Shape({1, 1, 1, 7}));
  EXPECT_THAT(PatchVectors(input.view(), {.kernel = {1, 2}, .strides = {1, 2}, .dilations = {1, 3}},
                           kWholeRange),
              ElementsAre(0, 3, 2, 5));
}

TEST(PatchVectorsTest, TakesSomePlacesOfEachSampleIfThereAreMore) {
  const Tensor input = Counted(Shape({2, 1, 2, 4}));
  EXPECT_THAT(PatchVectors(input.view(), {.kernel = {1, 1}}, 4),
              ElementsAre(0, 2, 4, 6, 8, 10, 12, 14));
}

TEST(PatchVectorsTest, HasNoneWhereTheKernelDoesNotFit) {
  const Tensor input = Counted(Shape({1, 1, 2, 2}));
  EXPECT_THAT(PatchVectors(input.view(), {.kernel = {3, 3}}, kWholeRange), SizeIs(0));
}

TEST(PatchVectorsTest, TakesItsGeometryFromTheNode) {
  graph::Node node;
  node.op_type = "Conv";
  node.attributes = {{"strides", std::vector<std::int64_t>{2, 1}},
                     {"pads", std::vector<std::int64_t>{1, 2, 3, 4}}};

  const auto geometry = PatchGeometryOf(node, Shape({8, 4, 3, 5}));

  EXPECT_EQ(geometry, (PatchGeometry{.kernel = {3, 5}, .strides = {2, 1}, .pads = {1, 2, 3, 4}}));
}

TEST(PatchVectorsTest, KnowsNoGeometryOfGroupsOtherRanksAndAutomaticPads) {
  graph::Node grouped;
  grouped.attributes = {{"group", std::int64_t{2}}};
  graph::Node padded;
  padded.attributes = {{"auto_pad", std::string("SAME_UPPER")}};

  EXPECT_FALSE(PatchGeometryOf(grouped, Shape({8, 4, 3, 3})));
  EXPECT_FALSE(PatchGeometryOf(padded, Shape({8, 4, 3, 3})));
  EXPECT_FALSE(PatchGeometryOf({}, Shape({8, 4, 3})));
}

}  // namespace
}  // namespace slipway::quantize
