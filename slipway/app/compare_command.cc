// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/compare_command.h"

#include "slipway/app/command_output.h"
#include "slipway/app/data_options.h"
#include "slipway/app/microseconds.h"
#include "slipway/app/options.h"
#include "slipway/app/progress_bar.h"
#include "slipway/base/clock.h"
#include "slipway/base/files.h"
#include "slipway/base/json_writer.h"
#include "slipway/graph/model_file.h"
#include "slipway/runtime/engine.h"

#include <algorithm>
#include <cmath>
#include <memory>

namespace slipway::app {
namespace {

std::string DecibelText(double snr_db) {
  if (std::isfinite(snr_db)) return fmt::format("{:.1f}", snr_db);
  return snr_db > 0 ? "equal" : "not finite";
}

std::string TopOneText(const ModelScore& score) {
  return score.top1 ? fmt::format("{:.2f} %", 100 * *score.top1) : "no labels";
}

std::string Ratio(double changed, double original) {
  return original > 0 ? fmt::format("{:.2f}x", changed / original) : "";
}

Table ValueTable(const std::vector<evaluate::ValueDifference>& values) {
  Table table({{"value", Table::Align::kLeft},
               {"made by", Table::Align::kLeft},
               {"signal to noise in dB"},
               {"largest error"}});
  for (const evaluate::ValueDifference& value : values) {
    table.AddRow({value.value, value.made_by, DecibelText(value.snr_db),
                  fmt::format("{:.4g}", value.largest_error)});
  }
  return table;
}

void WriteScore(JsonWriter& json, const std::filesystem::path& model, const ModelScore& score) {
  json.BeginObject()
      .Key("model")
      .String(model.string())
      .Key("file_bytes")
      .Number(score.file_bytes)
      .Key("top1");
  if (score.top1) {
    json.Number(*score.top1);
  } else {
    json.Null();
  }
  json.Key("latency").BeginArray();
  for (const evaluate::Latency& latency : score.latencies) {
    json.BeginObject().Key("batch").Number(latency.batch_size);
    json.Key("p50_us").Number(Microseconds(latency.p50)).EndObject();
  }
  json.EndArray().EndObject();
}

}  // namespace

const evaluate::ValueDifference* ModelComparison::FirstBelow(double threshold_db) const {
  const auto found = std::ranges::find_if(
      values, [&](const evaluate::ValueDifference& value) { return value.snr_db < threshold_db; });
  return found == values.end() ? nullptr : &*found;
}

void CompareCommand::AddOptions(Options& verb) {
  verb.Add("ORIGINAL", original_, "The ONNX model that is right").Required();
  verb.Add("CHANGED", changed_, "What became of it").Required();
  verb.Add("--data", data_.images, "IDX images, plain or gzip").Required();
  verb.Add("--labels", data_.labels, "IDX labels; found beside the images if absent");
  verb.Add("--samples", options_.max_samples,
           "Images to compare values on, from the first on; 0: all")
      .ShowDefault();
  verb.Add("--threshold", threshold_db_,
           "Signal to noise in dB below which a value counts as diverged")
      .ShowDefault();
  verb.Add("--latency-batch", batches_, "Batch sizes to time").ShowDefault();
  AddPixelOption(verb, data_);
  verb.Add("--html", html_, "Also write a report as one HTML page");
  verb.AddFlag("--json", json_, "Print one JSON object");
}

Status CompareCommand::Run(Terminal& terminal) {
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Engine> engine,
                     runtime::CreateOnnxRuntimeEngine({.intra_op_threads = 1}));
  SLIPWAY_TRY_ASSIGN(const ModelComparison comparison, Compare(*engine, terminal));
  if (!html_.empty()) {
    const std::string page = Html(comparison);
    SLIPWAY_TRY(WriteFileAtomically(html_, AsBytes(page)));
  }
  if (json_) {
    terminal.Write(Json(comparison) + "\n");
    return {};
  }
  terminal.Write(RenderFor(terminal, ValueTable(comparison.values)));
  terminal.Print("{}\n\n", Verdict(comparison));
  terminal.Write(RenderFor(terminal, ScoreTable(comparison)));
  if (!html_.empty()) terminal.Print("wrote {}\n", html_.string());
  return {};
}

