// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/codebook_tensor.h"

#include "slipway/optimize/codebook/testing/random_coded_weight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::codebook {
namespace {

using ::testing::ElementsAreArray;

TEST(CodebookTensorTest, IsAListOfNumbersForSingleWeights) {
  const CodedWeight coded = RandomCodedWeight({.shape = Shape({4, 6}), .entries = 8});

  const Tensor tensor = CodebookTensor(coded);

  EXPECT_EQ(tensor.shape(), Shape({8}));
  EXPECT_THAT(tensor.elements<float>(), ElementsAreArray(coded.codebook));
}

TEST(CodebookTensorTest, HasTheVectorsOfAllStages) {
  const CodedWeight coded =
      RandomCodedWeight({.shape = Shape({4, 6}), .entries = 8, .vector_length = 3, .stages = 2});

  EXPECT_EQ(CodebookTensor(coded).shape(), Shape({16, 3}));
}

TEST(CodebookTensorTest, IsOfFloat16WhereEntriesAre) {
  CodedWeight coded = RandomCodedWeight(
      {.shape = Shape({4, 6}), .entries = 2, .storage = CodebookStorage::kFloat16});
  coded.codebook = {1, -2};

  const Tensor tensor = CodebookTensor(coded);

  ASSERT_EQ(tensor.dtype(), DataType::kFloat16);
  const auto bytes = tensor.bytes();
  // 1 is 0x3C00 and -2 is 0xC000, little-endian.
  EXPECT_EQ(std::vector<std::byte>(bytes.begin(), bytes.end()),
            (std::vector<std::byte>{std::byte{0}, std::byte{0x3C}, std::byte{0}, std::byte{0xC0}}));
}

}  // namespace
}  // namespace slipway::codebook
