// SPDX-License-Identifier: Apache-2.0
#include "slipway/dataset/tensor_samples.h"

#include "slipway/base/testing/assert_ok.h"

#include <array>
#include <limits>

namespace slipway::dataset {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::array<std::int32_t, 6> kSix = {1, 2, 3, 4, 5, 6};
constexpr std::size_t kLargest = std::numeric_limits<std::size_t>::max();

TEST(TensorSamplesTest, ReadsRowsInAnyOrder) {
  ASSERT_OK_AND_ASSIGN(const auto samples,
                       TensorSamples::Create(Tensor::Of<std::int32_t>({3, 2}, kSix)));

  ASSERT_OK_AND_ASSIGN(const Tensor last, samples->Read(1, 2));
  ASSERT_OK_AND_ASSIGN(const Tensor first, samples->Read(0, 1));

  EXPECT_EQ(samples->sample_count(), 3);
  EXPECT_EQ(samples->sample_shape(), Shape({2}));
  EXPECT_EQ(last.shape(), Shape({2, 2}));
  EXPECT_THAT(last.elements<std::int32_t>(), ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(first.elements<std::int32_t>(), ElementsAre(1, 2));
}

TEST(TensorSamplesTest, ReadsNoRows) {
  ASSERT_OK_AND_ASSIGN(const auto samples,
                       TensorSamples::Create(Tensor::Of<std::int32_t>({3, 2}, kSix)));

  ASSERT_OK_AND_ASSIGN(const Tensor nothing, samples->Read(3, 0));

  EXPECT_EQ(nothing.shape(), Shape({0, 2}));
}

TEST(TensorSamplesTest, RefusesRowsThatAreNotThere) {
  ASSERT_OK_AND_ASSIGN(const auto samples,
                       TensorSamples::Create(Tensor::Of<std::int32_t>({3, 2}, kSix)));

  EXPECT_THAT(samples->Read(2, 2),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("the data have 3")));
  EXPECT_FALSE(samples->Read(kLargest, 2));
  EXPECT_FALSE(samples->Read(2, kLargest));
}

TEST(TensorSamplesTest, RefusesTensorsWithoutRows) {
  constexpr std::array<std::int32_t, 1> kOne = {1};

  EXPECT_THAT(TensorSamples::Create(Tensor::Of<std::int32_t>({}, kOne)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("scalar")));
  ASSERT_OK_AND_ASSIGN(Tensor packed, Tensor::Zeros(DataType::kInt4, {2, 3}));
  EXPECT_THAT(TensorSamples::Create(std::move(packed)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("int4")));
}

}  // namespace
}  // namespace slipway::dataset
