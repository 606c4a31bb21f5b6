// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/sensitivity_command.h"

#include "slipway/app/command_output.h"
#include "slipway/app/data_options.h"
#include "slipway/app/html_report.h"
#include "slipway/app/model_judge.h"
#include "slipway/app/options.h"
#include "slipway/app/progress_bar.h"
#include "slipway/base/clock.h"
#include "slipway/base/files.h"
#include "slipway/base/json_writer.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/dataset_calibrator.h"
#include "slipway/runtime/engine.h"

#include <memory>

namespace slipway::app {
namespace {

Table SensitivityTable(const search::SensitivityReport& report) {
  Table table({{"layer", Table::Align::kLeft},
               {"op", Table::Align::kLeft},
               {"top-1 drop in pp"},
               {"output SNR in dB"}});
  for (const search::LayerSensitivity& layer : report.layers) {
    table.AddRow({layer.layer, layer.op_type, fmt::format("{:+.2f}", 100 * layer.metric_drop),
                  fmt::format("{:.1f}", layer.output_snr_db)});
  }
  return table;
}

std::string WholeModel(const search::SensitivityReport& report) {
  return fmt::format("top-1: float32 {:.2f} %, all {} layers int8 {:.2f} %",
                     100 * report.float32.metric, report.layers.size(), 100 * report.int8.metric);
}

}  // namespace

void SensitivityCommand::AddOptions(Options& verb) {
  verb.Add("MODEL", model_, "The float32 ONNX model").Required();
  verb.Add("--calibration", calibration_, "IDX images for the ranges of activations").Required();
  verb.Add("--calibration-samples", calibration_samples_, "Images to use, from the first on")
      .ShowDefault()
      .Positive();
  verb.Add("--data", data_.images,
           "IDX images that models are judged on; those of --calibration if absent");
  verb.Add("--labels", data_.labels, "IDX labels; found beside the images if absent");
  verb.Add("--metric", metric_, "top1: the share of samples whose best class is the label")
      .ShowDefault()
      .OneOf({"top1"});
  AddPixelOption(verb, data_);
  verb.Add("--html", html_, "Also write a report as one HTML page");
  verb.AddFlag("--json", json_, "Print one JSON object");
}

Status SensitivityCommand::Run(Terminal& terminal) {
  if (data_.images.empty()) data_.images = calibration_;
  SLIPWAY_TRY_ASSIGN(const search::SensitivityReport report, Measure(terminal));
  if (!html_.empty()) {
    const std::string page = Html(report);
    SLIPWAY_TRY(WriteFileAtomically(html_, AsBytes(page)));
  }
  if (json_) {
    terminal.Write(Json(report) + "\n");
    return {};
  }
  terminal.Write(RenderFor(terminal, SensitivityTable(report)));
  terminal.Print("{}\n", WholeModel(report));
  if (!html_.empty()) terminal.Print("wrote {}\n", html_.string());
  return {};
}

Result<search::SensitivityReport> SensitivityCommand::Measure(Terminal& terminal) const {
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Engine> engine,
                     runtime::CreateOnnxRuntimeEngine({.intra_op_threads = 0}));
  SLIPWAY_TRY_ASSIGN(const graph::ModelFile file, graph::ModelFile::Open(model_));
  SLIPWAY_TRY_ASSIGN(const graph::Model model, graph::ReadModel(file));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session, engine->Load(file, {}));
  SLIPWAY_TRY_ASSIGN(const AdaptedData data, LoadAdaptedData(data_, session->inputs()));
  SLIPWAY_TRY_ASSIGN(
      const AdaptedData calibration,
      LoadAdaptedData({.images = calibration_, .scale = data_.scale}, session->inputs()));
  quantize::DatasetCalibrator calibrator(*engine, *calibration.samples,
                                         {.batches = {.max_samples = calibration_samples_}});
  const ModelJudge judge(*engine, model, data);
  const search::Judge judge_model = [&judge](const graph::Model& each) {
    return judge.Judge(each);
  };
  const quantize::StaticQuantizeOptions options;
  ProgressBar progress(terminal, SystemClock(), "judging layers of " + model_.filename().string());
  return search::MeasureSensitivity(
      {model, calibrator, options, judge_model},
      [&progress](std::size_t done, std::size_t total) { progress.Update(done, total); });
}

std::string SensitivityCommand::Html(const search::SensitivityReport& report) const {
  HtmlReport page(fmt::format("Sensitivity of {}", model_.filename().string()));
  page.AddText(WholeModel(report));
  BarChart noise{
      .title = "Signal to noise of the output with one layer in int8", .unit = "dB", .bars = {}};
  for (const search::LayerSensitivity& layer : report.layers)
    noise.bars.push_back({layer.layer, layer.output_snr_db});
  page.AddBars(noise);
  page.AddTable("Layers, most sensitive first", SensitivityTable(report));
  return page.Take();
}

std::string SensitivityCommand::Json(const search::SensitivityReport& report) const {
  JsonWriter json;
  json.BeginObject()
      .Key("schema")
      .String("slipway.sensitivity/1")
      .Key("model")
      .String(model_.string());
  json.Key("data").String(data_.images.string()).Key("metric").String(metric_);
  json.Key("float32").Number(report.float32.metric).Key("int8").Number(report.int8.metric);
  json.Key("layers").BeginArray();
  for (const search::LayerSensitivity& layer : report.layers) {
    json.BeginObject().Key("layer").String(layer.layer).Key("op").String(layer.op_type);
    json.Key("metric_drop")
        .Number(layer.metric_drop)
        .Key("output_snr_db")
        .Number(layer.output_snr_db)
        .EndObject();
  }
  json.EndArray().EndObject();
  return json.Take();
}

}  // namespace slipway::app