Result<ModelComparison> CompareCommand::Compare(const runtime::Engine& engine,
                                                Terminal& terminal) const {
  ModelComparison comparison;
  const auto score = [&](const std::filesystem::path& model) {
    ProgressBar progress(terminal, SystemClock(), "evaluating " + model.filename().string());
    return ScoreModel(engine, model,
                      {.data = data_,
                       .latency_batches = batches_,
                       .progress = [&progress](std::size_t done, std::size_t total) {
                         progress.Update(done, total);
                       }});
  };
  SLIPWAY_TRY_ASSIGN(comparison.original, score(original_));
  SLIPWAY_TRY_ASSIGN(comparison.changed, score(changed_));
  SLIPWAY_TRY_ASSIGN(const graph::ModelFile original_file, graph::ModelFile::Open(original_));
  SLIPWAY_TRY_ASSIGN(const graph::ModelFile changed_file, graph::ModelFile::Open(changed_));
  SLIPWAY_TRY_ASSIGN(const graph::Model original, graph::ReadModel(original_file));
  SLIPWAY_TRY_ASSIGN(const graph::Model changed, graph::ReadModel(changed_file));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session,
                     engine.Load(original_file, {}));
  SLIPWAY_TRY_ASSIGN(const AdaptedData data, LoadAdaptedData(data_, session->inputs()));
  SLIPWAY_TRY_ASSIGN(comparison.values,
                     evaluate::CompareValues(engine, {original, changed}, *data.samples, options_));
  return comparison;
}

std::string CompareCommand::Verdict(const ModelComparison& comparison) const {
  const evaluate::ValueDifference* const first = comparison.FirstBelow(threshold_db_);
  if (first == nullptr) return fmt::format("no value is below {:g} dB", threshold_db_);
  return fmt::format("the first value below {:g} dB is {}, made by {}: {} dB", threshold_db_,
                     first->value, first->made_by, DecibelText(first->snr_db));
}

Table CompareCommand::ScoreTable(const ModelComparison& comparison) const {
  const auto& [original, changed, values] = comparison;
  Table table({{"", Table::Align::kLeft},
               {original_.filename().string()},
               {changed_.filename().string()},
               {"change"}});
  table.AddRow({"top-1", TopOneText(original), TopOneText(changed),
                original.top1 && changed.top1
                    ? fmt::format("{:+.2f} pp", 100 * (*changed.top1 - *original.top1))
                    : ""});
  table.AddRow(
      {"size", FormatBytes(original.file_bytes), FormatBytes(changed.file_bytes),
       Ratio(static_cast<double>(changed.file_bytes), static_cast<double>(original.file_bytes))});
  for (std::size_t i = 0; i < original.latencies.size(); ++i) {
    const double before = Microseconds(original.latencies[i].p50);
    const double after = Microseconds(changed.latencies[i].p50);
    table.AddRow({fmt::format("p50, batch {}", original.latencies[i].batch_size),
                  fmt::format("{:.1f} µs", before), fmt::format("{:.1f} µs", after),
                  Ratio(after, before)});
  }
  return table;
}

std::string CompareCommand::Html(const ModelComparison& comparison) const {
  HtmlReport report(
      fmt::format("{} against {}", changed_.filename().string(), original_.filename().string()));
  report.AddText(Verdict(comparison));
  report.AddTable("Models", ScoreTable(comparison));
  BarChart errors{.title = "Signal to noise of each value", .unit = "dB", .bars = {}};
  for (const evaluate::ValueDifference& value : comparison.values)
    errors.bars.push_back({value.value, value.snr_db});
  report.AddBars(errors);
  if (comparison.original.top1 && comparison.changed.top1) {
    ScatterPlot plot{.title = "Accuracy against size",
                     .x_title = "bytes",
                     .y_title = "top-1 in %",
                     .points = {}};
    for (const auto& [path, score] :
         {std::pair{&original_, &comparison.original}, {&changed_, &comparison.changed}}) {
      plot.points.push_back(
          {path->filename().string(), static_cast<double>(score->file_bytes), 100 * *score->top1});
    }
    report.AddPoints(plot);
  }
  report.AddTable("Values", ValueTable(comparison.values));
  return report.Take();
}

std::string CompareCommand::Json(const ModelComparison& comparison) const {
  JsonWriter json;
  json.BeginObject()
      .Key("schema")
      .String("slipway.compare/1")
      .Key("data")
      .String(data_.images.string());
  json.Key("samples").Number(comparison.original.samples);
  json.Key("original");
  WriteScore(json, original_, comparison.original);
  json.Key("changed");
  WriteScore(json, changed_, comparison.changed);
  json.Key("threshold_db").Number(threshold_db_).Key("first_diverged");
  const evaluate::ValueDifference* const first = comparison.FirstBelow(threshold_db_);
  if (first != nullptr) {
    json.String(first->value);
  } else {
    json.Null();
  }
  json.Key("values").BeginArray();
  for (const evaluate::ValueDifference& value : comparison.values) {
    json.BeginObject().Key("value").String(value.value).Key("made_by").String(value.made_by);
    json.Key("snr_db")
        .Number(value.snr_db)
        .Key("largest_error")
        .Number(value.largest_error)
        .EndObject();
  }
  json.EndArray().EndObject();
  return json.Take();
}

}  // namespace slipway::app
