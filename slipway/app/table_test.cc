// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/table.h"

#include <gtest/gtest.h>

namespace slipway::app {
namespace {

Table TwoRows() {
  Table table({{"model", Table::Align::kLeft}, {"size"}});
  table.AddRow({"cnn", "970"});
  table.AddRow({"caf\xc3\xa9", "8"});
  return table;
}

TEST(TableTest, AlignsColumnsByCharacters) {
  EXPECT_EQ(TwoRows().Render(TableStyle::kAligned),
            "model  size\n"
            "cnn     970\n"
            "caf\xc3\xa9      8\n");
}

TEST(TableTest, MarksTheHeaderOnATerminal) {
  EXPECT_TRUE(TwoRows().Render(TableStyle::kColoured).starts_with("\x1b[1mmodel  size\x1b[0m\n"));
}

TEST(TableTest, SeparatesCellsByTabsForPrograms) {
  EXPECT_EQ(TwoRows().Render(TableStyle::kTabs), "model\tsize\ncnn\t970\ncaf\xc3\xa9\t8\n");
}

TEST(TableTest, WritesMarkdownForReports) {
  EXPECT_EQ(TwoRows().Render(TableStyle::kMarkdown),
            "| model | size |\n| --- | ---: |\n| cnn | 970 |\n| caf\xc3\xa9 | 8 |\n");
}

}  // namespace
}  // namespace slipway::app
