// SPDX-License-Identifier: Apache-2.0
// Quantizes the trained example network with real images: a test of the modules below working
// together, not of one unit.
#include "slipway/base/testing/assert_ok.h"
#include "slipway/dataset/adapted_samples.h"
#include "slipway/dataset/labelled_data.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/dataset_calibrator.h"
#include "slipway/optimize/quantize/quantize_static.h"
#include "slipway/optimize/quantize/sample_runner.h"
#include "slipway/optimize/quantize/verify_quantized.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace slipway::quantize {
namespace {

const std::filesystem::path kImages = "/usr/share/datasets/fashion-mnist";
constexpr std::size_t kCalibrationImages = 500;
constexpr std::array<std::int64_t, 4> kInputShape = {-1, 1, 28, 28};

// Images as the network takes them. The labels belong to those of the same index.
struct Images {
  dataset::LabelledData data;
  std::unique_ptr<dataset::SampleSource> samples;
};

Result<Images> LoadImages(const std::string& file) {
  SLIPWAY_TRY_ASSIGN(dataset::LabelledData data, dataset::LoadLabelledData(kImages / file));
  SLIPWAY_TRY_ASSIGN(auto samples, dataset::AdaptSamples(*data.samples, {.shape = kInputShape}));
  return Images{std::move(data), std::move(samples)};
}

class FashionCnnTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kImages)) GTEST_SKIP() << "no data set at " << kImages;
    ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({}));
    ASSERT_OK_AND_ASSIGN(model_, graph::ReadModel(SLIPWAY_CNN));
    ASSERT_OK_AND_ASSIGN(training_, LoadImages("train-images-idx3-ubyte.gz"));
    ASSERT_OK_AND_ASSIGN(test_, LoadImages("t10k-images-idx3-ubyte.gz"));
  }

  Result<QuantizeReport> Quantize(graph::Model& model) {
    CalibrationOptions options;
    options.batches.max_samples = kCalibrationImages;
    DatasetCalibrator calibrator(*engine_, *training_.samples, options);
    return QuantizeStatic(model, calibrator, {});
  }

  // The share of the test images that `model` classifies as they are labelled.
  Result<double> Top1(const graph::Model& model) {
    SLIPWAY_TRY_ASSIGN(const std::string bytes, graph::SerializeModel(model));
    SLIPWAY_TRY_ASSIGN(const auto session, engine_->LoadBytes(AsBytes(bytes), "network", {}));
    SLIPWAY_TRY_ASSIGN(SampleRunner runner, SampleRunner::Create(*session, *test_.samples));
    std::size_t image = 0;
    std::size_t correct = 0;
    const auto count = [&](const Tensor&, std::span<const SharedTensor> outputs) -> Status {
      const auto logits = outputs[0].view.elements<float>();
      const auto classes = static_cast<std::size_t>(outputs[0].view.shape[1]);
      for (std::size_t i = 0; i < logits.size(); i += classes) {
        const auto scores = logits.subspan(i, classes);
        const auto best = std::ranges::max_element(scores) - scores.begin();
        if (best == test_.data.labels[image++]) ++correct;
      }
      return {};
    };
    SLIPWAY_TRY(runner.ForEachBatch({}, count));
    return static_cast<double>(correct) / static_cast<double>(image);
  }

  std::unique_ptr<runtime::Engine> engine_;
  graph::Model model_;
  Images training_;
  Images test_;
};

TEST_F(FashionCnnTest, LosesAtMostAFifthOfAPercentagePoint) {
  graph::Model quantized = model_;
  ASSERT_OK(Quantize(quantized));

  ASSERT_OK_AND_ASSIGN(const double before, Top1(model_));
  ASSERT_OK_AND_ASSIGN(const double after, Top1(quantized));

  EXPECT_GE(before, 0.92);
  EXPECT_GE(after, before - 0.002) << "float32 " << before << ", int8 " << after;
}

TEST_F(FashionCnnTest, PassesItsCheckAndHasThreeTenthsOfTheSizeAtMost) {
  graph::Model quantized = model_;
  ASSERT_OK_AND_ASSIGN(const QuantizeReport report, Quantize(quantized));

  ASSERT_OK_AND_ASSIGN(
      const std::vector<OutputComparison> outputs,
      VerifyQuantized(*engine_, {model_, quantized}, *test_.samples, {.min_snr_db = 30}));

  EXPECT_EQ(outputs.size(), 1);
  EXPECT_EQ(report.quantized_layer_count(), 4);
  EXPECT_LE(static_cast<double>(report.quantized_bytes),
            0.3 * static_cast<double>(report.float_bytes));
}

}  // namespace
}  // namespace slipway::quantize
