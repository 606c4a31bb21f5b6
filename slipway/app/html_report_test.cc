// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace slipway::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(HtmlReportTest, IsOnePageThatNeedsNothingElse) {
  HtmlReport report("a < b");
  report.AddText("text & more");
  const std::string page = report.Take();

  EXPECT_THAT(page, ::testing::StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(page, HasSubstr("<h1>a &lt; b</h1>"));
  EXPECT_THAT(page, HasSubstr("text &amp; more"));
  EXPECT_THAT(page, Not(HasSubstr("http")));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
}

TEST(HtmlReportTest, EscapesWhatModelsName) {
  HtmlReport report("report");
  Table table({{"value", Table::Align::kLeft}, {"dB"}});
  table.AddRow({"<img src=x onerror=alert(1)>", "1"});
  report.AddTable("values", table);
  report.AddBars({.title = "bars", .unit = "dB", .bars = {{"</svg><script>", 1}}});
  report.AddPoints(
      {.title = "points", .x_title = "x", .y_title = "y", .points = {{"\"<b>", 1, 2}}});
  const std::string page = report.Take();

  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&quot;&lt;b&gt;"));
}

TEST(HtmlReportTest, SaysInWordsWhatIsNotFinite) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  HtmlReport report("report");
  report.AddBars(
      {.title = "bars", .unit = "dB", .bars = {{"a", kInfinity}, {"b", -kInfinity}, {"c", 20}}});
  const std::string page = report.Take();

  EXPECT_THAT(page, HasSubstr(">equal<"));
  EXPECT_THAT(page, HasSubstr(">not finite<"));
  EXPECT_THAT(page, HasSubstr(">20.0 dB<"));
  EXPECT_THAT(page, Not(HasSubstr("inf")));
}

TEST(HtmlReportTest, DrawsCountsBeforeAndAfter) {
  HtmlReport report("report");
  report.AddHistograms("weights", {{.label = "first <layer>",
                                    .least = -0.5,
                                    .greatest = 0.25,
                                    .before = {1, 3, 1},
                                    .after = {0, 5, 0}}});
  const std::string page = report.Take();

  EXPECT_THAT(page, HasSubstr("first &lt;layer&gt;"));
  EXPECT_THAT(page, HasSubstr(">-0.5<"));
  EXPECT_THAT(page, HasSubstr(">0.25<"));
  // The highest count, of those after, is as high as the plot; no count stays on its base.
  EXPECT_THAT(page, HasSubstr(R"(M0 110.0V110.0H93.3V20.0H186.7V110.0H280.0V110.0)"));
}

TEST(HtmlReportTest, PlacesPointsByTheirValues) {
  HtmlReport report("report");
  report.AddPoints({.title = "points",
                    .x_title = "bytes",
                    .y_title = "top-1",
                    .points = {{"small", 1, 0.5}, {"large", 9, 0.9}}});
  const std::string page = report.Take();

  // The larger value is further right and further up, which is less.
  EXPECT_THAT(page, HasSubstr(R"(<circle cx="60.0" cy="300.0")"));
  EXPECT_THAT(page, HasSubstr(R"(<circle cx="680.0" cy="30.0")"));
}

}  // namespace
}  // namespace slipway::app
