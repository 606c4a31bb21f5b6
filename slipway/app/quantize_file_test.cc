// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/quantize_file.h"

#include "slipway/base/files.h"
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/graph/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>

namespace slipway::app {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

constexpr std::int64_t kSide = 6;
constexpr std::int64_t kPixels = kSide * kSide;
constexpr std::int64_t kClasses = 64;

graph::ValueInfo Describe(std::string name, const std::vector<std::int64_t>& sizes) {
  std::vector<graph::Dimension> dimensions = {{.size = std::nullopt, .name = "n"}};
  for (const std::int64_t size : sizes) dimensions.push_back({.size = size, .name = ""});
  return {.name = std::move(name), .dtype = DataType::kFloat32, .shape = std::move(dimensions)};
}

graph::Node MakeNode(std::string op_type, std::vector<std::string> inputs,
                     const std::string& output) {
  graph::Node node;
  node.name = output;
  node.op_type = std::move(op_type);
  node.inputs = std::move(inputs);
  node.outputs = {output};
  return node;
}

// Pixels, each times its factor, times a matrix of random weights but for the first pixel's, which
// are zero.
graph::Model PixelModel(float first_factor) {
  graph::Model model;
  model.opsets[""] = 13;
  model.ir_version = 8;
  model.graph.name = "pixels";
  model.graph.inputs.push_back(Describe("x", {1, kSide, kSide}));
  model.graph.outputs.push_back(Describe("y", {kClasses}));
  std::vector<float> factors(kPixels, 1);
  factors[0] = first_factor;
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 1);
  std::vector<float> weights(kPixels * kClasses);
  for (std::size_t i = kClasses; i < weights.size(); ++i) weights[i] = normal(random);
  model.graph.initializers["factors"] =
      std::make_shared<const Tensor>(Tensor::Of<float>(Shape({kPixels}), factors));
  model.graph.initializers["w"] =
      std::make_shared<const Tensor>(Tensor::Of<float>(Shape({kPixels, kClasses}), weights));
  model.graph.nodes = {MakeNode("Flatten", {"x"}, "f"), MakeNode("Mul", {"f", "factors"}, "m"),
                       MakeNode("MatMul", {"m", "w"}, "y")};
  return model;
}

class QuantizeFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({}));
    options_.model = folder_.path() / "model.onnx";
    options_.out = folder_.path() / "out.onnx";
    ASSERT_OK(graph::WriteModel(PixelModel(1), options_.model));
    WriteImages(kSide);
  }

  // Writes images of `side` times `side` random pixels as IDX.
  void WriteImages(std::uint8_t side) {
    constexpr std::uint8_t kImages = 40;
    std::string bytes = {0, 0, 8, 3,
                         0, 0, 0, kImages,
                         0, 0, 0, static_cast<char>(side),
                         0, 0, 0, static_cast<char>(side)};
    std::mt19937 random(5);
    for (int i = 0; i < kImages * side * side; ++i) bytes += static_cast<char>(random() % 256);
    images_ = folder_.path() / "images";
    ASSERT_OK(WriteFileAtomically(images_, AsBytes(bytes)));
  }

  Result<QuantizedFile> Quantize(QuantizeMethod method) {
    options_.method = method;
    return QuantizeFile(*engine_, options_);
  }

  TemporaryFolder folder_;
  std::filesystem::path images_;
  QuantizeFileOptions options_;
  std::unique_ptr<runtime::Engine> engine_;
};

TEST_F(QuantizeFileTest, WritesASmallerModelByEachMethod) {
  options_.calibration.images = images_;
  for (const QuantizeMethod method :
       {QuantizeMethod::kStatic, QuantizeMethod::kDynamic, QuantizeMethod::kWeightOnly,
        QuantizeMethod::kFloat16, QuantizeMethod::kBfloat16}) {
    ASSERT_OK_AND_ASSIGN(const QuantizedFile file, Quantize(method));

    EXPECT_GT(file.outputs.at(0).snr_db, 15) << file.report.method;
    EXPECT_LT(file.report.quantized_bytes, file.report.float_bytes) << file.report.method;
    EXPECT_EQ(std::filesystem::file_size(options_.out), file.report.quantized_bytes);
  }
}

TEST_F(QuantizeFileTest, NeedsNoDataForMethodsThatLookAtWeightsAlone) {
  for (const QuantizeMethod method : {QuantizeMethod::kDynamic, QuantizeMethod::kWeightOnly,
                                      QuantizeMethod::kFloat16, QuantizeMethod::kBfloat16}) {
    ASSERT_OK(Quantize(method));
    EXPECT_TRUE(std::filesystem::remove(options_.out));
  }
}

TEST_F(QuantizeFileTest, RefusesStaticWithoutData) {
  EXPECT_THAT(Quantize(QuantizeMethod::kStatic),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("--calibration")));
  EXPECT_FALSE(std::filesystem::exists(options_.out));
}

TEST_F(QuantizeFileTest, RefusesImagesThatDoNotFitTheModel) {
  WriteImages(kSide + 1);
  options_.calibration.images = images_;
  EXPECT_THAT(Quantize(QuantizeMethod::kStatic),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("images")));
  EXPECT_FALSE(std::filesystem::exists(options_.out));
}

TEST_F(QuantizeFileTest, WritesNothingIfTheResultFailsItsCheck) {
  // The first pixel, which does not count, takes all codes for itself.
  ASSERT_OK(graph::WriteModel(PixelModel(1e6F), options_.model));
  options_.calibration.images = images_;
  for (const QuantizeMethod method : {QuantizeMethod::kStatic, QuantizeMethod::kDynamic}) {
    EXPECT_THAT(Quantize(method),
                FailsWith(ErrorCode::kFailedPrecondition, HasSubstr("too far off")));
    EXPECT_FALSE(std::filesystem::exists(options_.out));
  }
}

TEST_F(QuantizeFileTest, HasItsOutcomeAsJson) {
  ASSERT_OK_AND_ASSIGN(const QuantizedFile file, Quantize(QuantizeMethod::kWeightOnly));

  const std::string json = QuantizeJson(file.report, file.outputs);

  EXPECT_THAT(json, HasSubstr("\"schema\":\"slipway.quantize/1\""));
  EXPECT_THAT(json, HasSubstr("\"method\":\"weight-only\""));
  EXPECT_THAT(json, HasSubstr("\"name\":\"y\""));
}

}  // namespace
}  // namespace slipway::app
