// SPDX-License-Identifier: Apache-2.0
#include "slipway/dataset/adapted_samples.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/dataset/tensor_samples.h"

#include <array>
#include <vector>

namespace slipway::dataset {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Two samples of `sample_shape`, uint8, that count up from 250.
std::unique_ptr<SampleSource> TwoSamples(const Shape& sample_shape) {
  const Shape shape = *BatchShape(2, sample_shape);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(shape.element_count()));
  std::uint8_t next = 250;
  for (std::uint8_t& pixel : pixels) pixel = next++;
  return *TensorSamples::Create(Tensor::Of<std::uint8_t>(shape, pixels));
}

/// The sample shape after adapting samples of `shape` to `wanted`.
Result<Shape> AdaptedShape(const Shape& shape, const std::vector<std::int64_t>& wanted) {
  const auto source = TwoSamples(shape);
  SLIPWAY_TRY_ASSIGN(const auto adapted, AdaptSamples(*source, {DataType::kUint8, wanted}));
  return adapted->sample_shape();
}

TEST(AdaptedSamplesTest, ScalesPixelsToUnitRange) {
  const auto source = TwoSamples({1, 2});
  const std::array<std::int64_t, 3> wanted = {-1, 1, 2};

  ASSERT_OK_AND_ASSIGN(const auto adapted, AdaptSamples(*source, {DataType::kFloat32, wanted}));
  ASSERT_OK_AND_ASSIGN(const Tensor batch, adapted->Read(1, 1));

  EXPECT_EQ(adapted->dtype(), DataType::kFloat32);
  EXPECT_EQ(adapted->sample_count(), 2);
  EXPECT_EQ(batch.shape(), Shape({1, 1, 2}));
  EXPECT_THAT(batch.elements<float>(), ElementsAre(252.0F / 255, 253.0F / 255));
}

TEST(AdaptedSamplesTest, LeavesPixelsRawOnRequest) {
  const auto source = TwoSamples({2});
  const std::array<std::int64_t, 2> wanted = {-1, 2};

  ASSERT_OK_AND_ASSIGN(const auto adapted,
                       AdaptSamples(*source, {DataType::kFloat32, wanted}, PixelScale::kRaw));
  ASSERT_OK_AND_ASSIGN(const Tensor batch, adapted->Read(0, 2));

  EXPECT_THAT(batch.elements<float>(), ElementsAre(250, 251, 252, 253));
}

TEST(AdaptedSamplesTest, GivesUint8ToAModelThatTakesIt) {
  const auto source = TwoSamples({1, 2});
  const std::array<std::int64_t, 4> wanted = {-1, 1, 1, 2};

  ASSERT_OK_AND_ASSIGN(const auto adapted, AdaptSamples(*source, {DataType::kUint8, wanted}));
  ASSERT_OK_AND_ASSIGN(const Tensor batch, adapted->Read(0, 1));

  EXPECT_EQ(batch.shape(), Shape({1, 1, 1, 2}));
  EXPECT_THAT(batch.elements<std::uint8_t>(), ElementsAre(250, 251));
}

TEST(AdaptedSamplesTest, AddsOrDropsAChannelOrFlattens) {
  EXPECT_EQ(AdaptedShape({4, 3}, {-1, 4, 3}), Shape({4, 3}));
  EXPECT_EQ(AdaptedShape({4, 3}, {8, 1, 4, 3}), Shape({1, 4, 3}));
  EXPECT_EQ(AdaptedShape({4, 3}, {-1, -1, -1, -1}), Shape({1, 4, 3}));
  EXPECT_EQ(AdaptedShape({4, 3}, {-1, 4, 3, 1}), Shape({4, 3, 1}));
  EXPECT_EQ(AdaptedShape({1, 4, 3}, {-1, 4, 3}), Shape({4, 3}));
  EXPECT_EQ(AdaptedShape({4, 3, 1}, {-1, 4, 3}), Shape({4, 3}));
  EXPECT_EQ(AdaptedShape({4, 3}, {-1, 12}), Shape({12}));
  EXPECT_EQ(AdaptedShape({4, 3}, {-1, -1}), Shape({12}));
}

TEST(AdaptedSamplesTest, RefusesShapesThatDoNotFit) {
  EXPECT_THAT(
      AdaptedShape({4, 3}, {-1, 1, 3, 4}),
      FailsWith(ErrorCode::kInvalidArgument, AllOf(HasSubstr("[-1,1,3,4]"), HasSubstr("[4,3]"))));
  EXPECT_THAT(AdaptedShape({4, 3}, {-1, 13}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("13")));
  EXPECT_THAT(AdaptedShape({4, 3}, {-1}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("[-1]")));
  EXPECT_THAT(AdaptedShape({4, 3}, {}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("scalar")));
}

TEST(AdaptedSamplesTest, RefusesTypesThatDoNotFit) {
  const auto source = TwoSamples({2});
  const std::array<std::int64_t, 2> wanted = {-1, 2};

  EXPECT_THAT(
      AdaptSamples(*source, {DataType::kInt64, wanted}),
      FailsWith(ErrorCode::kInvalidArgument, HasSubstr("takes int64, but the samples are uint8")));
  EXPECT_THAT(AdaptSamples(*source, {DataType::kFloat32, wanted}, PixelScale::kAsIs),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("are to stay as they are")));
}

TEST(AdaptedSamplesTest, PassesErrorsOfTheSourceOn) {
  const auto source = TwoSamples({2});
  const std::array<std::int64_t, 2> wanted = {-1, 2};
  ASSERT_OK_AND_ASSIGN(const auto adapted, AdaptSamples(*source, {DataType::kFloat32, wanted}));

  EXPECT_THAT(adapted->Read(1, 2), FailsWith(ErrorCode::kInvalidArgument, HasSubstr("have 2")));
}

}  // namespace
}  // namespace slipway::dataset
