// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/mixed_precision.h"

#include "slipway/optimize/search/cached_calibrator.h"

#include <algorithm>
#include <utility>

namespace slipway::search {
namespace {

/// A search on its way: which layers stay float32, and the model that follows from that.
class Search {
 public:
  Search(const SearchSubject& subject, const Stopwatch& stopwatch,
         const MixedPrecisionOptions& options)
      : subject_(subject),
        stopwatch_(stopwatch),
        options_(options),
        excluded_(subject.options.excluded_nodes) {}

  Status Run();

  graph::Model model;
  MixedPrecisionReport report;

 private:
  using Excluded = std::set<std::string, std::less<>>;

  Status Choose();
  Status Quantize(const Excluded& excluded);
  Status RejectWhatIsNotFaster();
  Status RejectUntilItIsAccurate();
  Status Reject(const std::string& layer, std::string reason);
  void ExplainLayers();
  double Drop() const { return report.sensitivity.float32.metric - report.judgement.metric; }

  const SearchSubject& subject_;
  const Stopwatch& stopwatch_;
  const MixedPrecisionOptions& options_;
  Excluded excluded_;
};

Status Search::Quantize(const Excluded& excluded) {
  quantize::StaticQuantizeOptions options = subject_.options;
  options.excluded_nodes = excluded;
  graph::Model quantized = subject_.model;
  SLIPWAY_TRY_ASSIGN(report.quantization,
                     quantize::QuantizeStatic(quantized, subject_.calibrator, options));
  model = std::move(quantized);
  return {};
}

Status Search::Reject(const std::string& layer, std::string reason) {
  excluded_.insert(layer);
  report.rejected.push_back({layer, std::move(reason)});
  return Quantize(excluded_);
}

Status Search::Run() {
  SLIPWAY_TRY(Choose());
  ExplainLayers();
  return {};
}

Status Search::Choose() {
  SLIPWAY_TRY_ASSIGN(report.sensitivity, MeasureSensitivity(subject_));
  SLIPWAY_TRY_ASSIGN(report.float32_seconds, stopwatch_(subject_.model));
  SLIPWAY_TRY(Quantize(excluded_));
  SLIPWAY_TRY(RejectWhatIsNotFaster());
  SLIPWAY_TRY(RejectUntilItIsAccurate());
  SLIPWAY_TRY_ASSIGN(report.seconds, stopwatch_(model));
  if (report.seconds <= report.float32_seconds) return {};
  // What is left is slower as a whole, for all that each layer gains.
  for (const LayerSensitivity& layer : report.sensitivity.layers) {
    if (!excluded_.contains(layer.layer)) {
      SLIPWAY_TRY(Reject(layer.layer, "the model as a whole would get slower"));
    }
  }
  report.judgement = report.sensitivity.float32;
  report.seconds = report.float32_seconds;
  model = subject_.model;
  return {};
}

// The caller excluded none of what the search did.
void Search::ExplainLayers() {
  for (const RejectedLayer& rejected : report.rejected) {
    const auto layer =
        std::ranges::find(report.quantization.layers, rejected.layer, &quantize::LayerReport::name);
    if (layer != report.quantization.layers.end()) layer->reason = rejected.reason;
  }
}

Status Search::RejectWhatIsNotFaster() {
  SLIPWAY_TRY_ASSIGN(double with, stopwatch_(model));
  for (const LayerSensitivity& layer : report.sensitivity.layers) {
    Excluded excluded = excluded_;
    excluded.insert(layer.layer);
    SLIPWAY_TRY(Quantize(excluded));
    SLIPWAY_TRY_ASSIGN(const double without, stopwatch_(model));
    if (with <= without * (1 + options_.tolerance)) continue;
    excluded_ = std::move(excluded);
    report.rejected.push_back(
        {layer.layer,
         fmt::format("gets slower here: {:.1f} us a run with it in int8, {:.1f} without",
                     1e6 * with, 1e6 * without)});
    with = without;
  }
  return Quantize(excluded_);
}

Status Search::RejectUntilItIsAccurate() {
  SLIPWAY_TRY_ASSIGN(report.judgement, subject_.judge(model));
  for (const LayerSensitivity& layer : report.sensitivity.layers) {
    if (Drop() <= options_.max_drop) return {};
    if (excluded_.contains(layer.layer)) continue;
    SLIPWAY_TRY(
        Reject(layer.layer,
               fmt::format("costs accuracy: the metric was {:.4f} below float32 with it", Drop())));
    SLIPWAY_TRY_ASSIGN(report.judgement, subject_.judge(model));
  }
  return {};
}

}  // namespace

Result<MixedPrecisionReport> QuantizeMixed(graph::Model& model, const SearchSubject& subject,
                                           const Stopwatch& stopwatch,
                                           const MixedPrecisionOptions& options) {
  CachedCalibrator calibrator(subject.calibrator);
  const SearchSubject cached{subject.model, calibrator, subject.options, subject.judge};
  Search search(cached, stopwatch, options);
  SLIPWAY_TRY(search.Run());
  model = std::move(search.model);
  return std::move(search.report);
}

}  // namespace slipway::search
