// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/batch_key.h"

#include <gtest/gtest.h>

#include <array>

namespace slipway::serving {
namespace {

constexpr std::array<std::size_t, 1> kFirstIsRagged = {0};
constexpr std::array<std::byte, 256> kKeyBytes = {};

QueuedRequest RequestOf(std::vector<Shape> shapes, std::vector<std::size_t> outputs = {}) {
  QueuedRequest request;
  for (const Shape& shape : shapes) {
    const auto size = static_cast<std::size_t>(shape.element_count()) * sizeof(float);
    request.inputs.push_back({DataType::kFloat32, shape, ByteView(kKeyBytes).first(size)});
  }
  request.outputs = std::move(outputs);
  return request;
}

/// Whether both agree that the requests fit together, or that they do not.
void ExpectFit(const QueuedRequest& a, const QueuedRequest& b, bool fit,
               std::span<const std::size_t> ragged = {}) {
  EXPECT_EQ(MayShareCall(a, b, ragged), fit);
  EXPECT_EQ(BatchKeyOf(a, ragged) == BatchKeyOf(b, ragged), fit);
}

TEST(BatchKeyTest, RowsMayDiffer) {
  ExpectFit(RequestOf({{1, 3}, {1}}), RequestOf({{4, 3}, {4}}), true);
}

TEST(BatchKeyTest, ShapesOfRowsMustBeEqual) {
  ExpectFit(RequestOf({{1, 3}}), RequestOf({{1, 4}}), false);
  ExpectFit(RequestOf({{1, 3}}), RequestOf({{1, 3, 1}}), false);
  ExpectFit(RequestOf({{1, 2, 3}}), RequestOf({{1, 3, 2}}), false);
  ExpectFit(RequestOf({{1, 2}, {1, 3}}), RequestOf({{1, 3}, {1, 2}}), false);
}

TEST(BatchKeyTest, TypesMustBeEqual) {
  QueuedRequest other = RequestOf({{1, 3}});
  other.inputs[0].dtype = DataType::kInt32;

  ExpectFit(RequestOf({{1, 3}}), other, false);
  ExpectFit(RequestOf({{1, 3}}), other, false, kFirstIsRagged);
}

TEST(BatchKeyTest, WantedOutputsMustBeEqual) {
  ExpectFit(RequestOf({{1, 3}}, {0}), RequestOf({{1, 3}}, {1}), false);
  ExpectFit(RequestOf({{1, 3}}, {0, 1}), RequestOf({{1, 3}}, {0, 1}), true);
}

TEST(BatchKeyTest, RaggedInputsMayDifferInShape) {
  ExpectFit(RequestOf({{1, 3}, {1, 2}}), RequestOf({{1, 5}, {1, 2}}), true, kFirstIsRagged);
  ExpectFit(RequestOf({{1, 3}, {1, 2}}), RequestOf({{1, 3}, {1, 4}}), false, kFirstIsRagged);
}

TEST(BatchKeyTest, OptionalInputsAreThereInBothOrInNeither) {
  QueuedRequest absent = RequestOf({{1, 3}});
  absent.inputs.emplace_back();

  ExpectFit(absent, absent, true);
  ExpectFit(absent, RequestOf({{1, 3}, {1, 2}}), false);
}

TEST(BatchKeyTest, ScalarsHaveNoRowsToJoin) {
  const QueuedRequest scalar = RequestOf({Shape({})});

  EXPECT_FALSE(MayShareCall(scalar, scalar, {}));
}

}  // namespace
}  // namespace slipway::serving
