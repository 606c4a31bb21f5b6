// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/code_search.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/verify_quantized.h"
#include "slipway/optimize/search/testing/two_layers.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace slipway::search {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::HasSubstr;

class CodeSearchTest : public TwoLayers {
 protected:
  // A metric that falls with the noise of the outputs: 1 for none, 0 where they are all noise.
  Result<Judgement> ByNoise(const graph::Model& model) const {
    SLIPWAY_TRY_ASSIGN(
        const auto outputs,
        quantize::VerifyQuantized(*engine_, {model_, model}, *samples_, {.min_snr_db = -100}));
    const double snr_db = outputs[0].snr_db;
    return Judgement{.metric = std::isinf(snr_db) ? 1 : 1 - std::pow(10, -snr_db / 10),
                     .output_snr_db = snr_db};
  }

  Result<CodeSearchReport> Search(double max_drop) {
    outcome_ = model_;
    return FindSmallestCodes(outcome_, {*engine_, *samples_},
                             [this](const graph::Model& model) { return ByNoise(model); },
                             {.max_drop = max_drop});
  }

  static std::size_t BytesOf(const CodeSearchReport& report) {
    std::size_t bytes = 0;
    for (const codebook::CodedLayer& layer : report.coding.layers) bytes += layer.bytes_after;
    return bytes;
  }

  graph::Model outcome_;
};

TEST_F(CodeSearchTest, TakesFewerBytesTheMoreMayBeLost) {
  ASSERT_OK_AND_ASSIGN(const CodeSearchReport careful, Search(0.001));
  ASSERT_OK_AND_ASSIGN(const CodeSearchReport bold, Search(0.1));

  EXPECT_LE(careful.float32.metric - careful.judgement.metric, 0.001);
  EXPECT_LE(bold.float32.metric - bold.judgement.metric, 0.1);
  EXPECT_GT(bold.float32.metric - bold.judgement.metric, 0.001);
  EXPECT_LT(BytesOf(bold), BytesOf(careful));
}

TEST_F(CodeSearchTest, LeavesTheModelFloatWhereNothingMayBeLost) {
  ASSERT_OK_AND_ASSIGN(const CodeSearchReport report, Search(0));

  EXPECT_FALSE(IsQuantized(outcome_, "first"));
  EXPECT_FALSE(IsQuantized(outcome_, "second"));
  EXPECT_EQ(report.judgement.metric, report.float32.metric);
}

TEST_F(CodeSearchTest, GoesAllTheWayWhereEverythingMayBeLost) {
  ASSERT_OK_AND_ASSIGN(const CodeSearchReport report, Search(1));

  EXPECT_TRUE(IsQuantized(outcome_, "first"));
  EXPECT_TRUE(IsQuantized(outcome_, "second"));
  EXPECT_EQ(report.judged, 2U) << "the float32 model as it is, and the smallest one";
}

TEST_F(CodeSearchTest, LeavesTheModelAsItWasOnAnError) {
  graph::Model model = model_;
  const Judge judge = [](const graph::Model&) -> Result<Judgement> {
    return InvalidArgument("no labels");
  };

  EXPECT_THAT(FindSmallestCodes(model, {*engine_, *samples_}, judge, {}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("no labels")));
  EXPECT_THAT(FindSmallestCodes(model, {*engine_, *samples_}, judge, {.candidates = {}}),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("no codes")));
  EXPECT_EQ(*graph::SerializeModel(model), *graph::SerializeModel(model_));
}

}  // namespace
}  // namespace slipway::search
