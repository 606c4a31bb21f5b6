// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/sample_runner.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/dataset/tensor_samples.h"
#include "slipway/runtime/testing/fake_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace slipway::quantize {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kWidth = 4;

// Samples whose elements count up from 0.
std::unique_ptr<dataset::SampleSource> CountingSamples(std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count * kWidth));
  std::iota(values.begin(), values.end(), 0.0F);
  return *dataset::TensorSamples::Create(Tensor::Of<float>(Shape({count, kWidth}), values));
}

runtime::FakeModel FixedIdentity(std::int64_t rows) {
  runtime::FakeModel model = runtime::FakeIdentity(kWidth);
  model.inputs[0].shape = {rows, kWidth};
  return model;
}

// The first element of each row that the session was shown, whatever the batches.
Result<std::vector<float>> RowsShown(const runtime::Session& session,
                                     const dataset::SampleSource& samples,
                                     const BatchLimits& limits) {
  SLIPWAY_TRY_ASSIGN(SampleRunner runner, SampleRunner::Create(session, samples));
  std::vector<float> rows;
  SLIPWAY_TRY(runner.ForEachBatch(
      limits, [&](const Tensor& input, std::span<const SharedTensor> outputs) -> Status {
        EXPECT_EQ(input.shape(), outputs[0].view.shape);
        for (std::size_t i = 0; i < input.elements<float>().size(); i += kWidth) {
          rows.push_back(outputs[0].view.elements<float>()[i]);
        }
        return {};
      }));
  return rows;
}

TEST(SampleRunnerTest, RunsEverySampleOnce) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(kWidth));
  const auto session = engine.NewSession();

  ASSERT_OK_AND_ASSIGN(const std::vector<float> rows,
                       RowsShown(*session, *CountingSamples(7), {.max_batch = 3}));

  EXPECT_THAT(rows, ElementsAre(0, 4, 8, 12, 16, 20, 24));
  EXPECT_THAT(engine.batch_sizes(), ElementsAre(1, 3, 3));
}

TEST(SampleRunnerTest, KeepsTheOutputsOfABatchWithinTheirBound) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(kWidth));
  const auto session = engine.NewSession();
  constexpr std::size_t kTwoSamples = 2 * kWidth * sizeof(float);

  ASSERT_OK(RowsShown(*session, *CountingSamples(6), {.max_output_bytes = kTwoSamples}));

  EXPECT_THAT(engine.batch_sizes(), ElementsAre(1, 2, 2, 1));
}

TEST(SampleRunnerTest, RunsOneSampleAtATimeIfEvenThatExceedsTheBound) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(kWidth));
  const auto session = engine.NewSession();

  ASSERT_OK(RowsShown(*session, *CountingSamples(3), {.max_output_bytes = 1}));

  EXPECT_THAT(engine.batch_sizes(), ElementsAre(1, 1, 1));
}

TEST(SampleRunnerTest, StopsAtTheLimitOfSamples) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(kWidth));
  const auto session = engine.NewSession();

  ASSERT_OK_AND_ASSIGN(const std::vector<float> rows,
                       RowsShown(*session, *CountingSamples(9), {.max_samples = 2}));

  EXPECT_THAT(rows, ElementsAre(0, 4));
}

TEST(SampleRunnerTest, GivesAModelTheNumberOfSamplesThatItWants) {
  const runtime::FakeEngine engine(FixedIdentity(2));
  const auto session = engine.NewSession();

  ASSERT_OK(RowsShown(*session, *CountingSamples(5), {}));

  EXPECT_THAT(engine.batch_sizes(), ElementsAre(2, 2));
}

TEST(SampleRunnerTest, RefusesTooFewSamples) {
  const runtime::FakeEngine engine(FixedIdentity(2));
  const auto session = engine.NewSession();

  EXPECT_THAT(SampleRunner::Create(*session, *CountingSamples(1)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("1 samples: at least 2")));
  EXPECT_THAT(SampleRunner::Create(*session, *CountingSamples(0)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("0 samples")));
}

TEST(SampleRunnerTest, RefusesSamplesOfAnotherShapeAndNamesBoth) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(kWidth + 1));
  const auto session = engine.NewSession();

  EXPECT_THAT(SampleRunner::Create(*session, *CountingSamples(3)),
              FailsWith(ErrorCode::kInvalidArgument,
                        AllOf(HasSubstr("float32 [4]"), HasSubstr("float32 [-1,5]"))));
}

TEST(SampleRunnerTest, RefusesModelsWithMoreThanOneInput) {
  runtime::FakeModel model = runtime::FakeIdentity(kWidth);
  model.inputs.push_back(model.inputs[0]);
  const runtime::FakeEngine engine(std::move(model));
  const auto session = engine.NewSession();

  EXPECT_THAT(SampleRunner::Create(*session, *CountingSamples(3)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("2 inputs")));
}

TEST(SampleRunnerTest, StopsAtTheFirstErrorOfTheVisit) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(kWidth));
  const auto session = engine.NewSession();
  const auto samples = CountingSamples(9);
  ASSERT_OK_AND_ASSIGN(SampleRunner runner, SampleRunner::Create(*session, *samples));

  const Status status =
      runner.ForEachBatch({}, [](const Tensor&, std::span<const SharedTensor>) -> Status {
        return InternalError("enough");
      });

  EXPECT_THAT(status, FailsWith(ErrorCode::kInternal, HasSubstr("enough")));
  EXPECT_THAT(engine.batch_sizes(), ElementsAre(1));
}

}  // namespace
}  // namespace slipway::quantize
