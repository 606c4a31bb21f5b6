// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/quantize_file.h"

#include "slipway/base/json_writer.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/dataset_calibrator.h"

#include <utility>

namespace slipway::app {

Result<QuantizedFile> QuantizeFile(const runtime::Engine& engine,
                                   const QuantizeFileOptions& options) {
  SLIPWAY_TRY_ASSIGN(const graph::ModelFile file, graph::ModelFile::Open(options.model));
  SLIPWAY_TRY_ASSIGN(const graph::Model original, graph::ReadModel(file));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session, engine.Load(file, {}));
  SLIPWAY_TRY_ASSIGN(const AdaptedData data,
                     LoadAdaptedData(options.calibration, session->inputs()));
  quantize::DatasetCalibrator calibrator(engine, *data.samples,
                                         {.batches = {.max_samples = options.calibration_samples}});
  graph::Model quantized = original;
  SLIPWAY_TRY_ASSIGN(quantize::QuantizeReport report,
                     quantize::QuantizeStatic(quantized, calibrator, options.quantize));
  SLIPWAY_TRY_ASSIGN(std::vector<quantize::OutputComparison> outputs,
                     quantize::VerifyQuantized(engine, {original, quantized}, *data.samples));
  SLIPWAY_TRY(graph::WriteModel(quantized, options.out));
  return QuantizedFile{.report = std::move(report), .outputs = std::move(outputs)};
}

std::string QuantizeJson(const quantize::QuantizeReport& report,
                         const std::vector<quantize::OutputComparison>& outputs) {
  JsonWriter json;
  json.BeginObject().Key("schema").String("slipway.quantize/1").Key("outputs").BeginArray();
  for (const quantize::OutputComparison& output : outputs) {
    json.BeginObject().Key("name").String(output.name).Key("snr_db").Number(output.snr_db);
    json.Key("largest_error").Number(output.largest_error).EndObject();
  }
  json.EndArray().Key("report").Raw(quantize::ToJson(report)).EndObject();
  return json.Take();
}

}  // namespace slipway::app
