// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/command_output.h"

#include "slipway/app/testing/captured_terminal.h"

#include <gtest/gtest.h>

namespace slipway::app {
namespace {

TEST(CommandOutputTest, ScalesBytesByDecimalPrefixes) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(999), "999 B");
  EXPECT_EQ(FormatBytes(1000), "1.0 kB");
  EXPECT_EQ(FormatBytes(970'400), "970 kB");
  EXPECT_EQ(FormatBytes(999'600), "1.0 MB");
  EXPECT_EQ(FormatBytes(12'345'678), "12 MB");
}

TEST(CommandOutputTest, ScalesCounts) {
  EXPECT_EQ(FormatCount(10), "10");
  EXPECT_EQ(FormatCount(241'770), "242 k");
  EXPECT_EQ(FormatCount(7'650'000), "7.7 M");
}

TEST(CommandOutputTest, ProgramsGetTabs) {
  Table table({{"a"}, {"b"}});
  table.AddRow({"1", "2"});
  const CapturedTerminal captured;

  EXPECT_EQ(RenderFor(captured.terminal(), table), "a\tb\n1\t2\n");
}

}  // namespace
}  // namespace slipway::app
