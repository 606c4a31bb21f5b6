// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/dataset_moments.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/dataset/tensor_samples.h"
#include "slipway/optimize/quantize/testing/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace slipway::quantize {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DatasetMomentsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  // The upper triangles of the moments of `values` of a model that negates its input.
  Result<std::vector<std::vector<float>>> Moments(const Tensor& samples,
                                                  const std::vector<VectorValue>& values) {
    std::vector<std::int64_t> sizes(samples.shape().sizes().begin(), samples.shape().sizes().end());
    sizes[0] = -1;
    ModelBuilder builder;
    builder.Input("x", sizes).Node("Neg", {"x"}, "y").Output("y");
    SLIPWAY_TRY_ASSIGN(const auto source, dataset::TensorSamples::Create(samples.Clone()));
    std::vector<std::vector<float>> found;
    SLIPWAY_TRY(DatasetMoments(*engine_, *source)
                    .ForEach(builder.Build(), values,
                             [&](const VectorValue&, const SecondMoments& moments) -> Status {
                               found.emplace_back();
                               for (std::size_t i = 0; i < moments.depth(); ++i) {
                                 for (std::size_t j = i; j < moments.depth(); ++j) {
                                   found.back().push_back(moments.At(i, j));
                                 }
                               }
                               return {};
                             }));
    return found;
  }

  std::unique_ptr<runtime::Engine> engine_;
};

TEST_F(DatasetMomentsTest, SumsUpProductsWithinTheLastDimension) {
  const Tensor samples = Tensor::Of<float>(Shape({2, 2}), std::vector<float>{1, 2, 3, -1});

  ASSERT_OK_AND_ASSIGN(const auto moments, Moments(samples, {{.value = "y", .depth = 2}}));

  EXPECT_THAT(moments, ElementsAre(ElementsAre(1 + 9, 2 - 3, 4 + 1)));
}

TEST_F(DatasetMomentsTest, SumsUpProductsWithinWhatAKernelCovers) {
  const Tensor samples = Tensor::Of<float>(Shape({1, 1, 1, 3}), std::vector<float>{1, 2, 4});
  const PatchGeometry patches = {.kernel = {1, 2}};

  ASSERT_OK_AND_ASSIGN(const auto moments,
                       Moments(samples, {{.value = "x", .depth = 2, .patches = patches}}));

  EXPECT_THAT(moments, ElementsAre(ElementsAre(1 + 4, 2 + 8, 4 + 16)));
}

TEST_F(DatasetMomentsTest, RefusesDepthsThatAreOthers) {
  const Tensor samples = Tensor::Of<float>(Shape({1, 1, 1, 3}), std::vector<float>{1, 2, 4});
  EXPECT_THAT(Moments(samples, {{.value = "x", .depth = 2}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("last size should be 2")));
  EXPECT_THAT(Moments(samples, {{.value = "x", .depth = 5, .patches = PatchGeometry{}}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("5 weights does not fit")));
}

}  // namespace
}  // namespace slipway::quantize
