// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/evaluate/model_input.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/dataset/tensor_samples.h"
#include "slipway/runtime/testing/fake_engine.h"

#include <utility>
#include <vector>

namespace slipway::evaluate {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

/// A session whose inputs are float32 of these shapes.
std::unique_ptr<runtime::Session> SessionOf(std::vector<std::vector<std::int64_t>> shapes) {
  runtime::FakeModel model = runtime::FakeIdentity(1);
  model.inputs.clear();
  for (std::vector<std::int64_t>& shape : shapes) {
    model.inputs.push_back({"x", DataType::kFloat32, std::move(shape)});
  }
  return runtime::FakeEngine(std::move(model)).NewSession();
}

TEST(ModelInputTest, AdaptsSamplesToTheOneInput) {
  const auto images =
      *dataset::TensorSamples::Create(*Tensor::Zeros(DataType::kUint8, {2, 28, 28}));

  ASSERT_OK_AND_ASSIGN(const auto adapted, AdaptToModel(*SessionOf({{-1, 1, 28, 28}}), *images));

  EXPECT_EQ(adapted->dtype(), DataType::kFloat32);
  EXPECT_EQ(adapted->sample_shape(), Shape({1, 28, 28}));
}

TEST(ModelInputTest, NamesTheInputThatSamplesDoNotFit) {
  const auto images =
      *dataset::TensorSamples::Create(*Tensor::Zeros(DataType::kUint8, {2, 28, 28}));

  EXPECT_THAT(AdaptToModel(*SessionOf({{-1, 3, 32, 32}}), *images),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("input \"x\"")));
  EXPECT_THAT(AdaptToModel(*SessionOf({{-1}, {-1}}), *images),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("has 2 inputs")));
}

TEST(ModelInputTest, TakesTheBatchThatTheModelFixes) {
  EXPECT_EQ(BatchSizeFor(*SessionOf({{-1, 4}}), 32), 32);
  EXPECT_EQ(BatchSizeFor(*SessionOf({{8, 4}}), 32), 8);
  EXPECT_THAT(BatchSizeFor(*SessionOf({{}}), 32),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("no batch dimension")));
  EXPECT_THAT(BatchSizeFor(*SessionOf({{-1, 4}}), 0),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("0 samples")));
}

}  // namespace
}  // namespace slipway::evaluate
