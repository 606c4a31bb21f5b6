// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/coded_weight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace slipway::codebook {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

// Two rows of three columns in vectors of two, of which the last is half used.
CodedWeight SmallWeight() {
  return {.layout = RowsFirst(Shape({2, 3})),
          .vector_length = 2,
          .entries = 3,
          .codes = {0, 1, 2, 0},
          .codebook = {1, 2, 3, 4, 5, 6}};
}

TEST(CodedWeightTest, PutsTheEntriesOfTheCodesInARow) {
  EXPECT_THAT(DecodeMatrix(SmallWeight()), ElementsAre(1, 2, 3, 5, 6, 1));
}

TEST(CodedWeightTest, MultipliesEachRowByItsScale) {
  CodedWeight coded = SmallWeight();
  coded.scales = {2, 10};

  EXPECT_THAT(DecodeMatrix(coded), ElementsAre(2, 4, 6, 50, 60, 10));
}

TEST(CodedWeightTest, AddsTheStages) {
  CodedWeight coded = SmallWeight();
  coded.stages = 2;
  coded.codes.insert(coded.codes.end(), {1, 1, 0, 2});
  coded.codebook.insert(coded.codebook.end(), {10, 10, 20, 20, 30, 30});

  EXPECT_THAT(DecodeMatrix(coded), ElementsAre(21, 22, 23, 15, 16, 31));
}

TEST(CodedWeightTest, PutsEachColumnWhereItBelongs) {
  CodedWeight coded = SmallWeight();
  coded.column_order = {2, 0, 1};

  EXPECT_THAT(DecodeMatrix(coded), ElementsAre(2, 3, 1, 6, 1, 5));
}

TEST(CodedWeightTest, TurnsTheMatrixForATransposedTensor) {
  CodedWeight coded = SmallWeight();
  coded.layout = ColumnsFirst(Shape({3, 2}));

  const Tensor tensor = Decode(coded);

  EXPECT_EQ(tensor.shape(), Shape({3, 2}));
  EXPECT_THAT(tensor.elements<float>(), ElementsAre(1, 5, 2, 6, 3, 1));
}

TEST(CodedWeightTest, ReadsAMatrixFromATensorAndPutsItBack) {
  std::vector<float> elements(12);
  std::iota(elements.begin(), elements.end(), 1.0F);
  for (const MatrixLayout& layout : {RowsFirst(Shape({3, 2, 2})), ColumnsFirst(Shape({4, 3}))}) {
    EXPECT_EQ(layout.rows, 3);
    EXPECT_EQ(layout.columns, 4);
    const std::vector<float> matrix = ToMatrix(layout, elements);
    EXPECT_THAT(ToTensor(layout, matrix), ElementsAreArray(elements));
  }
}

TEST(CodedWeightTest, RoundsTheCodebookToWhatTheFileHolds) {
  CodedWeight coded = SmallWeight();
  coded.codebook[0] = 1.0001F;

  RoundCodebook(coded, CodebookStorage::kFloat16);

  EXPECT_EQ(coded.codebook[0], 1.0F);
  EXPECT_EQ(coded.codebook[5], 6.0F);
}

TEST(CodedWeightTest, CountsWhatTheFileHolds) {
  CodedWeight coded = SmallWeight();
  EXPECT_EQ(StoredBytes(coded), 1 + 6 * 4);
  coded.scales = {1, 1};
  coded.column_order = {0, 1, 2};
  coded.storage = CodebookStorage::kFloat16;
  EXPECT_EQ(StoredBytes(coded), 1 + 6 * 2 + 2 * 4 + 3 * 2);
}

}  // namespace
}  // namespace slipway::codebook
