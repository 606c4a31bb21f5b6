// SPDX-License-Identifier: Apache-2.0
#include "slipway/app/mixed_file.h"

#include "slipway/app/model_judge.h"
#include "slipway/graph/model_file.h"
#include "slipway/optimize/quantize/dataset_calibrator.h"
#include "slipway/optimize/search/code_search.h"
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

// A model to search with, and its data.
struct MixedSubject {
  graph::Model model;
  AdaptedData calibration;
  std::optional<AdaptedData> validation = std::nullopt;

  const AdaptedData& judged_on() const { return validation ? *validation : calibration; }
};

Result<MixedSubject> OpenSubject(const runtime::Engine& engine,
                                 const QuantizeFileOptions& options) {
  if (options.calibration.images.empty()) {
    return InvalidArgument("method mixed looks at what layers take in: give --calibration DATA");
  }
  SLIPWAY_TRY_ASSIGN(const graph::ModelFile file, graph::ModelFile::Open(options.model));
  SLIPWAY_TRY_ASSIGN(graph::Model model, graph::ReadModel(file));
  SLIPWAY_TRY_ASSIGN(const std::unique_ptr<runtime::Session> session, engine.Load(file, {}));
  SLIPWAY_TRY_ASSIGN(AdaptedData calibration,
                     LoadAdaptedData(options.calibration, session->inputs()));
  MixedSubject subject{.model = std::move(model), .calibration = std::move(calibration)};
  if (!options.validation.images.empty()) {
    SLIPWAY_TRY_ASSIGN(subject.validation, LoadAdaptedData(options.validation, session->inputs()));
  }
  return subject;
}

}  // namespace

Result<QuantizedFile> QuantizeMixedFile(const runtime::Engine& engine,
                                        const QuantizeFileOptions& options) {
  SLIPWAY_TRY_ASSIGN(const MixedSubject subject, OpenSubject(engine, options));
  SLIPWAY_TRY_ASSIGN(quantize::RangeObserverFactory observers,
                     quantize::ObserversFor(options.calibration_method, options.percentile));
  quantize::DatasetCalibrator calibrator(
      engine, *subject.calibration.samples,
      {.batches = {.max_samples = options.calibration_samples}, .observer = std::move(observers)});
  const ModelJudge judge(engine, subject.model, subject.judged_on());
  const search::Judge judge_model = [&judge](const graph::Model& model) {
    return judge.Judge(model);
  };
  graph::Model quantized = subject.model;
  SLIPWAY_TRY_ASSIGN(
      search::MixedPrecisionReport found,
      search::QuantizeMixed(quantized, {subject.model, calibrator, options.quantize, judge_model},
                            [&judge](const graph::Model& model) { return judge.Seconds(model); },
                            {.max_drop = options.max_drop}));
  QuantizedFile result{.report = found.quantization, .outputs = {}};
  AddNotes(found, result.report);
  SLIPWAY_TRY_ASSIGN(result.outputs, quantize::VerifyQuantized(engine, {subject.model, quantized},
                                                               *subject.calibration.samples));
  SLIPWAY_TRY(graph::WriteModel(quantized, options.out));
  return result;
}

Result<codebook::CodingReport> CodeMixedFile(const runtime::Engine& engine,
                                             const QuantizeFileOptions& options,
                                             const codebook::CodeWeightsOptions& coding) {
  SLIPWAY_TRY_ASSIGN(const MixedSubject subject, OpenSubject(engine, options));
  const ModelJudge judge(engine, subject.model, subject.judged_on());
  graph::Model coded = subject.model;
  SLIPWAY_TRY_ASSIGN(
      search::CodeSearchReport found,
      search::FindSmallestCodes(coded, {engine, *subject.calibration.samples},
                                [&judge](const graph::Model& model) { return judge.Judge(model); },
                                {.max_drop = options.max_drop, .coding = coding}));
  found.coding.notes.push_back(fmt::format("top-1 {:.2f} %, float32 {:.2f} %; {} models judged",
                                           100 * found.judgement.metric, 100 * found.float32.metric,
                                           found.judged));
  SLIPWAY_TRY(graph::WriteModel(coded, options.out));
  return std::move(found.coding);
}

}  // namespace slipway::app
