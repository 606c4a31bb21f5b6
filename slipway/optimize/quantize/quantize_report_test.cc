// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/quantize/quantize_report.h"

#include <gtest/gtest.h>

#include <limits>

namespace slipway::quantize {
namespace {

QuantizeReport ReportOfTwoLayers() {
  QuantizeReport report;
  report.method = "static";
  report.target = TargetCpu::kAvx2;
  report.weight_range = WeightRange::kPairSafe;
  report.layers.push_back({.name = "c",
                           .op_type = "Conv",
                           .is_int8 = true,
                           .type = "int8",
                           .reason = "",
                           .scale_count = 2,
                           .weight = {.snr_db = std::numeric_limits<double>::infinity()}});
  report.layers.push_back({.name = "s",
                           .op_type = "Softmax",
                           .is_int8 = false,
                           .type = "float32",
                           .reason = "why",
                           .scale_count = 0,
                           .weight = {}});
  report.float_bytes = 400;
  report.quantized_bytes = 100;
  report.notes = {"note"};
  return report;
}

TEST(QuantizeReportTest, IsOneJsonObject) {
  EXPECT_EQ(ToJson(ReportOfTwoLayers()),
            R"({"method":"static","target":"avx2","weight_range":"pair-safe","float_bytes":400,)"
            R"("quantized_bytes":100,"notes":["note"],"layers":[)"
            R"({"name":"c","op_type":"Conv","is_int8":true,"type":"int8","reason":"",)"
            R"("scale_count":2,"weight_snr_db":null},)"
            R"({"name":"s","op_type":"Softmax","is_int8":false,"type":"float32","reason":"why",)"
            R"("scale_count":0,"weight_snr_db":0}]})");
}

TEST(QuantizeReportTest, CountsTheLayersWithQuantizedWeights) {
  EXPECT_EQ(ReportOfTwoLayers().quantized_layer_count(), 1);
}

}  // namespace
}  // namespace slipway::quantize
