// SPDX-License-Identifier: Apache-2.0
#include "slipway/api/internal/classification.h"

#include "slipway/api/internal/half_float.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/tensor/bytes_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace slipway::api {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
Result<SharedTensor> ClassifyOf(const Shape& shape, const std::vector<T>& elements,
                                const ClassificationOptions& options) {
  return Classify(Tensor::Of<T>(shape, elements).view(), options);
}

std::vector<std::string_view> ElementsOf(const SharedTensor& tensor) {
  return *SplitBytesElements(tensor.view.bytes, tensor.view.shape.element_count());
}

TEST(ClassificationTest, NamesTheHighestOfEachRow) {
  ASSERT_OK_AND_ASSIGN(
      const SharedTensor best,
      ClassifyOf<float>({2, 3}, {0.25F, 0.5F, -1, 7, 1e-7F, 3}, {.classes = 2, .batches = true}));

  EXPECT_EQ(best.view.dtype, DataType::kBytes);
  EXPECT_EQ(best.view.shape, Shape({2, 2}));
  EXPECT_THAT(ElementsOf(best), ElementsAre("0.5:1", "0.25:0", "7:0", "3:2"));
}

TEST(ClassificationTest, TakesAllAsOneRowIfTheModelDoesNotBatch) {
  ASSERT_OK_AND_ASSIGN(const SharedTensor best,
                       ClassifyOf<std::int64_t>({2, 2}, {1, 9, 3, 4}, {.classes = 3}));

  EXPECT_EQ(best.view.shape, Shape({3}));
  EXPECT_THAT(ElementsOf(best), ElementsAre("9:1", "4:3", "3:2"));
}

TEST(ClassificationTest, AddsLabelsAsFarAsThereAreAny) {
  const auto labels =
      std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"cat", "dog"});

  ASSERT_OK_AND_ASSIGN(const SharedTensor best,
                       ClassifyOf<std::uint8_t>({1, 3}, {1, 2, 3},
                                                {.classes = 3, .batches = true, .labels = labels}));

  EXPECT_THAT(ElementsOf(best), ElementsAre("3:2", "2:1:dog", "1:0:cat"));
}

TEST(ClassificationTest, ComparesInTheTypeOfTheOutput) {
  constexpr std::uint64_t kBig = std::numeric_limits<std::uint64_t>::max();

  ASSERT_OK_AND_ASSIGN(const SharedTensor best,
                       ClassifyOf<std::uint64_t>({3}, {kBig - 1, kBig, 1}, {.classes = 2}));

  EXPECT_THAT(ElementsOf(best),
              ElementsAre(fmt::format("{}:1", kBig), fmt::format("{}:0", kBig - 1)));
}

TEST(ClassificationTest, PutsNanLastAndTheFirstOfEqualsFirst) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

  ASSERT_OK_AND_ASSIGN(const SharedTensor best,
                       ClassifyOf<double>({5}, {kNan, 1, kNan, 1, -1}, {.classes = 5}));

  EXPECT_THAT(ElementsOf(best), ElementsAre("1:1", "1:3", "-1:4", "nan:0", "nan:2"));
}

TEST(ClassificationTest, RanksHalfFloats) {
  const std::vector<std::uint16_t> bits = {RoundToFloat16(0.5).bits, RoundToFloat16(1.5).bits};
  const Tensor tensor = Tensor::Of<std::uint16_t>({2}, bits);

  ASSERT_OK_AND_ASSIGN(const SharedTensor best,
                       Classify({DataType::kFloat16, {2}, tensor.bytes()}, {.classes = 1}));

  EXPECT_THAT(ElementsOf(best), ElementsAre("1.5:1"));
}

TEST(ClassificationTest, GivesNoMoreClassesThanThereAre) {
  ASSERT_OK_AND_ASSIGN(
      const SharedTensor few,
      ClassifyOf<float>({1, 2}, {1, 2},
                        {.classes = std::numeric_limits<std::uint64_t>::max(), .batches = true}));
  ASSERT_OK_AND_ASSIGN(const SharedTensor none,
                       ClassifyOf<float>({0, 2}, {}, {.classes = 1, .batches = true}));

  EXPECT_EQ(few.view.shape, Shape({1, 2}));
  EXPECT_EQ(none.view.shape, Shape({0, 1}));
}

TEST(ClassificationTest, RefusesWhatHasNoOrder) {
  EXPECT_THAT(Classify({DataType::kBytes, {0}, {}}, {}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("string")));
}

}  // namespace
}  // namespace slipway::api
