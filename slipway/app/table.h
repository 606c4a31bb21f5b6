// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace slipway::app {

/// How a table is written.
enum class TableStyle : std::uint8_t {
  kAligned,   ///< Columns under one another, for people.
  kColoured,  ///< Aligned, with the header in bold: for a terminal.
  kTabs,      ///< One tab between cells, for programs.
  kMarkdown,  ///< A table of Markdown, for reports.
  kHtml,      ///< An HTML table, its cells escaped.
};

/// Rows of text under named columns.
class Table {
 public:
  enum class Align : std::uint8_t { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kRight;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// Adds a row with one cell for each column.
  void AddRow(std::vector<std::string> cells);
  /// The whole table, each line ended.
  std::string Render(TableStyle style) const;

 private:
  std::string RenderAligned(bool coloured) const;
  std::string RenderHtml() const;
  std::string RenderMarkdown() const;
  std::string RenderTabs() const;

  const std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace slipway::app
