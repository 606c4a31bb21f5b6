// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/batch_buffers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace slipway::serving {
namespace {

using ::testing::ElementsAre;

using Inputs = std::vector<TensorView>;

Tensor Floats(const Shape& shape, const std::vector<float>& elements) {
  return Tensor::Of(shape, std::span(elements));
}

const BatchLayout kByRows;

std::span<const TensorView> Gather(BatchBuffers& buffers, const std::vector<Inputs>& requests,
                                   std::int64_t padding = 0) {
  return buffers.Gather(std::vector<std::span<const TensorView>>(requests.begin(), requests.end()),
                        padding);
}

TEST(BatchBuffersTest, JoinsEachInputByRows) {
  const Tensor a = Floats({1, 2}, {1, 2});
  const Tensor b = Floats({2, 2}, {3, 4, 5, 6});
  const Tensor c = Floats({1}, {7});
  const Tensor d = Floats({2}, {8, 9});
  BatchBuffers buffers(kByRows);

  const auto joined = Gather(buffers, {{a.view(), c.view()}, {b.view(), d.view()}});

  ASSERT_EQ(joined.size(), 2U);
  EXPECT_EQ(joined[0].shape, Shape({3, 2}));
  EXPECT_THAT(joined[0].elements<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(joined[1].shape, Shape({3}));
  EXPECT_THAT(joined[1].elements<float>(), ElementsAre(7, 8, 9));
}

TEST(BatchBuffersTest, JoinsStringsAndEmptyTensors) {
  using std::string_literals::operator""s;
  const std::string one = "\1\0\0\0x"s;
  const std::string two = "\0\0\0\0\2\0\0\0yz"s;
  const TensorView x{DataType::kBytes, Shape({1}), AsBytes(one)};
  const TensorView none{DataType::kBytes, Shape({0}), {}};
  const TensorView yz{DataType::kBytes, Shape({2}), AsBytes(two)};
  BatchBuffers buffers(kByRows);

  const auto joined = Gather(buffers, {{x}, {none}, {yz}});

  EXPECT_EQ(joined[0].shape, Shape({3}));
  EXPECT_EQ(AsText(joined[0].bytes), one + two);
}

TEST(BatchBuffersTest, PadsWithZerosAndEmptyStrings) {
  using std::string_literals::operator""s;
  const Tensor a = Floats({1, 2}, {1, 2});
  const std::string one = "\1\0\0\0x"s;
  const TensorView x{DataType::kBytes, Shape({1}), AsBytes(one)};
  BatchBuffers buffers(kByRows);

  const auto joined = Gather(buffers, {{a.view(), x}}, 2);

  EXPECT_EQ(joined[0].shape, Shape({3, 2}));
  EXPECT_THAT(joined[0].elements<float>(), ElementsAre(1, 2, 0, 0, 0, 0));
  EXPECT_EQ(joined[1].shape, Shape({3}));
  EXPECT_EQ(AsText(joined[1].bytes), one + std::string(8, '\0'));
}

TEST(BatchBuffersTest, PutsTheElementsOfRaggedInputsInOneDimension) {
  const BatchLayout layout = {
      .inputs = {
          {.source = 1},
          {.source = 0, .is_ragged = true},
          {.source = 0, .fact = BatchFact::kItemShape},
          {.source = 0, .fact = BatchFact::kElementCount, .fact_dtype = DataType::kFloat32}}};
  const Tensor a = Floats({1, 2}, {1, 2});
  const Tensor b = Floats({2, 1}, {3, 4});
  const Tensor c = Floats({1}, {5});
  const Tensor d = Floats({2}, {6, 7});
  BatchBuffers buffers(layout);

  const auto joined = Gather(buffers, {{a.view(), c.view()}, {b.view(), d.view()}});

  ASSERT_EQ(joined.size(), 4U);
  EXPECT_THAT(joined[0].elements<float>(), ElementsAre(5, 6, 7));
  EXPECT_EQ(joined[1].shape, Shape({4}));
  EXPECT_THAT(joined[1].elements<float>(), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(joined[2].shape, Shape({3, 1}));
  EXPECT_THAT(joined[2].elements<std::int32_t>(), ElementsAre(2, 1, 1));
  EXPECT_THAT(joined[3].elements<float>(), ElementsAre(2, 2));
}

TEST(BatchBuffersTest, CopiesNothingForALoneRequest) {
  const Tensor a = Floats({1, 2}, {1, 2});
  BatchBuffers buffers(kByRows);

  const auto joined = Gather(buffers, {{a.view(), TensorView()}});

  EXPECT_EQ(joined[0].bytes.data(), a.bytes().data());
  EXPECT_EQ(joined[1].shape.rank(), 0U);
}

TEST(BatchBuffersTest, KeepsItsMemoryForTheNextBatch) {
  const Tensor a = Floats({4}, {1, 2, 3, 4});
  const Tensor b = Floats({1}, {5});
  BatchBuffers buffers(kByRows);
  const std::byte* const before = Gather(buffers, {{a.view()}, {a.view()}})[0].bytes.data();

  const auto joined = Gather(buffers, {{b.view()}, {b.view()}});

  EXPECT_EQ(joined[0].bytes.data(), before);
  EXPECT_THAT(joined[0].elements<float>(), ElementsAre(5, 5));
}

}  // namespace
}  // namespace slipway::serving
