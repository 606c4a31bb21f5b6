// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/mixed_precision.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/search/testing/two_layers.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace slipway::search {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Result<Judgement> AlwaysGood(const graph::Model&) { return Judgement{.metric = 0.9}; }

/// Each quantized layer saves a tenth of a second of one.
Result<double> FasterInIntegers(const graph::Model& model) {
  return 1.0 - (IsQuantized(model, "first") ? 0.1 : 0) - (IsQuantized(model, "second") ? 0.1 : 0);
}

class MixedPrecisionTest : public TwoLayers {
 protected:
  Result<MixedPrecisionReport> Search(const Judge& judge, const Stopwatch& stopwatch) {
    outcome_ = model_;
    return QuantizeMixed(outcome_, Subject(judge), stopwatch, {.max_drop = 0.01});
  }

  graph::Model outcome_;
};

TEST_F(MixedPrecisionTest, QuantizesAllThatIsFasterAndCostsNothing) {
  ASSERT_OK_AND_ASSIGN(const MixedPrecisionReport report, Search(AlwaysGood, FasterInIntegers));

  EXPECT_TRUE(IsQuantized(outcome_, "first"));
  EXPECT_TRUE(IsQuantized(outcome_, "second"));
  EXPECT_THAT(report.rejected, IsEmpty());
  EXPECT_DOUBLE_EQ(report.float32_seconds, 1);
  EXPECT_DOUBLE_EQ(report.seconds, 0.8);
}

TEST_F(MixedPrecisionTest, LeavesWhatWouldGetSlower) {
  const auto stopwatch = [](const graph::Model& model) -> Result<double> {
    return 1.0 - (IsQuantized(model, "first") ? 0.1 : 0) + (IsQuantized(model, "second") ? 0.3 : 0);
  };

  ASSERT_OK_AND_ASSIGN(const MixedPrecisionReport report, Search(AlwaysGood, stopwatch));

  EXPECT_TRUE(IsQuantized(outcome_, "first"));
  EXPECT_FALSE(IsQuantized(outcome_, "second"));
  ASSERT_THAT(report.rejected, SizeIs(1));
  EXPECT_EQ(report.rejected[0].layer, "second");
  EXPECT_THAT(report.rejected[0].reason, HasSubstr("slower"));
  const auto layer =
      std::ranges::find(report.quantization.layers, "second", &quantize::LayerReport::name);
  ASSERT_NE(layer, report.quantization.layers.end());
  EXPECT_EQ(layer->reason, report.rejected[0].reason);
}

TEST_F(MixedPrecisionTest, LeavesTheMostSensitiveLayersUntilTheBudgetIsKept) {
  const auto judge = [](const graph::Model& model) -> Result<Judgement> {
    return Judgement{.metric = 0.9 - (IsQuantized(model, "first") ? 0.05 : 0) -
                               (IsQuantized(model, "second") ? 0.005 : 0)};
  };

  ASSERT_OK_AND_ASSIGN(const MixedPrecisionReport report, Search(judge, FasterInIntegers));

  EXPECT_FALSE(IsQuantized(outcome_, "first"));
  EXPECT_TRUE(IsQuantized(outcome_, "second"));
  EXPECT_NEAR(report.judgement.metric, 0.895, 1e-9);
  ASSERT_THAT(report.rejected, SizeIs(1));
  EXPECT_THAT(report.rejected[0].reason, HasSubstr("costs accuracy"));
}

TEST_F(MixedPrecisionTest, LeavesTheModelAloneIfItIsSlowerAsAWhole) {
  // As if quantizing anything at all cost more than each layer gains.
  const auto stopwatch = [](const graph::Model& model) -> Result<double> {
    const double layers =
        (IsQuantized(model, "first") ? 1 : 0) + (IsQuantized(model, "second") ? 1 : 0);
    return layers > 0 ? 2 - 0.1 * layers : (model.graph.nodes.size() > 3 ? 2.0 : 1.0);
  };

  ASSERT_OK_AND_ASSIGN(const MixedPrecisionReport report, Search(AlwaysGood, stopwatch));

  EXPECT_FALSE(IsQuantized(outcome_, "first"));
  EXPECT_FALSE(IsQuantized(outcome_, "second"));
  EXPECT_EQ(report.seconds, report.float32_seconds);
}

TEST_F(MixedPrecisionTest, LeavesTheModelAsItWasOnAnError) {
  const auto stopwatch = [](const graph::Model&) -> Result<double> {
    return InvalidArgument("no clock");
  };

  EXPECT_FALSE(Search(AlwaysGood, stopwatch).has_value());

  EXPECT_EQ(outcome_.graph.nodes.size(), model_.graph.nodes.size());
}

}  // namespace
}  // namespace slipway::search
