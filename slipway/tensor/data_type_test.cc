// SPDX-License-Identifier: Apache-2.0
#include "slipway/tensor/data_type.h"

#include <gtest/gtest.h>

#include <limits>

namespace slipway {
namespace {

TEST(DataTypeTest, WireNamesReadBackAsTheirTypes) {
  for (int i = 0; i <= static_cast<int>(DataType::kBytes); ++i) {
    const auto type = static_cast<DataType>(i);
    EXPECT_EQ(DataTypeFromWireName(WireName(type)), type) << DataTypeName(type);
  }
}

TEST(DataTypeTest, UnknownWireNamesHaveNoType) {
  for (const char* name : {"", "fp32", "STRING", "FP8", "INT4"}) {
    EXPECT_EQ(DataTypeFromWireName(name), std::nullopt) << name;
  }
}

TEST(DataTypeTest, ByteSizesRoundSubByteTypesUp) {
  EXPECT_EQ(ByteSizeOf(DataType::kFloat32, 3), 12);
  EXPECT_EQ(ByteSizeOf(DataType::kInt4, 3), 2);
  EXPECT_EQ(ByteSizeOf(DataType::kUint2, 5), 2);
  EXPECT_EQ(ByteSizeOf(DataType::kBool, 0), 0);
}

TEST(DataTypeTest, ByteSizesThatOverflowOrVaryAreAbsent) {
  EXPECT_EQ(ByteSizeOf(DataType::kFloat64, std::numeric_limits<std::uint64_t>::max() / 4),
            std::nullopt);
  EXPECT_EQ(ByteSizeOf(DataType::kBytes, 1), std::nullopt);
}

}  // namespace
}  // namespace slipway
