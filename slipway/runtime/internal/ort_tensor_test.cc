// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/internal/ort_tensor.h"

#include "slipway/base/testing/assert_ok.h"

#include <array>

namespace slipway::runtime {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(OrtTensorTest, TranslatesTypesBothWays) {
  for (int i = 0; i <= static_cast<int>(DataType::kInt4); ++i) {
    const auto type = static_cast<DataType>(i);
    EXPECT_EQ(FromOrtType(ToOrtType(type)), type) << DataTypeName(type);
  }
  EXPECT_EQ(FromOrtType(ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX64), std::nullopt);
  EXPECT_EQ(ToOrtType(DataType::kInt2), ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED);
}

TEST(OrtTensorTest, SharesTheBytesThatAValueReads) {
  const Tensor tensor = *Tensor::Zeros(DataType::kInt16, {2, 3});

  ASSERT_OK_AND_ASSIGN(OrtOwned<OrtValue> value, ValueOver(tensor.view()));
  ASSERT_OK_AND_ASSIGN(const SharedTensor shared, ShareTensor(std::move(value), DataType::kInt16));

  EXPECT_EQ(shared.view.shape, Shape({2, 3}));
  EXPECT_EQ(shared.view.bytes.data(), tensor.bytes().data());
  EXPECT_EQ(shared.view.bytes.size(), 12);
}

TEST(OrtTensorTest, RefusesFewerBytesThanTheShapeHas) {
  const Tensor tensor = *Tensor::Zeros(DataType::kInt16, {2, 3});

  EXPECT_THAT(ValueOver({DataType::kInt16, {2, 4}, tensor.bytes()}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("")));
}

TEST(OrtTensorTest, CarriesPackedHalfBytes) {
  const Tensor tensor = *Tensor::Zeros(DataType::kInt4, {3});

  ASSERT_OK_AND_ASSIGN(OrtOwned<OrtValue> value, ValueOver(tensor.view()));
  ASSERT_OK_AND_ASSIGN(const SharedTensor shared, ShareTensor(std::move(value), DataType::kInt4));

  EXPECT_EQ(shared.view.bytes.size(), 2);
}

}  // namespace
}  // namespace slipway::runtime
