// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/evaluate/evaluate.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/dataset/tensor_samples.h"
#include "slipway/runtime/testing/fake_engine.h"

#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace slipway::evaluate {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Samples of three scores each: with a model that gives its input back, `scores` are its outputs.
std::unique_ptr<dataset::SampleSource> Scores(const std::vector<float>& scores) {
  const auto rows = static_cast<std::int64_t>(scores.size() / 3);
  return *dataset::TensorSamples::Create(Tensor::Of<float>({rows, 3}, scores));
}

/// Five samples, of classes 2, 0, 1, 1 and 2.
std::unique_ptr<dataset::SampleSource> FiveSamples() {
  return Scores({0, 1, 2, 5, 1, 2, 0, 9, 3, -3, -1, -2, 0, 0, 1});
}

/// The identity on three scores that is always run on `batch` samples at once.
runtime::FakeModel FixedBatch(std::int64_t batch) {
  runtime::FakeModel model = runtime::FakeIdentity(3);
  model.inputs[0].shape[0] = batch;
  return model;
}

TEST(EvaluateTest, CountsWhatIsRight) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(3));
  constexpr std::array<std::int64_t, 5> kLabels = {2, 0, 1, 0, 0};

  ASSERT_OK_AND_ASSIGN(const Evaluation evaluation,
                       EvaluateTop1(*engine.NewSession(), *FiveSamples(), kLabels));

  EXPECT_EQ(evaluation.samples, 5);
  EXPECT_EQ(evaluation.correct, 3);
  EXPECT_DOUBLE_EQ(evaluation.top1, 0.6);
  EXPECT_THAT(evaluation.predictions, ElementsAre(2, 0, 1, 1, 2));
}

TEST(EvaluateTest, RunsInBatchesAndReportsProgress) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(3));
  std::vector<std::pair<std::size_t, std::size_t>> progress;
  const EvaluateOptions options{
      .batch_size = 2,
      .progress = [&](std::size_t done, std::size_t total) { progress.emplace_back(done, total); }};

  ASSERT_OK_AND_ASSIGN(const Predictions predictions,
                       Predict(*engine.NewSession(), *FiveSamples(), options));

  EXPECT_THAT(predictions.classes, ElementsAre(2, 0, 1, 1, 2));
  EXPECT_EQ(predictions.class_count, 3);
  EXPECT_THAT(engine.batch_sizes(), ElementsAre(2, 2, 1));
  EXPECT_THAT(progress, ElementsAre(Pair(2, 5), Pair(4, 5), Pair(5, 5)));
}

TEST(EvaluateTest, FillsTheLastBatchOfAModelThatFixesIt) {
  const runtime::FakeEngine engine(FixedBatch(3));

  ASSERT_OK_AND_ASSIGN(const Predictions predictions,
                       Predict(*engine.NewSession(), *FiveSamples()));

  EXPECT_THAT(predictions.classes, ElementsAre(2, 0, 1, 1, 2));
  EXPECT_THAT(engine.batch_sizes(), ElementsAre(3, 3));
}

TEST(EvaluateTest, TakesTheFirstOfEqualScores) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(3));

  ASSERT_OK_AND_ASSIGN(const Predictions predictions,
                       Predict(*engine.NewSession(), *Scores({1, 7, 7})));

  EXPECT_THAT(predictions.classes, ElementsAre(1));
}

TEST(EvaluateTest, NamesTheSampleWhoseScoreIsNotFinite) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(3));
  const auto samples = Scores({1, 2, 3, 1, 2, 3, 1, kNan, 3});

  EXPECT_THAT(Predict(*engine.NewSession(), *samples, {.batch_size = 2}),
              FailsWith(ErrorCode::kInvalidArgument,
                        "the score of class 1 for sample 2 is not finite: nan"));
}

TEST(EvaluateTest, RefusesLabelsThatAreMissingOrWrong) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(3));
  const auto session = engine.NewSession();
  constexpr std::array<std::int64_t, 5> kTooLarge = {2, 0, 3, 0, 0};
  constexpr std::array<std::int64_t, 5> kNegative = {2, 0, 1, 0, -1};

  EXPECT_THAT(EvaluateTop1(*session, *FiveSamples(), {}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("no labels")));
  EXPECT_THAT(EvaluateTop1(*session, *FiveSamples(), std::span(kTooLarge).first(4)),
              FailsWith(ErrorCode::kInvalidArgument, "4 labels for 5 samples"));
  EXPECT_THAT(EvaluateTop1(*session, *FiveSamples(), kTooLarge),
              FailsWith(ErrorCode::kInvalidArgument,
                        "label 3 of sample 2 is no class of the model, which has 3"));
  EXPECT_THAT(EvaluateTop1(*session, *FiveSamples(), kNegative),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("label -1 of sample 4")));
}

TEST(EvaluateTest, RefusesOutputsThatAreNoScores) {
  runtime::FakeModel flat = runtime::FakeIdentity(3);
  flat.compute = [](std::span<const TensorView> inputs) -> Result<std::vector<Tensor>> {
    SLIPWAY_TRY_ASSIGN(
        Tensor all,
        Tensor::CopyOf({DataType::kFloat32, {inputs[0].shape.element_count()}, inputs[0].bytes}));
    std::vector<Tensor> outputs;
    outputs.push_back(std::move(all));
    return outputs;
  };
  const runtime::FakeEngine engine(std::move(flat));

  EXPECT_THAT(Predict(*engine.NewSession(), *FiveSamples()),
              FailsWith(ErrorCode::kInvalidArgument, "want scores of shape [5,classes], got [15]"));
}

TEST(EvaluateTest, RefusesScoresOfOtherTypes) {
  runtime::FakeModel integers = runtime::FakeIdentity(3);
  integers.compute = [](std::span<const TensorView> inputs) -> Result<std::vector<Tensor>> {
    SLIPWAY_TRY_ASSIGN(Tensor zeros, Tensor::Zeros(DataType::kInt64, inputs[0].shape));
    std::vector<Tensor> outputs;
    outputs.push_back(std::move(zeros));
    return outputs;
  };
  const runtime::FakeEngine engine(std::move(integers));

  EXPECT_THAT(Predict(*engine.NewSession(), *FiveSamples()),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("got int64")));
}

TEST(EvaluateTest, RefusesTooFewSamples) {
  const runtime::FakeEngine any(runtime::FakeIdentity(3));
  const runtime::FakeEngine eight(FixedBatch(8));

  EXPECT_THAT(Predict(*any.NewSession(), *Scores({})),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("0 samples")));
  EXPECT_THAT(Predict(*eight.NewSession(), *FiveSamples()),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("5 samples are too few")));
}

TEST(EvaluateTest, RefusesSamplesThatDoNotFit) {
  const runtime::FakeEngine engine(runtime::FakeIdentity(4));

  EXPECT_THAT(Predict(*engine.NewSession(), *FiveSamples()),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("want float32 [-1,4]")));
}

}  // namespace
}  // namespace slipway::evaluate
