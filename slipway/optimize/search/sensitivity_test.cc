// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/sensitivity.h"

#include "slipway/base/testing/assert_ok.h"
#include "slipway/optimize/search/testing/two_layers.h"

#include <gmock/gmock.h>

#include <utility>

namespace slipway::search {
namespace {

using ::slipway::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

using SensitivityTest = TwoLayers;

TEST_F(SensitivityTest, RanksLayersByTheMetricOfTheTask) {
  const Judge judge = [](const graph::Model& model) -> Result<Judgement> {
    return Judgement{.metric = 0.9 - (IsQuantized(model, "first") ? 0.01 : 0) -
                               (IsQuantized(model, "second") ? 0.2 : 0)};
  };

  ASSERT_OK_AND_ASSIGN(const SensitivityReport report, MeasureSensitivity(Subject(judge)));

  ASSERT_EQ(report.layers.size(), 2U);
  EXPECT_EQ(report.layers[0].layer, "second");
  EXPECT_NEAR(report.layers[0].metric_drop, 0.2, 1e-9);
  EXPECT_EQ(report.layers[1].layer, "first");
  EXPECT_NEAR(report.layers[1].metric_drop, 0.01, 1e-9);
  EXPECT_NEAR(report.float32.metric, 0.9, 1e-9);
  EXPECT_NEAR(report.int8.metric, 0.69, 1e-9);
}

TEST_F(SensitivityTest, RanksByTheNoiseWhereTheMetricIsTheSame) {
  const Judge judge = [](const graph::Model& model) -> Result<Judgement> {
    return Judgement{.metric = 0.9, .output_snr_db = IsQuantized(model, "first") ? 20.0 : 40.0};
  };

  ASSERT_OK_AND_ASSIGN(const SensitivityReport report, MeasureSensitivity(Subject(judge)));

  EXPECT_EQ(report.layers.at(0).layer, "first");
}

TEST_F(SensitivityTest, TellsHowFarItIs) {
  const Judge judge = [](const graph::Model&) -> Result<Judgement> { return Judgement{}; };
  std::vector<std::pair<std::size_t, std::size_t>> told;

  ASSERT_OK(MeasureSensitivity(Subject(judge), [&](std::size_t done, std::size_t total) {
    told.emplace_back(done, total);
  }));

  EXPECT_THAT(told, ElementsAre(Pair(1, 4), Pair(2, 4), Pair(3, 4), Pair(4, 4)));
}

TEST_F(SensitivityTest, HandsOnWhatTheJudgeCannotJudge) {
  const Judge judge = [](const graph::Model&) -> Result<Judgement> {
    return InvalidArgument("no labels");
  };

  EXPECT_THAT(MeasureSensitivity(Subject(judge)),
              FailsWith(ErrorCode::kInvalidArgument, HasSubstr("no labels")));
}

}  // namespace
}  // namespace slipway::search
