// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/codebook/internal/free_constants.h"

#include "slipway/optimize/quantize/testing/model_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::codebook {
namespace {

using ::slipway::quantize::testing::ModelBuilder;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

TEST(FreeConstantsTest, FindsWhatIsLearned) {
  ModelBuilder builder(17);
  builder.Input("x", {-1, 2, 6, 6}).Convolution("x", "c", {2, 4});
  builder.RandomFloats("scale", Shape({6}), 1).RandomFloats("shift", Shape({1, 6}), 1);
  builder.Node("LayerNormalization", {"c", "scale"}, "n").Node("Add", {"n", "shift"}, "y");

  const auto found = FindFreeConstants(builder.Output("y").Build().graph, {"c_weight"}, {});

  EXPECT_THAT(found,
              ElementsAre(Field(&FreeConstant::name, "c_bias"), Field(&FreeConstant::name, "scale"),
                          Field(&FreeConstant::name, "shift")));
  EXPECT_EQ(found[1].values.size(), 6);
}

TEST(FreeConstantsTest, LeavesWhatOthersReadOrTheCallerExcludes) {
  ModelBuilder builder;
  builder.Input("x", {-1, 6}).RandomFloats("shared", Shape({6}), 1).Floats("one", Shape(), {1});
  builder.RandomFloats("kept", Shape({6}), 1).Integers("two", {2});
  builder.Node("Add", {"x", "shared"}, "a").Node("Max", {"a", "shared"}, "b");
  builder.Node("Mul", {"b", "one"}, "c").Node("Add", {"c", "kept"}, "y");

  EXPECT_THAT(FindFreeConstants(builder.Output("y").Build().graph, {}, {"y"}), IsEmpty());
}

}  // namespace
}  // namespace slipway::codebook
