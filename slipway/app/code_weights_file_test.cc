// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/code_weights_file.h"

#include "slipway/app/testing/captured_terminal.h"
#include "slipway/base/testing/assert_ok.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::app {
namespace {

using ::slipway::codebook::CodingMethod;
using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

TEST(CodeWeightsFileTest, GivesEachMethodItsBits) {
  ASSERT_OK_AND_ASSIGN(const auto weights, CodingOptionsFor(CodingMethod::kAdditivePowerOfTwo, {}));
  EXPECT_EQ(weights.coding.method, CodingMethod::kAdditivePowerOfTwo);
  EXPECT_EQ(weights.coding.bits, 4);
  ASSERT_OK_AND_ASSIGN(const auto vectors, CodingOptionsFor(CodingMethod::kProduct, {}));
  EXPECT_EQ(vectors.coding.bits, 6);
  ASSERT_OK_AND_ASSIGN(const auto asked,
                       CodingOptionsFor(CodingMethod::kResidual, {.bits = 3, .stages = 4}));
  EXPECT_EQ(asked.coding.bits, 3);
  EXPECT_EQ(asked.coding.stages, 4);
}

TEST(CodeWeightsFileTest, ReadsCodesOfOneLayer) {
  ASSERT_OK_AND_ASSIGN(const auto options, CodingOptionsFor(CodingMethod::kProduct,
                                                            {.layers = {"hidden=7x8", "a=b=5"}}));

  ASSERT_TRUE(options.layer_coding.contains("hidden"));
  EXPECT_EQ(options.layer_coding.at("hidden").bits, 7);
  EXPECT_EQ(options.layer_coding.at("hidden").vector_length, 8);
  EXPECT_EQ(options.layer_coding.at("hidden").method, CodingMethod::kProduct);
  ASSERT_TRUE(options.layer_coding.contains("a=b"));
  EXPECT_EQ(options.layer_coding.at("a=b").bits, 5);
  EXPECT_EQ(options.layer_coding.at("a=b").vector_length, 4);
}

TEST(CodeWeightsFileTest, RefusesLayersThatSayNothing) {
  for (const char* text : {"hidden", "=4", "hidden=", "hidden=x4", "hidden=4x", "hidden=four"}) {
    EXPECT_THAT(CodingOptionsFor(CodingMethod::kProduct, {.layers = {text}}),
                FailsWith(ErrorCode::kInvalidArgument, HasSubstr("want NODE=BITS")))
        << text;
  }
}

TEST(CodeWeightsFileTest, AsksForData) {
  ASSERT_OK_AND_ASSIGN(const auto engine, runtime::CreateOnnxRuntimeEngine({}));
  EXPECT_THAT(CodeWeightsFile(*engine, {.model = "m.onnx", .out = "o.onnx", .calibration = {}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("--calibration")));
}

TEST(CodeWeightsFileTest, TellsWhatBecameOfEachLayer) {
  codebook::CodingReport report = {.method = CodingMethod::kResidual,
                                   .layers = {},
                                   .float_bytes = 4000,
                                   .coded_bytes = 500,
                                   .outputs = {},
                                   .notes = {"a note"}};
  report.layers.push_back({.name = "first",
                           .op_type = "Conv",
                           .is_coded = true,
                           .note = "",
                           .bits = 6,
                           .vector_length = 4,
                           .stages = 2,
                           .bytes_before = 3000,
                           .bytes_after = 300});
  report.layers.push_back({.name = "last", .op_type = "Gemm", .note = "too small"});
  CapturedTerminal captured;

  PrintCodingReport(report, "out.onnx", captured.terminal());

  EXPECT_THAT(captured.out(), HasSubstr("2 x 6 bits for 4 weights"));
  EXPECT_THAT(captured.out(), HasSubstr("too small"));
  EXPECT_THAT(captured.out(), HasSubstr("note: a note"));
  EXPECT_THAT(captured.out(), HasSubstr("10.0x smaller"));
  EXPECT_THAT(captured.out(), HasSubstr("wrote out.onnx"));
  EXPECT_THAT(captured.out(), HasSubstr("12.5 %"));
}

}  // namespace
}  // namespace slipway::app
