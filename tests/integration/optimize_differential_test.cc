// SPDX-License-Identifier: Apache-2.0
// Random networks through every pass and a file: what comes out loads, and answers as before but
// for the rounding that was asked for, or the pass refuses with a reason and leaves the model as it
// was.
#include "slipway/base/testing/assert_ok.h"
#include "slipway/base/testing/temporary_folder.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/codebook/code_weights.h"
#include "slipway/optimize/quantize/dataset_calibrator.h"
#include "slipway/optimize/quantize/quantize_dynamic.h"
#include "slipway/optimize/quantize/quantize_static.h"
#include "slipway/optimize/quantize/quantize_weights.h"
#include "slipway/optimize/quantize/store_half.h"
#include "slipway/optimize/quantize/testing/random_samples.h"
#include "slipway/optimize/quantize/verify_quantized.h"

#include "random_network.h"
#include <gtest/gtest.h>

#include <functional>

namespace slipway {
namespace {

constexpr std::uint32_t kNetworks = 60;
constexpr std::int64_t kSamples = 48;

// A network on its way through a pass.
struct Subject {
  const runtime::Engine& engine;
  const dataset::SampleSource& samples;
};

// What is done to a model, and how little of it may be left, in dB of signal over noise.
struct Pass {
  std::string name;
  double least_snr_db = 0;
  std::function<Status(graph::Model&, const Subject&)> run;
};

template <typename T>
Status WithoutReport(const Result<T>& result) {
  if (!result) return result.error();
  return {};
}

Pass Static(const std::string& name, const quantize::StaticQuantizeOptions& options) {
  return {name, 8, [options](graph::Model& model, const Subject& subject) {
            quantize::DatasetCalibrator calibrator(subject.engine, subject.samples, {});
            return WithoutReport(quantize::QuantizeStatic(model, calibrator, options));
          }};
}

Pass WeightOnly(std::size_t bits, double least_snr_db) {
  return {fmt::format("weights of {} bits", bits), least_snr_db,
          [bits](graph::Model& model, const Subject&) {
            return WithoutReport(
                quantize::QuantizeWeightsOnly(model, nullptr, {.format = {.bits = bits}}));
          }};
}

Pass Half(DataType type, double least_snr_db) {
  return {std::string(DataTypeName(type)), least_snr_db,
          [type](graph::Model& model, const Subject&) {
            return WithoutReport(quantize::StoreAsHalf(model, type));
          }};
}

Pass Codes(codebook::CodingMethod method, codebook::ExecutionTarget target) {
  const bool is_ours = target == codebook::ExecutionTarget::kSlipway;
  return {
      fmt::format("{}{}", codebook::CodingMethodName(method), is_ours ? " by our operator" : ""), 3,
      [method, target](graph::Model& model, const Subject& subject) {
        return WithoutReport(codebook::CodeWeights(
            model, {subject.engine, subject.samples},
            {.coding = {.method = method, .bits = 4, .vector_length = 2}, .target = target}));
      }};
}

std::vector<Pass> Passes() {
  using codebook::CodingMethod;
  using codebook::ExecutionTarget;
  return {
      {"nothing", 200, [](graph::Model&, const Subject&) { return Status(); }},
      Static("static QDQ", {}),
      Static("static QOperator", {.form = quantize::IntegerForm::kQOperator}),
      Static("static, equalized by weights",
             {.equalization = quantize::Equalization::kWeights, .bias_correction = true}),
      Static("static, equalized by activations",
             {.equalization = quantize::Equalization::kActivations}),
      {"dynamic", 15,
       [](graph::Model& model, const Subject&) {
         return WithoutReport(quantize::QuantizeDynamic(model, {}));
       }},
      WeightOnly(8, 25),
      WeightOnly(4, 6),
      Half(DataType::kFloat16, 45),
      Half(DataType::kBfloat16, 30),
      Codes(CodingMethod::kPowerOfTwo, ExecutionTarget::kOnnxRuntime),
      Codes(CodingMethod::kCodebook, ExecutionTarget::kSlipway),
      Codes(CodingMethod::kProduct, ExecutionTarget::kOnnxRuntime),
      Codes(CodingMethod::kResidual, ExecutionTarget::kSlipway),
  };
}

bool IsRefusal(ErrorCode code) {
  return code == ErrorCode::kInvalidArgument || code == ErrorCode::kFailedPrecondition ||
         code == ErrorCode::kUnimplemented;
}

class OptimizeDifferentialTest : public ::testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(engine_, runtime::CreateOnnxRuntimeEngine({})); }

  // `model` as it comes back from a file.
  Result<graph::Model> WrittenAndRead(const graph::Model& model) const {
    SLIPWAY_TRY(graph::WriteModel(model, folder_.path() / "model.onnx"));
    return graph::ReadModel(folder_.path() / "model.onnx");
  }

  void Check(const Pass& pass, const RandomNetwork& network) {
    std::vector<std::int64_t> sizes = {kSamples};
    const auto sample = network.sample.sizes();
    sizes.insert(sizes.end(), sample.begin(), sample.end());
    const auto samples = quantize::testing::RandomSamples(*Shape::Create(sizes));
    graph::Model model = network.model;
    const Status done = pass.run(model, {*engine_, *samples});
    if (!done) {
      EXPECT_TRUE(IsRefusal(done.error().code())) << done.error().message();
      EXPECT_EQ(*graph::SerializeModel(model), *graph::SerializeModel(network.model));
      return;
    }
    ++kept_;
    ASSERT_OK_AND_ASSIGN(const graph::Model read, WrittenAndRead(model));
    ASSERT_OK_AND_ASSIGN(const auto outputs,
                         quantize::VerifyQuantized(*engine_, {network.model, read}, *samples));
    ASSERT_EQ(outputs.size(), 1U);
    EXPECT_GE(outputs[0].snr_db, pass.least_snr_db);
  }

  TemporaryFolder folder_;
  std::unique_ptr<runtime::Engine> engine_;
  std::uint32_t kept_ = 0;
};

TEST_P(OptimizeDifferentialTest, KeepsTheMeaningOfRandomNetworks) {
  const Pass pass = Passes()[GetParam()];
  for (std::uint32_t seed = 0; seed < kNetworks; ++seed) {
    SCOPED_TRACE(fmt::format("{}, network {}", pass.name, seed));
    Check(pass, MakeRandomNetwork(seed));
  }
  // The least are those of bfloat16, which opsets below 13 do not have.
  EXPECT_GT(kept_, kNetworks * 6 / 10) << "a pass that refuses everything proves nothing";
}

INSTANTIATE_TEST_SUITE_P(Passes, OptimizeDifferentialTest,
                         ::testing::Range<std::size_t>(0, Passes().size()));

}  // namespace
}  // namespace slipway
