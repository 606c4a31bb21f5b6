// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/evaluate_command.h"

#include "slipway/app/command_output.h"
#include "slipway/app/data_options.h"
#include "slipway/app/microseconds.h"
#include "slipway/app/options.h"
#include "slipway/app/progress_bar.h"
#include "slipway/base/clock.h"
#include "slipway/base/json_writer.h"
#include "slipway/runtime/engine.h"

#include <memory>

namespace slipway::app {
void EvaluateCommand::AddOptions(Options& verb) {
  verb.Add("MODEL", model_, "The ONNX model").Required();
  verb.Add("--data", data_.images, "IDX images, plain or gzip").Required();
  verb.Add("--labels", data_.labels, "IDX labels; found beside the images if absent");
  verb.Add("--metric", metric_, "top1: the share of samples whose best class is the label")
      .ShowDefault()
      .OneOf({"top1"});
  verb.Add("--latency-batch", batches_, "Batch sizes to time").ShowDefault();
  verb.Add("--latency-runs", runs_, "Timed runs of each batch size").ShowDefault().Positive();
  verb.Add("--threads", threads_, "Threads of one run; 0: all cores").ShowDefault();
  AddPixelOption(verb, data_);
  verb.AddFlag("--json", json_, "Print one JSON object");
}

Status EvaluateCommand::Run(Terminal& terminal) {
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Engine> engine,
                     runtime::CreateOnnxRuntimeEngine({.intra_op_threads = threads_}));
  ProgressBar progress(terminal, SystemClock(), "evaluating " + model_.filename().string());
  SLIPWAY_TRY_ASSIGN(const ModelScore score,
                     ScoreModel(*engine, model_,
                                {.data = data_,
                                 .latency_batches = batches_,
                                 .latency_runs = runs_,
                                 .progress = [&progress](std::size_t done, std::size_t total) {
                                   progress.Update(done, total);
                                 }}));
  if (json_) {
    terminal.Write(ScoreJson(score) + "\n");
  } else {
    PrintScore(score, terminal);
  }
  return {};
}

void EvaluateCommand::PrintScore(const ModelScore& score, Terminal& terminal) const {
  terminal.Print("{}: {} on {} samples of {}\n", model_.string(),
                 score.top1 ? fmt::format("top-1 {:.2f} %", 100 * *score.top1)
                            : std::string("no labels, so no top-1"),
                 score.samples, data_.images.string());
  Table table({{"batch"}, {"p50 µs"}, {"p90 µs"}, {"p99 µs"}, {"samples/s"}});
  for (const evaluate::Latency& latency : score.latencies) {
    const double p50 = Microseconds(latency.p50);
    table.AddRow({fmt::format("{}", latency.batch_size), fmt::format("{:.1f}", p50),
                  fmt::format("{:.1f}", Microseconds(latency.p90)),
                  fmt::format("{:.1f}", Microseconds(latency.p99)),
                  fmt::format("{:.0f}", 1e6 * static_cast<double>(latency.batch_size) / p50)});
  }
  terminal.Write(RenderFor(terminal, table));
}

std::string EvaluateCommand::ScoreJson(const ModelScore& score) const {
  JsonWriter json;
  json.BeginObject().Key("schema").String("slipway.evaluate/1");
  json.Key("model").String(model_.string()).Key("data").String(data_.images.string());
  json.Key("samples").Number(score.samples).Key("metric").String(metric_).Key("value");
  if (score.top1) {
    json.Number(*score.top1);
  } else {
    json.Null();
  }
  json.Key("file_bytes").Number(score.file_bytes).Key("latency").BeginArray();
  for (const evaluate::Latency& latency : score.latencies) {
    json.BeginObject().Key("batch").Number(latency.batch_size);
    json.Key("runs").Number(latency.runs);
    json.Key("p50_us").Number(Microseconds(latency.p50));
    json.Key("p90_us").Number(Microseconds(latency.p90));
    json.Key("p99_us").Number(Microseconds(latency.p99)).EndObject();
  }
  json.EndArray().EndObject();
  return json.Take();
}

}  // namespace slipway::app
