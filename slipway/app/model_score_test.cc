// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/model_score.h"

#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/runtime/testing/onnx_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace slipway::app {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Three IDX images of one row with two pixels each.
std::string ThreeImages() {
  std::string bytes = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2};
  bytes += {10, 20, 40, 30, 50, 60};
  return bytes;
}

class ModelScoreTest : public ::testing::Test {
 protected:
  Result<ModelScore> Score(const std::vector<std::int64_t>& shape) {
    const std::filesystem::path model = folder_.path() / "model.onnx";
    const std::filesystem::path images = folder_.path() / "images";
    SLIPWAY_TRY(
        WriteFileAtomically(model, AsBytes(runtime::OnnxIdentity(DataType::kFloat32, shape))));
    SLIPWAY_TRY(WriteFileAtomically(images, AsBytes(ThreeImages())));
    SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Engine> engine,
                       runtime::CreateOnnxRuntimeEngine({}));
    options_.data.images = images;
    return ScoreModel(*engine, model, options_);
  }

  TemporaryFolder folder_;
  ScoreOptions options_ = {.data = {}, .latency_batches = {1}, .latency_runs = 1};
};

TEST_F(ModelScoreTest, PredictsClassesWithoutLabels) {
  ASSERT_OK_AND_ASSIGN(const ModelScore score, Score({-1, 2}));
  EXPECT_THAT(score.predictions, ::testing::ElementsAre(1, 0, 1));
  EXPECT_FALSE(score.top1);
}

TEST_F(ModelScoreTest, MeasuresAModelThatGivesImages) {
  ASSERT_OK_AND_ASSIGN(const ModelScore score, Score({-1, 1, 1, 2}));
  EXPECT_THAT(score.predictions, IsEmpty());
  EXPECT_EQ(score.samples, 3);
  EXPECT_THAT(score.latencies, SizeIs(1));
}

}  // namespace
}  // namespace slipway::app
