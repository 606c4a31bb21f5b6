// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/coding_method.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::codebook {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(CodingMethodTest, ReadsTheNameOfEachMethod) {
  for (const CodingMethod method :
       {CodingMethod::kUniform, CodingMethod::kPowerOfTwo, CodingMethod::kAdditivePowerOfTwo,
        CodingMethod::kCodebook, CodingMethod::kProduct, CodingMethod::kResidual}) {
    ASSERT_OK_AND_ASSIGN(const CodingMethod parsed, ParseCodingMethod(CodingMethodName(method)));
    EXPECT_EQ(parsed, method);
  }
}

TEST(CodingMethodTest, ListsTheMethodsIfThereIsNoSuchOne) {
  EXPECT_THAT(ParseCodingMethod("log3"),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("\"log3\": want uniform, log2")));
}

}  // namespace
}  // namespace slipway::codebook
