// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/integer_format.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace slipway::quantize {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(IntegerFormatTest, IsCalledByTheTypesOfActivationsAndWeights) {
  EXPECT_EQ(IntegerFormatName({}), "U8S8");
  EXPECT_EQ(IntegerFormatName({.activations = DataType::kInt8}), "S8S8");
  EXPECT_EQ(IntegerFormatName({.weights = DataType::kUint8}), "U8U8");
}

TEST(IntegerFormatTest, RefusesWhatNoKernelMultiplies) {
  ASSERT_OK(CheckIntegerFormat({}));
  ASSERT_OK(CheckIntegerFormat({.activations = DataType::kInt8}));
  ASSERT_OK(CheckIntegerFormat({.weights = DataType::kUint8}));
  EXPECT_THAT(
      CheckIntegerFormat({.activations = DataType::kInt8, .weights = DataType::kUint8}),
      FailsWith(ErrorCode::kInvalidArgument, HasSubstr("activations int8 with weights uint8")));
  EXPECT_THAT(CheckIntegerFormat({.weights = DataType::kInt4}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("must be uint8 or int8")));
}

TEST(IntegerFormatTest, MovesTheCodesOfInt8DownByHalfOfThem) {
  ASSERT_OK_AND_ASSIGN(const AffineScale unsigned_scale, ActivationScale({-1, 3}, {}));
  ASSERT_OK_AND_ASSIGN(const AffineScale signed_scale,
                       ActivationScale({-1, 3}, {.activations = DataType::kInt8}));

  EXPECT_EQ(signed_scale.scale, unsigned_scale.scale);
  EXPECT_EQ(signed_scale.zero_point, unsigned_scale.zero_point - 128);
}

TEST(IntegerFormatTest, PutsZeroInTheMiddleIfSymmetric) {
  const IntegerFormat u8 = {.symmetric_activations = true};
  const IntegerFormat s8 = {.activations = DataType::kInt8, .symmetric_activations = true};
  for (const ValueRange range : {ValueRange{-1, 3}, ValueRange{-3, 0.5F}, ValueRange{-1e-20F, 0}}) {
    ASSERT_OK_AND_ASSIGN(const AffineScale unsigned_scale, ActivationScale(range, u8));
    ASSERT_OK_AND_ASSIGN(const AffineScale signed_scale, ActivationScale(range, s8));

    EXPECT_EQ(unsigned_scale.zero_point, 128);
    EXPECT_EQ(signed_scale.zero_point, 0);
  }
}

TEST(IntegerFormatTest, KeepsZeroAtTheLowestCodeForValuesThatAreNeverNegative) {
  const IntegerFormat s8 = {.activations = DataType::kInt8, .symmetric_activations = true};
  ASSERT_OK_AND_ASSIGN(const AffineScale scale, ActivationScale({0, 6}, s8));
  EXPECT_EQ(scale.zero_point, -128);
  EXPECT_FLOAT_EQ(scale.scale, 6.0F / 255);
}

TEST(IntegerFormatTest, RefusesARangeThatIsNotFinite) {
  EXPECT_THAT(ActivationScale({0, std::numeric_limits<float>::infinity()}, {}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("finite")));
}

}  // namespace
}  // namespace slipway::quantize
