// SPDX-License-Identifier: Apache-2.0
#include "slipway/serving/trace_settings.h"

#include "slipway/serving/testing/model_names.h"

#include <gtest/gtest.h>

namespace slipway::serving {
namespace {

TraceChange Levels(TraceLevels levels) { return {.levels = {.named = true, .value = levels}}; }

TEST(TraceSettingsTest, StartsAsItWasToldTo) {
  const TraceSettings off;
  const TraceSettings on({.file = "t", .timestamps = true, .rate = 5});

  EXPECT_EQ(off.Global(), TraceSetting());
  EXPECT_FALSE(off.is_on());
  EXPECT_TRUE(on.is_on());
  EXPECT_EQ(on.Of(kFashion).rate, 5U);
}

TEST(TraceSettingsTest, ChangesTheNamedFieldsAlone) {
  TraceSettings settings({.file = "t", .rate = 5});

  const TraceSetting changed = settings.ChangeGlobal({.rate = {.named = true, .value = 7}});

  EXPECT_EQ(changed, (TraceSetting{.file = "t", .rate = 7}));
  EXPECT_EQ(settings.Global(), changed);
}

TEST(TraceSettingsTest, LetsAModelDifferUntilItsFieldIsCleared) {
  TraceSettings settings({.rate = 5});
  settings.ChangeModel(kFashion, {.rate = {.named = true, .value = 9}});
  settings.ChangeGlobal(
      {.rate = {.named = true, .value = 6}, .count = {.named = true, .value = 3}});

  EXPECT_EQ(settings.Of(kFashion).rate, 9U);
  EXPECT_EQ(settings.Of(kFashion).count, 3);
  EXPECT_EQ(settings.Of(kOtherModel).rate, 6U);

  EXPECT_EQ(settings.ChangeModel(kFashion, {.rate = {.named = true}}).rate, 6U);
}

TEST(TraceSettingsTest, GoesBackToTheDefaultWhereAGlobalFieldIsCleared) {
  TraceSettings settings({.timestamps = true, .rate = 5});
  settings.ChangeGlobal(
      {.levels = {.named = true, .value = TraceLevels{}}, .rate = {.named = true, .value = 6}});

  const TraceSetting cleared =
      settings.ChangeGlobal({.levels = {.named = true}, .rate = {.named = true}});

  EXPECT_EQ(cleared, (TraceSetting{.timestamps = true, .rate = 5}));
}

TEST(TraceSettingsTest, KnowsWhetherAnythingIsTraced) {
  TraceSettings settings;
  const std::uint64_t before = settings.generation();

  settings.ChangeModel(kFashion, Levels({.tensors = true}));

  EXPECT_TRUE(settings.is_on());
  EXPECT_TRUE(settings.Of(kFashion).is_on());
  EXPECT_FALSE(settings.Of(kOtherModel).is_on());
  EXPECT_GT(settings.generation(), before);
  settings.ChangeModel(kFashion, Levels({}));
  EXPECT_FALSE(settings.is_on());
}

TEST(TraceSettingsTest, CountsTracesDown) {
  TraceSettings settings({.count = 1});
  settings.ChangeModel(kFashion, {.count = {.named = true, .value = 2}});

  EXPECT_TRUE(settings.TakeOne(kFashion));
  EXPECT_TRUE(settings.TakeOne(kFashion));
  EXPECT_FALSE(settings.TakeOne(kFashion));
  EXPECT_TRUE(settings.TakeOne(kOtherModel));
  EXPECT_FALSE(settings.TakeOne(kOtherModel));
  settings.ChangeGlobal({.count = {.named = true, .value = -1}});
  EXPECT_TRUE(settings.TakeOne(kOtherModel));
  EXPECT_EQ(settings.Global().count, -1);
}

}  // namespace
}  // namespace slipway::serving
