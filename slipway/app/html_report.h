// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/table.h"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::app {

/// Bars beside their names, one below the other.
struct BarChart {
  struct Bar {
    std::string label;
    double value = 0;  ///< Not finite: drawn over the whole width, and said in words.
  };
  std::string title;
  std::string unit;  ///< Behind each value: "dB".
  std::vector<Bar> bars;
};

/// Points with names in a plane.
struct ScatterPlot {
  struct Point {
    std::string label;
    double x = 0;
    double y = 0;
  };
  std::string title;
  std::string x_title;
  std::string y_title;
  std::vector<Point> points;  ///< Finite.
};

/// A page of HTML that needs nothing else: text, tables, and plots as inline SVG. What it is given
/// is escaped.
class HtmlReport {
 public:
  explicit HtmlReport(std::string_view title);

  void AddText(std::string_view text);
  void AddTable(std::string_view title, const Table& table);
  void AddBars(const BarChart& chart);
  void AddPoints(const ScatterPlot& plot);

  /// The whole page.
  std::string Take();

 private:
  std::string page_;
};

}  // namespace slipway::app
