// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/coding_report.h"

#include <gtest/gtest.h>

#include <limits>

namespace slipway::codebook {
namespace {

CodedLayer Layer(std::string name, bool is_coded) {
  CodedLayer layer;
  layer.name = std::move(name);
  layer.op_type = "Conv";
  layer.is_coded = is_coded;
  return layer;
}

TEST(CodingReportTest, CountsTheLayersThatAreCoded) {
  CodingReport report;
  report.layers = {Layer("a", true), Layer("b", false), Layer("c", true)};
  EXPECT_EQ(report.coded_layer_count(), 2);
}

TEST(CodingReportTest, IsOneJsonObject) {
  CodingReport report;
  report.method = CodingMethod::kProduct;
  report.float_bytes = 100;
  report.coded_bytes = 10;
  report.notes = {"so"};
  report.layers = {Layer("a", true)};
  report.layers[0].bits = 8;
  report.layers[0].weight.snr_db = std::numeric_limits<double>::infinity();
  report.outputs = {{.name = "y", .snr_db = 20, .largest_error = 0.5}};

  EXPECT_EQ(ToJson(report),
            R"({"method":"pq","float_bytes":100,"coded_bytes":10,"notes":["so"],"layers":[)"
            R"({"name":"a","op_type":"Conv","is_coded":true,"note":"","execution":"folded",)"
            R"("bits":8,)"
            R"("vector_length":0,"stages":0,"bytes_before":0,"bytes_after":0,)"
            R"("weight_snr_db":null,"output_snr_db":0}],)"
            R"("outputs":[{"name":"y","snr_db":20,"largest_error":0.5}]})");
}

}  // namespace
}  // namespace slipway::codebook
