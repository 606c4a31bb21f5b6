// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/mixed_file.h"

#include "slipway/app/model_judge.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/dataset_calibrator.h"
#include "slipway/optimize/search/mixed_precision.h"

#include <optional>
#include <utility>

namespace slipway::app {
namespace {

void AddNotes(const search::MixedPrecisionReport& found, quantize::QuantizeReport& report) {
  report.notes.push_back(
      fmt::format("top-1 {:.2f} %, float32 {:.2f} %; {:.1f} us a run of up to 32, float32 {:.1f}",
                  100 * found.judgement.metric, 100 * found.sensitivity.float32.metric,
                  1e6 * found.seconds, 1e6 * found.float32_seconds));
}

}  // namespace

Result<QuantizedFile> QuantizeMixedFile(const runtime::Engine& engine,
                                        const QuantizeFileOptions& options) {
  if (options.calibration.images.empty()) {
    return InvalidArgument(
        "method mixed takes the ranges of activations from data: give --calibration DATA");
  }
  SLIPWAY_TRY_ASSIGN(const graph::ModelFile file, graph::ModelFile::Open(options.model));
  SLIPWAY_TRY_ASSIGN(const graph::Model original, graph::ReadModel(file));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session, engine.Load(file, {}));
  SLIPWAY_TRY_ASSIGN(const AdaptedData calibration,
                     LoadAdaptedData(options.calibration, session->inputs()));
  std::optional<AdaptedData> validation;
  if (!options.validation.images.empty()) {
    SLIPWAY_TRY_ASSIGN(validation, LoadAdaptedData(options.validation, session->inputs()));
  }
  SLIPWAY_TRY_ASSIGN(quantize::RangeObserverFactory observers,
                     quantize::ObserversFor(options.calibration_method, options.percentile));
  quantize::DatasetCalibrator calibrator(
      engine, *calibration.samples,
      {.batches = {.max_samples = options.calibration_samples}, .observer = std::move(observers)});
  const ModelJudge judge(engine, original, validation ? *validation : calibration);
  const search::Judge judge_model = [&judge](const graph::Model& model) {
    return judge.Judge(model);
  };
  graph::Model quantized = original;
  SLIPWAY_TRY_ASSIGN(
      search::MixedPrecisionReport found,
      search::QuantizeMixed(quantized, {original, calibrator, options.quantize, judge_model},
                            [&judge](const graph::Model& model) { return judge.Seconds(model); },
                            {.max_drop = options.max_drop}));
  QuantizedFile result{.report = found.quantization, .outputs = {}};
  AddNotes(found, result.report);
  SLIPWAY_TRY_ASSIGN(result.outputs, quantize::VerifyQuantized(engine, {original, quantized},
                                                               *calibration.samples));
  SLIPWAY_TRY(graph::WriteModel(quantized, options.out));
  return result;
}

}  // namespace slipway::app
