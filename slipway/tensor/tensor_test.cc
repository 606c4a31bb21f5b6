// SPDX-License-Identifier: Apache-2.0
#include "slipway/tensor/tensor.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/tensor/bytes_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace slipway {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::array<float, 4> kFour = {1, 2, 3, 4};

TEST(TensorTest, HoldsTheElementsItIsGiven) {
  const Tensor tensor = Tensor::Of<float>({2, 2}, kFour);

  EXPECT_EQ(tensor.dtype(), DataType::kFloat32);
  EXPECT_EQ(tensor.shape(), Shape({2, 2}));
  EXPECT_THAT(tensor.elements<float>(), ElementsAre(1, 2, 3, 4));
}

TEST(TensorTest, StartsAsZeros) {
  ASSERT_OK_AND_ASSIGN(const Tensor tensor, Tensor::Zeros(DataType::kInt64, {3}));

  EXPECT_THAT(tensor.elements<std::int64_t>(), Each(0));
}

TEST(TensorTest, IsAlignedForSimd) {
  ASSERT_OK_AND_ASSIGN(const Tensor tensor, Tensor::Zeros(DataType::kUint8, {3}));

  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % 64, 0);
}

TEST(TensorTest, RefusesSizesThatCannotBe) {
  EXPECT_THAT(Tensor::Zeros(DataType::kFloat64, {std::int64_t{1} << 61}),
              FailsWith(ErrorCode::kResourceExhausted, HasSubstr("float64")));
  EXPECT_THAT(Tensor::Zeros(DataType::kBytes, {1}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("string")));
}

TEST(TensorTest, CopiesAreIndependent) {
  Tensor tensor = Tensor::Of<float>({4}, kFour);

  const Tensor copy = tensor.Clone();
  tensor.mutable_elements<float>()[0] = 9;

  EXPECT_THAT(copy.elements<float>(), ElementsAre(1, 2, 3, 4));
}

TEST(TensorTest, RefusesBytesThatDoNotFitTheShape) {
  const Tensor tensor = Tensor::Of<float>({4}, kFour);
  const TensorView lying{DataType::kFloat32, {5}, tensor.bytes()};

  EXPECT_THAT(CheckByteCount(lying),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("has 20 bytes, got 16")));
  EXPECT_THAT(Tensor::CopyOf(lying),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("has 20 bytes, got 16")));
}

TEST(TensorTest, HoldsStrings) {
  std::string bytes;
  ASSERT_OK(AppendBytesElement(bytes, "ship"));

  ASSERT_OK_AND_ASSIGN(const Tensor tensor,
                       Tensor::CopyOf({DataType::kBytes, {1}, AsBytes(bytes)}));

  EXPECT_EQ(AsText(tensor.bytes()), bytes);
}

}  // namespace
}  // namespace slipway
