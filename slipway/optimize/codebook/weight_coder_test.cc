// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/weight_coder.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/codebook/second_moments.h"
#include "slipway/optimize/codebook/testing/normal_numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace slipway::codebook {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

class WeightCoderTest : public ::testing::Test {
 protected:
  // The sum of squares of what the decoded matrix is off by.
  double WeightError(const CodedWeight& coded) const {
    const std::vector<float> decoded = DecodeMatrix(coded);
    double error = 0;
    for (std::size_t i = 0; i < decoded.size(); ++i) {
      error += std::pow(decoded[i] - matrix_[i], 2);
    }
    return error;
  }

  CodedWeight Code(const CodingOptions& options) const {
    return CodeMatrix(layout_, {.matrix = matrix_, .moments = {}}, options);
  }

  const MatrixLayout layout_ = RowsFirst(Shape({16, 32}));
  const std::vector<float> matrix_ = Normal(1, 16 * 32);
};

TEST_F(WeightCoderTest, GetsBetterWithEachBit) {
  for (const CodingMethod method : {CodingMethod::kUniform, CodingMethod::kPowerOfTwo,
                                    CodingMethod::kAdditivePowerOfTwo, CodingMethod::kCodebook}) {
    double least = 16 * 32;
    for (std::size_t bits = 2; bits <= 5; ++bits) {
      const CodedWeight coded = Code({.method = method, .bits = bits});
      EXPECT_EQ(coded.bits(), bits);
      EXPECT_LE(WeightError(coded), least) << CodingMethodName(method) << " " << bits;
      least = WeightError(coded);
    }
  }
}

TEST_F(WeightCoderTest, UsesVectorsOfTheLengthAskedFor) {
  const CodedWeight coded = Code({.method = CodingMethod::kProduct, .bits = 3, .vector_length = 4});
  EXPECT_EQ(coded.vector_length, 4);
  EXPECT_EQ(coded.entries, 8);
  EXPECT_EQ(coded.codes.size(), 16 * 8);
  EXPECT_LT(WeightError(coded), 16 * 32);
}

TEST_F(WeightCoderTest, AddsStagesThatMakeTheErrorSmaller) {
  const double one =
      WeightError(Code({.method = CodingMethod::kProduct, .bits = 3, .vector_length = 4}));
  double least = one;
  for (const std::size_t stages : {2U, 3U, 4U}) {
    const double error = WeightError(
        Code({.method = CodingMethod::kResidual, .bits = 3, .vector_length = 4, .stages = stages}));
    EXPECT_LT(error, least);
    least = error;
  }
}

TEST_F(WeightCoderTest, ShortensTheVectorsOfASmallLayer) {
  const CodedWeight halved = Code({.method = CodingMethod::kProduct, .bits = 4});
  EXPECT_EQ(halved.vector_length, 4);
  const CodedWeight scalar = Code({.method = CodingMethod::kProduct, .bits = 8});
  EXPECT_EQ(scalar.vector_length, 1);
  EXPECT_EQ(scalar.bits(), 4);
}

TEST_F(WeightCoderTest, PutsColumnsInAnOrder) {
  CodedWeight coded = Code(
      {.method = CodingMethod::kProduct, .bits = 2, .vector_length = 5, .orders_columns = true});
  ASSERT_EQ(coded.column_order.size(), 32);
  EXPECT_LT(WeightError(coded), 16 * 32);
}

TEST_F(WeightCoderTest, MakesTheErrorOfTheOutputsSmallerByMoments) {
  std::vector<float> inputs = Normal(3, 100 * 32);
  for (std::size_t i = 1; i < inputs.size(); ++i) inputs[i] += 0.9F * inputs[i - 1];
  SecondMoments moments(32);
  moments.Add(inputs);
  const std::vector<float> products = moments.Matrix(0.01);
  const CodingTarget target = {.matrix = matrix_, .moments = products};
  for (const CodingMethod method :
       {CodingMethod::kUniform, CodingMethod::kPowerOfTwo, CodingMethod::kAdditivePowerOfTwo,
        CodingMethod::kCodebook, CodingMethod::kProduct, CodingMethod::kResidual}) {
    const CodingOptions options = {.method = method, .bits = 3, .vector_length = 4};
    const double without = OutputError(Code(options), target);
    const double with = OutputError(CodeMatrix(layout_, target, options), target);
    EXPECT_LT(with, 0.8 * without) << CodingMethodName(method);
  }
}

TEST_F(WeightCoderTest, TakesRowsOfZeros) {
  std::vector<float> matrix = matrix_;
  std::fill_n(matrix.begin(), 32, 0.0F);
  const CodedWeight coded = CodeMatrix(layout_, {.matrix = matrix, .moments = {}},
                                       {.method = CodingMethod::kAdditivePowerOfTwo});
  const std::vector<float> decoded = DecodeMatrix(coded);
  EXPECT_EQ(std::ranges::count(std::span(decoded).first(32), 0.0F), 32);
}

TEST_F(WeightCoderTest, KeepsNumbersThatFloat16DoesNotHold) {
  std::vector<float> matrix = matrix_;
  for (float& number : matrix) number *= 1e6F;
  const CodedWeight coded =
      CodeMatrix(layout_, {.matrix = matrix, .moments = {}},
                 {.method = CodingMethod::kProduct, .bits = 2, .vector_length = 2});
  EXPECT_EQ(coded.storage, CodebookStorage::kFloat32);
  for (const float number : coded.codebook) EXPECT_TRUE(std::isfinite(number));
}

TEST_F(WeightCoderTest, RefusesOptionsOutOfBounds) {
  EXPECT_THAT(CheckCodingOptions({.method = CodingMethod::kPowerOfTwo, .bits = 1}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("bits is 1: want 2 to 8")));
  EXPECT_THAT(CheckCodingOptions({.method = CodingMethod::kProduct, .bits = 9}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("bits is 9: want 1 to 8")));
  EXPECT_THAT(CheckCodingOptions({.method = CodingMethod::kProduct, .vector_length = 65}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("vector_length is 65")));
  EXPECT_THAT(CheckCodingOptions({.method = CodingMethod::kResidual, .stages = 5}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("stages is 5")));
  // Where there are no vectors, their length does not matter.
  ASSERT_OK(CheckCodingOptions({.method = CodingMethod::kCodebook, .bits = 1, .vector_length = 0}));
}

}  // namespace
}  // namespace slipway::codebook
