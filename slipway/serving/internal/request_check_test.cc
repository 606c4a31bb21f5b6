// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/internal/request_check.h"

#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <limits>

namespace slipway::serving {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""us;
using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::array<std::byte, 64> kTensorBytes = {};

const ModelSignature kSignature = {
    .max_batch_size = 8,
    .inputs = {{"a", DataType::kFloat32, {-1, 2}}, {"b", DataType::kUint8, {-1}}},
    .outputs = {{{"x", DataType::kFloat32, {-1, 2}}, 1}, {{"y", DataType::kFloat32, {-1, 2}}, 0}}};

InputTensor InputA(std::int64_t rows) {
  return {"a",
          {DataType::kFloat32, Shape({rows, 2}),
           ByteView(kTensorBytes).first(static_cast<std::size_t>(rows) * 8)}};
}

InputTensor InputB(std::int64_t rows) {
  return {"b",
          {DataType::kUint8, Shape({rows}),
           ByteView(kTensorBytes).first(static_cast<std::size_t>(rows))}};
}

Result<std::vector<TensorView>> Order(const std::vector<InputTensor>& inputs) {
  return OrderInputs(kSignature, inputs);
}

auto Refuses(std::string_view message) {
  return FailsWith(ErrorCode::kInvalidArgument, HasSubstr(message));
}

TEST(OrderInputsTest, PutsInputsIntoTheOrderOfTheSignature) {
  ASSERT_OK_AND_ASSIGN(const std::vector<TensorView> ordered, Order({InputB(3), InputA(3)}));

  EXPECT_EQ(ordered[0].dtype, DataType::kFloat32);
  EXPECT_EQ(ordered[1].dtype, DataType::kUint8);
}

TEST(OrderInputsTest, RefusesInputsThatAreNotThoseOfTheModel) {
  InputTensor unknown = InputA(1);
  unknown.name = "c";

  EXPECT_THAT(Order({InputA(1), unknown}), Refuses("no input \"c\": it has a, b"));
  EXPECT_THAT(Order({InputA(1), InputB(1), InputA(1)}), Refuses("input \"a\" comes twice"));
  EXPECT_THAT(Order({InputA(1)}), Refuses("input \"b\" is missing: want uint8 of shape [-1]"));
  EXPECT_THAT(Order({}), Refuses("input \"a\" is missing"));
}

TEST(OrderInputsTest, ShowsNoMoreThanTheStartOfALongName) {
  InputTensor unknown = InputA(1);
  unknown.name = std::string(1'000'000, 'n');

  const Result<std::vector<TensorView>> refused = Order({unknown});

  ASSERT_FALSE(refused.has_value());
  EXPECT_LT(refused.error().message().size(), 200U);
}

TEST(OrderInputsTest, RefusesTypesAndShapesThatAreNotThoseOfTheModel) {
  InputTensor wrong_type = InputB(2);
  wrong_type.tensor.dtype = DataType::kInt8;
  InputTensor wrong_shape = InputA(2);
  wrong_shape.tensor.shape = Shape({1, 4});

  EXPECT_THAT(Order({InputA(2), wrong_type}),
              FailsWith(ErrorCode::kInvalidArgument,
                        AllOf(HasSubstr("\"b\""), HasSubstr("uint8"), HasSubstr("int8"))));
  EXPECT_THAT(Order({wrong_shape, InputB(2)}),
              FailsWith(ErrorCode::kInvalidArgument,
                        AllOf(HasSubstr("\"a\""), HasSubstr("[-1,2]"), HasSubstr("[1,4]"))));
}

TEST(OrderInputsTest, RefusesInputsWithDifferentRowsWhereTheModelBatches) {
  EXPECT_THAT(Order({InputA(2), InputB(3)}), Refuses("input \"a\" has 2 rows, input \"b\" has 3"));
}

TEST(OrderInputsTest, LeavesRowsToAModelThatDoesNotBatch) {
  ModelSignature signature = kSignature;
  signature.max_batch_size = 0;

  EXPECT_TRUE(OrderInputs(signature, std::array{InputA(2), InputB(3)}).has_value());
}

TEST(OrderInputsTest, LetsOptionalInputsBeAbsent) {
  ModelSignature signature = kSignature;
  signature.optional_inputs = 1;

  ASSERT_OK_AND_ASSIGN(const std::vector<TensorView> ordered,
                       OrderInputs(signature, std::array{InputA(2)}));

  EXPECT_TRUE(runtime::IsAbsent(ordered[1]));
  EXPECT_THAT(OrderInputs(signature, std::array{InputB(2)}), Refuses("input \"a\" is missing"));
  EXPECT_THAT(OrderInputs(signature, std::array{InputA(2), InputB(3)}), Refuses("has 2 rows"));
}

TEST(OrderInputsTest, WantsSomeInputWhereAllAreOptional) {
  ModelSignature signature = kSignature;
  signature.optional_inputs = 2;

  EXPECT_THAT(OrderInputs(signature, {}), Refuses("the request has no input"));
  EXPECT_TRUE(OrderInputs(signature, std::array{InputB(3)}).has_value());
}

TEST(OrderInputsTest, GivesTensorsTheShapeOfTheModel) {
  ModelSignature signature = kSignature;
  signature.input_reshapes = {{.input = 0, .model_shape = {-1, 1, 2}}};

  ASSERT_OK_AND_ASSIGN(const std::vector<TensorView> ordered,
                       OrderInputs(signature, std::array{InputA(3), InputB(3)}));

  EXPECT_EQ(ordered[0].shape, Shape({3, 1, 2}));
}

TEST(FindOutputsTest, FindsThemInTheOrderOfTheRequest) {
  ASSERT_OK_AND_ASSIGN(const std::vector<std::size_t> both,
                       FindOutputs(kSignature, std::array<std::string, 2>{"y", "x"}));
  ASSERT_OK_AND_ASSIGN(const std::vector<std::size_t> all, FindOutputs(kSignature, {}));

  EXPECT_THAT(both, ElementsAre(1, 0));
  EXPECT_THAT(all, ElementsAre(0, 1));
}

TEST(FindOutputsTest, RefusesUnknownNamesAndNamesThatComeTwice) {
  EXPECT_THAT(FindOutputs(kSignature, std::array<std::string, 1>{"z"}),
              Refuses("no output \"z\": it has x, y"));
  EXPECT_THAT(FindOutputs(kSignature, std::array<std::string, 2>{"x", "x"}),
              Refuses("output \"x\" is asked for twice"));
}

TEST(ReadScheduleWishTest, ReadsPriorityAndTimeout) {
  ASSERT_OK_AND_ASSIGN(
      const ScheduleWish wish,
      ReadScheduleWish({{"priority", std::int64_t{2}}, {"timeout", std::uint64_t{1500}}}));
  ASSERT_OK_AND_ASSIGN(const ScheduleWish unsaid,
                       ReadScheduleWish({{"sequence_id", std::int64_t{3}}}));

  EXPECT_EQ(wish.priority, 2U);
  EXPECT_EQ(wish.timeout, 1500us);
  EXPECT_EQ(unsaid.priority, 0U);
  EXPECT_EQ(unsaid.timeout, 0us);
}

TEST(ReadScheduleWishTest, CutsTimeoutsToADay) {
  ASSERT_OK_AND_ASSIGN(const ScheduleWish wish,
                       ReadScheduleWish({{"timeout", std::numeric_limits<std::uint64_t>::max()}}));

  EXPECT_EQ(wish.timeout, 24h);
}

TEST(ReadScheduleWishTest, RefusesWhatIsNoCount) {
  EXPECT_THAT(ReadScheduleWish({{"priority", std::int64_t{-1}}}),
              Refuses("parameter \"priority\" is -1"));
  EXPECT_THAT(ReadScheduleWish({{"timeout", 0.5}}),
              Refuses("parameter \"timeout\" is not a whole number"));
  EXPECT_THAT(ReadScheduleWish({{"priority", std::string("1")}}), Refuses("not a whole number"));
}

}  // namespace
}  // namespace slipway::serving
