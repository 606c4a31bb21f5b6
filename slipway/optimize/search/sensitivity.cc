// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/sensitivity.h"

#include "slipway/optimize/search/cached_calibrator.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace slipway::search {
namespace {

Result<quantize::QuantizeReport> Quantize(const SearchSubject& subject, graph::Model& model,
                                          const std::vector<std::string>& more_excluded = {}) {
  quantize::StaticQuantizeOptions options = subject.options;
  options.excluded_nodes.insert(more_excluded.begin(), more_excluded.end());
  model = subject.model;
  return quantize::QuantizeStatic(model, subject.calibrator, options);
}

std::vector<LayerSensitivity> QuantizedLayers(const quantize::QuantizeReport& report) {
  std::vector<LayerSensitivity> layers;
  for (const quantize::LayerReport& layer : report.layers) {
    if (layer.multiplies_int8()) layers.push_back({.layer = layer.name, .op_type = layer.op_type});
  }
  return layers;
}

std::vector<std::string> NamesOfOthers(const std::vector<LayerSensitivity>& layers,
                                       std::size_t but) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (i != but) names.push_back(layers[i].layer);
  }
  return names;
}

}  // namespace

Result<SensitivityReport> MeasureSensitivity(const SearchSubject& outer,
                                             const SearchProgress& progress) {
  CachedCalibrator calibrator(outer.calibrator);
  const SearchSubject subject{outer.model, calibrator, outer.options, outer.judge};
  SensitivityReport report;
  graph::Model quantized;
  SLIPWAY_TRY_ASSIGN(const quantize::QuantizeReport all, Quantize(subject, quantized));
  report.layers = QuantizedLayers(all);
  if (report.layers.empty()) {
    return MakeError(ErrorCode::kFailedPrecondition,
                     "the model has no layer that static int8 would quantize");
  }
  const std::size_t total = report.layers.size() + 2;
  std::size_t done = 0;
  const auto judge = [&](const graph::Model& model) {
    Result<Judgement> judgement = subject.judge(model);
    if (progress) progress(++done, total);
    return judgement;
  };
  SLIPWAY_TRY_ASSIGN(report.float32, judge(subject.model));
  SLIPWAY_TRY_ASSIGN(report.int8, judge(quantized));
  for (std::size_t i = 0; i < report.layers.size(); ++i) {
    SLIPWAY_TRY_ASSIGN(std::ignore, Quantize(subject, quantized, NamesOfOthers(report.layers, i)));
    SLIPWAY_TRY_ASSIGN(const Judgement judgement, judge(quantized));
    report.layers[i].metric_drop = report.float32.metric - judgement.metric;
    report.layers[i].output_snr_db = judgement.output_snr_db;
  }
  std::ranges::stable_sort(report.layers, [](const LayerSensitivity& a, const LayerSensitivity& b) {
    return std::tuple(-a.metric_drop, a.output_snr_db) <
           std::tuple(-b.metric_drop, b.output_snr_db);
  });
  return report;
}

}  // namespace slipway::search
