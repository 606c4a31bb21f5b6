// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/quantize_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace slipway::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

QuantizePage SmallPage() {
  Table table({{"layer", Table::Align::kLeft}});
  table.AddRow({"first <layer>"});
  QuantizePage page{.title = "model.onnx by static",
                    .table = table,
                    .outputs = {{.name = "y", .snr_db = 31.4}},
                    .notes = {"a note"}};
  page.layers.push_back(
      {"first <layer>", evaluate::ChangeOf(std::array{0.5F, -1.0F}, std::array{0.5F, -0.9F})});
  return page;
}

TEST(QuantizePageTest, ShowsErrorsAndWeightsOfLayers) {
  const std::string html = ToHtml(SmallPage());

  EXPECT_THAT(html, HasSubstr("model.onnx by static"));
  EXPECT_THAT(html, HasSubstr("output y: 31.4 dB"));
  EXPECT_THAT(html, HasSubstr("a note"));
  EXPECT_THAT(html, HasSubstr("first &lt;layer&gt;"));
  EXPECT_THAT(html, HasSubstr("Weights before"));
  EXPECT_THAT(html, Not(HasSubstr("Accuracy against")));
}

TEST(QuantizePageTest, PlotsAccuracyAgainstSizeAndLatency) {
  QuantizePage page = SmallPage();
  for (const auto& [name, bytes] : {std::pair{"float", 4000U}, {"small", 1000U}}) {
    ScoredModel model{.name = name, .score = {}};
    model.score.top1 = 0.9;
    model.score.file_bytes = bytes;
    model.score.latencies.push_back({.batch_size = 1, .p50 = std::chrono::microseconds(bytes)});
    page.models.push_back(model);
  }

  const std::string html = ToHtml(page);

  EXPECT_THAT(html, HasSubstr("Accuracy against size"));
  EXPECT_THAT(html, HasSubstr("Accuracy against latency"));
  EXPECT_THAT(html, HasSubstr("p50 in µs, batch 1"));
  EXPECT_THAT(html, HasSubstr("90.00 %"));
}

TEST(QuantizePageTest, PlotsNothingWithoutLabels) {
  QuantizePage page = SmallPage();
  page.models.push_back({.name = "float", .score = {}});

  const std::string html = ToHtml(page);

  EXPECT_THAT(html, HasSubstr("no labels"));
  EXPECT_THAT(html, Not(HasSubstr("Accuracy against")));
}

}  // namespace
}  // namespace slipway::app
