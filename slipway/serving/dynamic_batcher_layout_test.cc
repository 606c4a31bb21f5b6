// SPDX-License-Identifier: Apache-2.0
/// How a `DynamicBatcher` makes engine calls of requests that cannot just be joined by rows.

#include "slipway/serving/dynamic_batcher.h"
#include "slipway/serving/testing/batcher_fixture.h"

#include <gmock/gmock.h>

#include <vector>

namespace slipway::serving {
namespace {

using runtime::FakeModel;
using ::testing::ElementsAre;

class DynamicBatcherLayoutTest : public BatcherFixture {
 protected:
  /// Writes down the inputs of each call.
  FakeModel Recording(FakeModel model) {
    model.compute = [this, compute = model.compute](std::span<const TensorView> inputs) {
      calls_.emplace_back();
      for (const TensorView& input : inputs) {
        calls_.back().push_back(ToString(input.shape));
      }
      return compute(inputs);
    };
    return model;
  }

  std::vector<std::vector<std::string>> calls_;  ///< The shapes of the inputs of each call.
};

/// Of elements one behind the other, and where each request's end: all elements times 10.
FakeModel TenTimes() {
  return {.inputs = {{"x", DataType::kFloat32, {-1}}, {"ends", DataType::kInt32, {-1}}},
          .outputs = {{"y", DataType::kFloat32, {-1}}},
          .compute = [](std::span<const TensorView> inputs) -> Result<std::vector<Tensor>> {
            SLIPWAY_TRY_ASSIGN(Tensor tens, Tensor::CopyOf(inputs[0]));
            for (float& element : tens.mutable_elements<float>()) element *= 10;
            std::vector<Tensor> outputs;
            outputs.push_back(std::move(tens));
            return outputs;
          }};
}

const BatchLayout kRagged = {.inputs = {{.source = 0, .is_ragged = true},
                                        {.source = 0, .fact = BatchFact::kAccumulatedElementCount}},
                             .scattered = {0}};

TEST_F(DynamicBatcherLayoutTest, JoinsRequestsOfDifferentShapesWhereInputsAreRagged) {
  Start({.max_batch_size = 8, .layout = kRagged}, Recording(TenTimes()));
  ASSERT_OK(batcher_->Submit(RequestOf(1, {1, 2, 3}, Shape({1, 3}))));
  ASSERT_OK(batcher_->Submit(RequestOf(2, {4}, Shape({1, 1}))));

  batcher_->RunOnThisThread();

  EXPECT_THAT(calls_, ElementsAre(ElementsAre("[4]", "[2]")));
  EXPECT_THAT(ElementsOf(1), ElementsAre(10, 20, 30));
  EXPECT_THAT(ElementsOf(2), ElementsAre(40));
  EXPECT_EQ(answers_.of(1)->at(0).view.shape, Shape({1, 3}));
}

TEST_F(DynamicBatcherLayoutTest, TellsALoneRequestItsFactsToo) {
  Start({.max_batch_size = 8, .layout = kRagged}, Recording(TenTimes()));
  ASSERT_OK(batcher_->Submit(RequestOf(1, {1, 2, 3}, Shape({1, 3}))));

  batcher_->RunOnThisThread();

  EXPECT_THAT(calls_, ElementsAre(ElementsAre("[3]", "[1]")));
  EXPECT_THAT(ElementsOf(1), ElementsAre(10, 20, 30));
}

TEST_F(DynamicBatcherLayoutTest, FailsARequestWhoseOutputHasNotItsElements) {
  FakeModel model = TenTimes();
  model.compute = [](std::span<const TensorView>) -> Result<std::vector<Tensor>> {
    std::vector<Tensor> outputs;
    SLIPWAY_TRY_ASSIGN(Tensor five, Tensor::Zeros(DataType::kFloat32, {5}));
    outputs.push_back(std::move(five));
    return outputs;
  };
  Start({.max_batch_size = 8, .layout = kRagged}, model);
  ASSERT_OK(batcher_->Submit(RequestOf(1, {1, 2, 3}, Shape({1, 3}))));

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.of(1),
              ::slipway::testing::FailsWith(ErrorCode::kInternal, ::testing::HasSubstr("[5]")));
}

TEST_F(DynamicBatcherLayoutTest, FillsBatchesUpToTheNextPaddedSize) {
  Start({.max_batch_size = 8, .layout = {.padded_sizes = {2, 4}}},
        Recording(runtime::FakeIdentity(1)));
  for (int i = 1; i <= 3; ++i) ASSERT_OK(Submit(i, {static_cast<float>(i)}));
  batcher_->RunOnThisThread();
  ASSERT_OK(Submit(4, {4}));
  batcher_->RunOnThisThread();
  ASSERT_OK(Submit(5, {5, 5, 5, 5, 5}));
  batcher_->RunOnThisThread();

  EXPECT_THAT(engine_->batch_sizes(), ElementsAre(4, 2, 5));
  EXPECT_THAT(ElementsOf(3), ElementsAre(3));
  EXPECT_THAT(ElementsOf(4), ElementsAre(4));
  EXPECT_EQ(CountOf("nv_inference_count"), 9U);
}

TEST_F(DynamicBatcherLayoutTest, KeepsRequestsWithAndWithoutAnOptionalInputApart) {
  FakeModel model = runtime::FakeIdentity(1);
  model.optional_inputs = {{"scale", DataType::kFloat32, {-1, 1}}};
  Start({.max_batch_size = 8}, Recording(model));
  const auto submit = [this](int number, bool with_scale) {
    QueuedRequest request = RequestOf(number, {1});
    request.inputs.push_back(with_scale ? request.inputs[0] : TensorView());
    ASSERT_OK(batcher_->Submit(std::move(request)));
  };
  submit(1, true);
  submit(2, false);
  submit(3, true);
  submit(4, false);

  batcher_->RunOnThisThread();

  EXPECT_THAT(answers_.numbers(), ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(calls_, ElementsAre(ElementsAre("[2,1]", "[2,1]"), ElementsAre("[2,1]", "[]")));
}

TEST_F(DynamicBatcherLayoutTest, LeavesOutInputsThatNoRequestHas) {
  FakeModel model = runtime::FakeIdentity(1);
  model.optional_inputs = {{"a", DataType::kFloat32, {-1, 1}}, {"b", DataType::kFloat32, {-1, 1}}};
  Start({.layout = {.inputs = {{.source = 0}, {.source = CallInput::kNone}, {.source = 1}}}},
        Recording(model));
  QueuedRequest request = RequestOf(1, {1, 2});
  request.inputs.push_back(request.inputs[0]);
  ASSERT_OK(batcher_->Submit(std::move(request)));

  batcher_->RunOnThisThread();

  EXPECT_THAT(calls_, ElementsAre(ElementsAre("[2,1]", "[]", "[2,1]")));
  EXPECT_THAT(ElementsOf(1), ElementsAre(1, 2));
}

}  // namespace
}  // namespace slipway::serving
