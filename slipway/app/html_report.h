// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/table.h"

#include <cstdint>
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

/// How often values lie in each of equal parts of a range, before and after a change.
struct HistogramPlot {
  std::string label;
  double least = 0;
  double greatest = 0;
  std::vector<std::uint32_t> before;
  std::vector<std::uint32_t> after;  ///< As many counts as before.
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
  /// Draws counts on a logarithmic scale: before filled, after as a line.
  void AddHistograms(std::string_view title, const std::vector<HistogramPlot>& plots);

  /// The whole page.
  std::string Take();

 private:
  std::string page_;
};

}  // namespace slipway::app
