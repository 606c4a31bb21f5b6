// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/table.h"

#include "slipway/app/html_text.h"
#include "slipway/base/check.h"
#include "slipway/base/format.h"

#include <algorithm>

namespace slipway::app {
namespace {

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kPlain = "\x1b[0m";

/// Columns that `text` takes on a screen: its UTF-8 characters.
std::size_t WidthOf(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string Pad(std::string_view text, std::size_t width, Table::Align align) {
  const std::string space(width - WidthOf(text), ' ');
  return align == Table::Align::kLeft ? fmt::format("{}{}", text, space)
                                      : fmt::format("{}{}", space, text);
}

std::string WithoutTrailingSpace(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

void Table::AddRow(std::vector<std::string> cells) {
  SLIPWAY_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::Render(TableStyle style) const {
  switch (style) {
    case TableStyle::kAligned:
    case TableStyle::kColoured:
      return RenderAligned(style == TableStyle::kColoured);
    case TableStyle::kHtml:
      return RenderHtml();
    case TableStyle::kMarkdown:
      return RenderMarkdown();
    case TableStyle::kTabs:
      return RenderTabs();
  }
  return RenderTabs();
}

std::string Table::RenderAligned(bool coloured) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = WidthOf(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, WidthOf(row[i]));
    widths.push_back(width);
  }
  std::string header;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    header += Pad(columns_[i].title, widths[i], columns_[i].align) + "  ";
  }
  header = WithoutTrailingSpace(std::move(header));
  std::string text = coloured ? fmt::format("{}{}{}\n", kBold, header, kPlain) : header + "\n";
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      line += Pad(row[i], widths[i], columns_[i].align) + "  ";
    }
    text += WithoutTrailingSpace(std::move(line)) + "\n";
  }
  return text;
}

std::string Table::RenderHtml() const {
  const auto row_of = [this](std::string_view tag, const auto& cell) {
    std::string row = "<tr>";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string_view is_number = columns_[i].align == Align::kRight ? R"( class="n")" : "";
      row += fmt::format("<{0}{1}>{2}</{0}>", tag, is_number, EscapeHtml(cell(i)));
    }
    return row + "</tr>\n";
  };
  std::string text =
      "<table>\n" + row_of("th", [this](std::size_t i) { return columns_[i].title; });
  for (const auto& row : rows_) text += row_of("td", [&row](std::size_t i) { return row[i]; });
  return text + "</table>\n";
}

std::string Table::RenderMarkdown() const {
  std::string text = "|";
  for (const Column& column : columns_) text += fmt::format(" {} |", column.title);
  text += "\n|";
  for (const Column& column : columns_) {
    text += column.align == Align::kLeft ? " --- |" : " ---: |";
  }
  for (const auto& row : rows_) text += fmt::format("\n| {} |", fmt::join(row, " | "));
  return text + "\n";
}

std::string Table::RenderTabs() const {
  std::vector<std::string> titles;
  titles.reserve(columns_.size());
  for (const Column& column : columns_) titles.push_back(column.title);
  std::string text = fmt::format("{}\n", fmt::join(titles, "\t"));
  for (const auto& row : rows_) text += fmt::format("{}\n", fmt::join(row, "\t"));
  return text;
}

}  // namespace slipway::app
