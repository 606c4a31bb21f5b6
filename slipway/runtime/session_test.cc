// SPDX-License-Identifier: Apache-2.0
#include "slipway/runtime/session.h"

#include "slipway/base/testing/assert_ok.h"

#include <array>

namespace slipway::runtime {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

/// Checks one float32 input called "x" of shape [-1,2].
Status CheckPairs(const TensorView& view) {
  const std::array specs = {TensorSpec{"x", DataType::kFloat32, {-1, 2}}};
  return CheckInputs(specs, std::span(&view, 1));
}

TEST(CheckInputsTest, AcceptsWhatFits) {
  constexpr std::array<float, 6> kSix = {};
  const Tensor pairs = Tensor::Of<float>({3, 2}, kSix);

  EXPECT_TRUE(CheckPairs(pairs.view()));
}

TEST(CheckInputsTest, NamesWhatItWantsAndGets) {
  constexpr std::array<float, 6> kSix = {};
  constexpr std::array<std::int32_t, 2> kTwo = {};
  const Tensor transposed = Tensor::Of<float>({2, 3}, kSix);
  const Tensor integers = Tensor::Of<std::int32_t>({1, 2}, kTwo);
  const Tensor flat = Tensor::Of<float>({6}, kSix);

  EXPECT_THAT(CheckPairs(transposed.view()),
              FailsWith(ErrorCode::kInvalidArgument,
                        "input \"x\": want float32 [-1,2], got float32 [2,3]"));
  EXPECT_THAT(
      CheckPairs(integers.view()),
      FailsWith(ErrorCode::kInvalidArgument, "input \"x\": want float32 [-1,2], got int32 [1,2]"));
  EXPECT_FALSE(CheckPairs(flat.view()));
}

TEST(CheckInputsTest, RefusesBytesThatDoNotFitTheShape) {
  constexpr std::array<float, 6> kSix = {};
  const Tensor pairs = Tensor::Of<float>({3, 2}, kSix);

  EXPECT_THAT(CheckPairs({DataType::kFloat32, {4, 2}, pairs.bytes()}),
              FailsWith(ErrorCode::kInvalidArgument,
                        "input \"x\": a float32 tensor of shape [4,2] has 32 bytes, got 24"));
}

TEST(CheckInputsTest, RefusesAWrongNumberOfInputs) {
  const std::array specs = {TensorSpec{"x", DataType::kFloat32, {-1, 2}}};

  EXPECT_THAT(CheckInputs(specs, {}),
              FailsWith(ErrorCode::kInvalidArgument, "want 1 inputs, got 0"));
}

TEST(CheckInputsTest, RefusesBoolsThatAreNeitherZeroNorOne) {
  constexpr std::array kBytes = {std::byte{1}, std::byte{0}, std::byte{7}};
  const std::array specs = {TensorSpec{"mask", DataType::kBool, {3}}};
  const TensorView view{DataType::kBool, {3}, kBytes};

  EXPECT_THAT(CheckInputs(specs, std::span(&view, 1)),
              FailsWith(ErrorCode::kInvalidArgument,
                        HasSubstr("input \"mask\": a bool is 0 or 1, got 7 as element 2")));
}

TEST(CheckInputsTest, LeavesShapesThatTheModelDoesNotGiveToTheEngine) {
  constexpr std::array<float, 6> kSix = {};
  const std::array specs = {TensorSpec{"x", DataType::kFloat32, {}}};
  const Tensor tensor = Tensor::Of<float>({3, 2}, kSix);
  const TensorView view = tensor.view();

  EXPECT_TRUE(CheckInputs(specs, std::span(&view, 1)));
}

}  // namespace
}  // namespace slipway::runtime
