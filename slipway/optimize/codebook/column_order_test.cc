// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/column_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace slipway::codebook {
namespace {

// Columns of which each has an energy of its own and some are alike.
std::vector<float> Matrix(const MatrixLayout& layout) {
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  std::vector<float> matrix(layout.rows * layout.columns);
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    const std::size_t c = i % layout.columns;
    const float energy = c % 3 == 0 ? 5.0F : 0.3F;
    matrix[i] = c % 5 == 4 ? 0.9F * matrix[i - 1] : energy * normal(random);
  }
  return matrix;
}

std::vector<std::uint16_t> AsItIs(std::size_t columns) {
  std::vector<std::uint16_t> order(columns);
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  return order;
}

TEST(ColumnOrderTest, HasEachColumnOnce) {
  for (const std::int64_t columns : {1, 2, 7, 24}) {
    const MatrixLayout layout = RowsFirst(Shape({9, columns}));
    std::vector<std::uint16_t> order =
        FindColumnOrder(layout, Matrix(layout), {.vector_length = 4, .attempts = 50});
    std::ranges::sort(order);
    EXPECT_EQ(order, AsItIs(static_cast<std::size_t>(columns)));
  }
}

TEST(ColumnOrderTest, MakesTheDeterminantSmaller) {
  const MatrixLayout layout = RowsFirst(Shape({20, 24}));
  const std::vector<float> matrix = Matrix(layout);

  const auto order = FindColumnOrder(layout, matrix, {.vector_length = 4, .attempts = 200});

  EXPECT_LT(LogDeterminant(layout, matrix, order, 4),
            LogDeterminant(layout, matrix, AsItIs(24), 4) - 1);
}

TEST(ColumnOrderTest, GetsNoWorseWithMoreAttempts) {
  const MatrixLayout layout = RowsFirst(Shape({12, 16}));
  const std::vector<float> matrix = Matrix(layout);
  double least = LogDeterminant(layout, matrix, AsItIs(16), 4);
  for (const std::size_t attempts : {0U, 20U, 100U, 300U}) {
    const auto order = FindColumnOrder(layout, matrix, {.vector_length = 4, .attempts = attempts});
    const double value = LogDeterminant(layout, matrix, order, 4);
    EXPECT_LE(value, least + 1e-6);
    least = value;
  }
}

TEST(ColumnOrderTest, KnowsTheDeterminantOfASimpleMatrix) {
  // Vectors (1, 0), (0, 2), whose products sum to a diagonal of 1 and 4.
  const MatrixLayout layout = RowsFirst(Shape({2, 2}));
  EXPECT_NEAR(LogDeterminant(layout, std::vector<float>{1, 0, 0, 2}, AsItIs(2), 2), std::log(4),
              1e-6);
}

}  // namespace
}  // namespace slipway::codebook
