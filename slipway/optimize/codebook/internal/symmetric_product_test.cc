// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/symmetric_product.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::codebook {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

TEST(SymmetricProductTest, MultipliesEachRow) {
  const std::vector<float> symmetric = {2, 1, 1, 3};
  EXPECT_THAT(TimesSymmetric(std::vector<float>{1, 2}, symmetric), ElementsAre(4, 7));
}

TEST(SymmetricProductTest, TakesAnyNumberOfRows) {
  const std::vector<float> symmetric = {2, 1, 1, 3};
  std::vector<float> rows;
  std::vector<float> products;
  EXPECT_THAT(TimesSymmetric(rows, symmetric), IsEmpty());
  for (int i = 0; i < 9; ++i) {
    const auto x = static_cast<float>(i);
    rows.insert(rows.end(), {x, 1});
    products.insert(products.end(), {2 * x + 1, x + 3});
    EXPECT_THAT(TimesSymmetric(rows, symmetric), ElementsAreArray(products));
  }
}

}  // namespace
}  // namespace slipway::codebook
