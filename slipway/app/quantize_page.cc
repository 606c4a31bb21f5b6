// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/quantize_page.h"

#include "slipway/app/command_output.h"
#include "slipway/app/html_report.h"
#include "slipway/app/microseconds.h"
#include "slipway/base/format.h"

#include <functional>

namespace slipway::app {
namespace {

Table ModelTable(const std::vector<ScoredModel>& models) {
  std::vector<Table::Column> columns = {{"model", Table::Align::kLeft}, {"top-1"}, {"size"}};
  for (const evaluate::Latency& latency : models[0].score.latencies) {
    columns.push_back({fmt::format("p50, batch {}", latency.batch_size)});
  }
  Table table(std::move(columns));
  for (const auto& [name, score] : models) {
    std::vector<std::string> row = {
        name, score.top1 ? fmt::format("{:.2f} %", 100 * *score.top1) : "no labels",
        FormatBytes(score.file_bytes)};
    for (const evaluate::Latency& latency : score.latencies) {
      row.push_back(fmt::format("{:.1f} µs", Microseconds(latency.p50)));
    }
    table.AddRow(std::move(row));
  }
  return table;
}

// Top-1 of the models against what `cost` says of them.
void AddPlot(const std::vector<ScoredModel>& models, ScatterPlot plot,
             const std::function<double(const ModelScore&)>& cost, HtmlReport& report) {
  plot.y_title = "top-1 in %";
  for (const auto& [name, score] : models) {
    if (score.top1) plot.points.push_back({name, cost(score), 100 * *score.top1});
  }
  if (!plot.points.empty()) report.AddPoints(plot);
}

void AddModels(const std::vector<ScoredModel>& models, HtmlReport& report) {
  if (models.empty()) return;
  report.AddTable("Models", ModelTable(models));
  AddPlot(
      models, {.title = "Accuracy against size", .x_title = "bytes", .y_title = "", .points = {}},
      [](const ModelScore& score) { return static_cast<double>(score.file_bytes); }, report);
  if (models[0].score.latencies.empty()) return;
  const std::size_t batch = models[0].score.latencies[0].batch_size;
  AddPlot(
      models,
      {.title = "Accuracy against latency",
       .x_title = fmt::format("p50 in µs, batch {}", batch),
       .y_title = "",
       .points = {}},
      [](const ModelScore& score) { return Microseconds(score.latencies[0].p50); }, report);
}

void AddLayers(const std::vector<ChangedLayer>& layers, HtmlReport& report) {
  if (layers.empty()) return;
  BarChart errors{
      .title = "Signal to noise of the weights of each layer", .unit = "dB", .bars = {}};
  std::vector<HistogramPlot> plots;
  for (const auto& [name, weight] : layers) {
    errors.bars.push_back({name, weight.snr_db});
    const evaluate::WeightHistogram& counts = weight.histogram;
    if (counts.before.empty()) continue;
    plots.push_back({.label = name,
                     .least = counts.least,
                     .greatest = counts.greatest,
                     .before = counts.before,
                     .after = counts.after});
  }
  report.AddBars(errors);
  report.AddHistograms("Weights before (filled) and after (line), logarithmic counts", plots);
}

}  // namespace

std::string ToHtml(const QuantizePage& page) {
  HtmlReport report(page.title);
  for (const quantize::OutputComparison& output : page.outputs) {
    report.AddText(fmt::format("output {}: {:.1f} dB signal to noise against float32", output.name,
                               output.snr_db));
  }
  for (const std::string& note : page.notes) report.AddText(note);
  AddModels(page.models, report);
  AddLayers(page.layers, report);
  report.AddTable("Layers", page.table);
  return report.Take();
}

}  // namespace slipway::app
