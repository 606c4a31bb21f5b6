// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/html_report.h"

#include "slipway/app/html_text.h"
#include "slipway/base/format.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace slipway::app {
namespace {

constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 "
    "1rem;color:#222}"
    "table{border-collapse:collapse}td,th{padding:.2rem .7rem;border-bottom:1px solid "
    "#ddd;text-align:left}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "svg{font:12px system-ui,sans-serif;display:block;margin:.5rem 0}";

constexpr double kWidth = 860;
constexpr double kLabelWidth = 260;
constexpr double kValueWidth = 100;
constexpr double kBarHeight = 18;
constexpr double kPlotHeight = 360;
constexpr double kMargin = 60;
// Of one histogram among others.
constexpr double kSmallWidth = 280;
constexpr double kSmallHeight = 90;

void AppendText(std::string& page, double x, double y, std::string_view text) {
  page += fmt::format(R"(<text x="{:.1f}" y="{:.1f}">{}</text>)", x, y, EscapeHtml(text));
}

/// The outline of bars as high as the logarithms of `counts`, on a line of its own, for the `d` of
/// a path; `most` is as high as it goes.
std::string Steps(const std::vector<std::uint32_t>& counts, std::uint32_t most) {
  const double width = kSmallWidth / static_cast<double>(counts.size());
  const double scale = kSmallHeight / std::log1p(std::max<double>(most, 1));
  constexpr double kBase = kSmallHeight + 20;
  std::string steps = fmt::format("M0 {:.1f}", kBase);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    steps +=
        fmt::format("V{:.1f}H{:.1f}", kBase - scale * std::log1p(static_cast<double>(counts[i])),
                    width * static_cast<double>(i + 1));
  }
  return steps + fmt::format("V{:.1f}", kBase);
}

/// Values of one axis of a plot, and where they are drawn.
class Axis {
 public:
  Axis(double from, double to) : from_(from), to_(to) {}

  void Include(double value) {
    least_ = std::min(least_, value);
    most_ = std::max(most_, value);
  }
  double Place(double value) const {
    // One value alone is in the middle.
    if (most_ <= least_) return (from_ + to_) / 2;
    return from_ + (to_ - from_) * (value - least_) / (most_ - least_);
  }
  double least() const { return least_; }
  double most() const { return most_; }

 private:
  double from_;
  double to_;
  double least_ = HUGE_VAL;
  double most_ = -HUGE_VAL;
};

}  // namespace

HtmlReport::HtmlReport(std::string_view title)
    : page_(fmt::format(
          R"(<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{0}</title>)"
          "<style>{1}</style></head><body><h1>{0}</h1>\n",
          EscapeHtml(title), kStyle)) {}

void HtmlReport::AddText(std::string_view text) {
  page_ += fmt::format("<p>{}</p>\n", EscapeHtml(text));
}

void HtmlReport::AddTable(std::string_view title, const Table& table) {
  page_ += fmt::format("<h2>{}</h2>\n{}", EscapeHtml(title), table.Render(TableStyle::kHtml));
}

void HtmlReport::AddBars(const BarChart& chart) {
  double most = 0;
  for (const BarChart::Bar& bar : chart.bars) {
    if (std::isfinite(bar.value)) most = std::max(most, bar.value);
  }
  page_ += fmt::format(R"(<h2>{}</h2><svg width="{}" height="{:.0f}">)", EscapeHtml(chart.title),
                       kWidth, static_cast<double>(chart.bars.size()) * kBarHeight + 4);
  constexpr double kFull = kWidth - kLabelWidth - kValueWidth;
  double y = 0;
  for (const BarChart::Bar& bar : chart.bars) {
    const bool is_finite = std::isfinite(bar.value);
    const double share =
        is_finite ? (most > 0 ? std::max(bar.value, 0.0) / most : 0) : (bar.value > 0 ? 1 : 0);
    AppendText(page_, 0, y + 13, bar.label);
    page_ += fmt::format(R"(<rect x="{}" y="{:.1f}" width="{:.1f}" height="{}" fill="#3b7dd8"/>)",
                         kLabelWidth, y + 2, share * kFull, kBarHeight - 4);
    AppendText(page_, kLabelWidth + share * kFull + 6, y + 13,
               is_finite       ? fmt::format("{:.1f} {}", bar.value, chart.unit)
               : bar.value > 0 ? "equal"
                               : "not finite");
    y += kBarHeight;
  }
  page_ += "</svg>\n";
}

void HtmlReport::AddPoints(const ScatterPlot& plot) {
  Axis x(kMargin, kWidth - 3 * kMargin);
  Axis y(kPlotHeight - kMargin, kMargin / 2);
  for (const ScatterPlot::Point& point : plot.points) {
    x.Include(point.x);
    y.Include(point.y);
  }
  page_ += fmt::format(
      R"(<h2>{}</h2><svg width="{}" height="{}"><path d="M{} {}V{}H{}" fill="none" stroke="#888"/>)",
      EscapeHtml(plot.title), kWidth, kPlotHeight, kMargin - 10, kMargin / 2,
      kPlotHeight - kMargin + 10, kWidth - kMargin);
  for (const ScatterPlot::Point& point : plot.points) {
    page_ += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="4" fill="#3b7dd8"/>)",
                         x.Place(point.x), y.Place(point.y));
    AppendText(page_, x.Place(point.x) + 7, y.Place(point.y) + 4, point.label);
  }
  if (!plot.points.empty()) {
    AppendText(page_, 0, y.Place(y.most()) + 4, fmt::format("{:.4g}", y.most()));
    AppendText(page_, 0, y.Place(y.least()) + 4, fmt::format("{:.4g}", y.least()));
    AppendText(page_, x.Place(x.least()), kPlotHeight - kMargin + 26,
               fmt::format("{:.4g}", x.least()));
    AppendText(page_, x.Place(x.most()), kPlotHeight - kMargin + 26,
               fmt::format("{:.4g}", x.most()));
  }
  AppendText(page_, kWidth / 2 - kMargin, kPlotHeight - 8, plot.x_title);
  AppendText(page_, 0, 12, plot.y_title);
  page_ += "</svg>\n";
}

void HtmlReport::AddHistograms(std::string_view title, const std::vector<HistogramPlot>& plots) {
  page_ += fmt::format("<h2>{}</h2>\n", EscapeHtml(title));
  for (const HistogramPlot& plot : plots) {
    page_ += fmt::format(R"(<svg width="{}" height="{}" style="display:inline-block">)",
                         kSmallWidth, kSmallHeight + 40);
    AppendText(page_, 0, 12, plot.label);
    const std::uint32_t most =
        std::max(*std::ranges::max_element(plot.before), *std::ranges::max_element(plot.after));
    page_ += fmt::format(R"(<path d="{}" fill="#bcd3f0"/>)", Steps(plot.before, most));
    page_ += fmt::format(R"(<path d="{}" fill="none" stroke="#c0392b"/>)", Steps(plot.after, most));
    AppendText(page_, 0, kSmallHeight + 34, fmt::format("{:.3g}", plot.least));
    AppendText(page_, kSmallWidth - 50, kSmallHeight + 34, fmt::format("{:.3g}", plot.greatest));
    page_ += "</svg>\n";
  }
}

std::string HtmlReport::Take() {
  page_ += "</body></html>\n";
  return std::exchange(page_, {});
}

}  // namespace slipway::app
