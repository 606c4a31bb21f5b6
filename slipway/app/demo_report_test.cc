// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/demo_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::app {
namespace {

using ::testing::HasSubstr;

DemoReport TwoModels() {
  return {.rows = {{.model = "cnn  float32",
                    .top1 = 0.93,
                    .file_bytes = 1'000'000,
                    .p50_batch_1_us = 200,
                    .p50_batch_32_us = 5000,
                    .rest_infer_per_s = 4000,
                    .grpc_infer_per_s = 3000},
                   {.model = "cnn  int8",
                    .top1 = 0.929,
                    .file_bytes = 260'000,
                    .p50_batch_1_us = 100,
                    .p50_batch_32_us = 2000,
                    .rest_infer_per_s = 8000,
                    .grpc_infer_per_s = 9000}},
          .predictions = 20'000,
          .agreeing = 20'000};
}

TEST(DemoReportTest, ShowsTheChangeAgainstFloat32) {
  const std::string tabs = DemoTable(TwoModels()).Render(TableStyle::kTabs);

  EXPECT_THAT(tabs, HasSubstr("cnn  float32\t93.00 %\t1.0 MB\t0.200 ms\t5.000 ms\t4000\t3000\n"));
  EXPECT_THAT(tabs, HasSubstr("\t-0.10 pp\t26.0 %\t2.00x\t2.50x\t2.00x\t3.00x\n"));
}

TEST(DemoReportTest, TellsWhenProtocolsDisagree) {
  DemoReport report = TwoModels();
  report.agreeing = 19'998;

  EXPECT_EQ(AgreementText(report),
            "REST, gRPC and in-process agree on 99.99 % of 20000 predictions");
  EXPECT_THAT(DemoJson(report), HasSubstr("\"agreement\":0.9999"));
}

}  // namespace
}  // namespace slipway::app
