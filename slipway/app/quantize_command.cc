// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/quantize_command.h"

#include "slipway/app/command_output.h"
#include "slipway/app/data_options.h"
#include "slipway/app/quantize_file.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <set>
#include <utility>

namespace slipway::app {

void QuantizeCommand::AddOptions(CLI::App& verb) {
  verb.add_option("MODEL", model_, "The float32 ONNX model")->required();
  verb.add_option("-o,--output", out_, "Where the quantized model is written")->required();
  verb.add_option("--method", method_, "static: int8 weights and activations in QDQ form")
      ->capture_default_str()
      ->check(CLI::IsMember({"static"}));
  verb.add_option("--calibration", calibration_.images,
                  "IDX images, plain or gzip, from which the ranges of activations are taken")
      ->required();
  verb.add_option("--calibration-samples", calibration_samples_, "Images to use, from the first on")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb.add_option("--target", target_,
                  "The processor that will run the model: vnni, avx2 or auto for this machine")
      ->capture_default_str();
  verb.add_option("--exclude", excluded_, "Names of nodes that stay float32");
  AddPixelOption(verb, calibration_);
  verb.add_flag("--json", json_, "Print one JSON object");
}

Status QuantizeCommand::Run(Terminal& terminal) {
  SLIPWAY_TRY_ASSIGN(const quantize::TargetCpu target, quantize::ParseTargetCpu(target_));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Engine> engine,
                     runtime::CreateOnnxRuntimeEngine({.intra_op_threads = 0}));
  const QuantizeFileOptions options{
      .model = model_,
      .out = out_,
      .calibration = calibration_,
      .calibration_samples = calibration_samples_,
      .quantize = {.target = target, .excluded_nodes = {excluded_.begin(), excluded_.end()}}};
  SLIPWAY_TRY_ASSIGN(const QuantizedFile result, QuantizeFile(*engine, options));
  PrintReport(result.report, result.outputs, terminal);
  return {};
}

void QuantizeCommand::PrintReport(const quantize::QuantizeReport& report,
                                  const std::vector<quantize::OutputComparison>& outputs,
                                  Terminal& terminal) const {
  if (json_) {
    terminal.Write(QuantizeJson(report, outputs) + "\n");
    return;
  }
  Table table({{"layer", Table::Align::kLeft},
               {"op", Table::Align::kLeft},
               {"type", Table::Align::kLeft},
               {"scales"},
               {"weight SNR"},
               {"note", Table::Align::kLeft}});
  for (const quantize::LayerReport& layer : report.layers) {
    const bool has_weights = layer.scale_count > 0;
    table.AddRow({layer.name, layer.op_type, layer.is_int8 ? "int8" : "float32",
                  has_weights ? fmt::format("{}", layer.scale_count) : "",
                  has_weights ? fmt::format("{:.1f} dB", layer.weight_snr_db) : "", layer.reason});
  }
  terminal.Write(RenderFor(terminal, table));
  for (const quantize::OutputComparison& output : outputs) {
    terminal.Print("output {}: {:.1f} dB signal to noise against float32\n", output.name,
                   output.snr_db);
  }
  for (const std::string& note : report.notes) terminal.Print("note: {}\n", note);
  terminal.Print(
      "wrote {}: {}, {:.1f} % of {} (for {})\n", out_.string(), FormatBytes(report.quantized_bytes),
      100.0 * static_cast<double>(report.quantized_bytes) / static_cast<double>(report.float_bytes),
      FormatBytes(report.float_bytes), quantize::TargetCpuName(report.target));
}

}  // namespace slipway::app
