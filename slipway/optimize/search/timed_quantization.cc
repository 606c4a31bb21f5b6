// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/timed_quantization.h"

#include "slipway/base/format.h"
#include "slipway/optimize/search/cached_calibrator.h"

#include <algorithm>
#include <utility>

namespace slipway::search {
namespace {

std::vector<std::string> Int8LayerNames(const quantize::QuantizeReport& report) {
  std::vector<std::string> names;
  for (const quantize::LayerReport& layer : report.layers) {
    if (layer.multiplies_int8()) names.push_back(layer.name);
  }
  return names;
}

struct Times {
  double first = 0;
  double second = 0;
};

// The times of two models, taken in turn (first, second, second, first): a machine that gets slower
// or faster meanwhile does so for both.
Result<Times> TimeInTurn(const Stopwatch& stopwatch, const graph::Model& first,
                         const graph::Model& second) {
  SLIPWAY_TRY_ASSIGN(const double first_before, stopwatch(first));
  SLIPWAY_TRY_ASSIGN(const double second_before, stopwatch(second));
  SLIPWAY_TRY_ASSIGN(const double second_after, stopwatch(second));
  SLIPWAY_TRY_ASSIGN(const double first_after, stopwatch(first));
  return Times{.first = (first_before + first_after) / 2,
               .second = (second_before + second_after) / 2};
}

}  // namespace

Status TimedQuantization::Quantize(const Excluded& excluded) {
  quantize::StaticQuantizeOptions options = subject_.options;
  options.excluded_nodes = excluded;
  graph::Model quantized = subject_.model;
  SLIPWAY_TRY_ASSIGN(report_, quantize::QuantizeStatic(quantized, subject_.calibrator, options));
  model_ = std::move(quantized);
  return {};
}

Status TimedQuantization::Start() {
  SLIPWAY_TRY_ASSIGN(float32_seconds_, subject_.stopwatch(subject_.model));
  SLIPWAY_TRY(Quantize(excluded_));
  SLIPWAY_TRY_ASSIGN(seconds_, subject_.stopwatch(model_));
  return {};
}

bool TimedQuantization::IsSlower() const {
  return seconds_ > float32_seconds_ * (1 + subject_.tolerance);
}

Status TimedQuantization::Reject(const std::string& layer, std::string reason) {
  excluded_.insert(layer);
  rejected_.push_back({layer, std::move(reason)});
  return Quantize(excluded_);
}

Status TimedQuantization::RejectSlower(std::span<const std::string> layers) {
  for (const std::string& layer : layers) {
    Excluded excluded = excluded_;
    excluded.insert(layer);
    graph::Model with = std::move(model_);
    SLIPWAY_TRY(Quantize(excluded));
    SLIPWAY_TRY_ASSIGN(const Times times, TimeInTurn(subject_.stopwatch, with, model_));
    if (times.first <= times.second * (1 + subject_.tolerance)) {
      model_ = std::move(with);
      continue;
    }
    excluded_ = std::move(excluded);
    rejected_.push_back(
        {layer, fmt::format("gets slower here: {:.1f} us a run with it in int8, {:.1f} without",
                            1e6 * times.first, 1e6 * times.second)});
  }
  return Quantize(excluded_);
}

Status TimedQuantization::Finish() {
  SLIPWAY_TRY_ASSIGN(const Times times, TimeInTurn(subject_.stopwatch, subject_.model, model_));
  float32_seconds_ = times.first;
  seconds_ = times.second;
  if (IsSlower()) {
    // What is left is slower as a whole, for all that each layer gains.
    for (const std::string& layer : Int8LayerNames(report_)) {
      SLIPWAY_TRY(Reject(layer, "the model as a whole would get slower"));
    }
    seconds_ = float32_seconds_;
    model_ = subject_.model;
  }
  ExplainLayers();
  return {};
}

// The caller excluded none of what was rejected here.
void TimedQuantization::ExplainLayers() {
  for (const RejectedLayer& rejected : rejected_) {
    const auto layer =
        std::ranges::find(report_.layers, rejected.layer, &quantize::LayerReport::name);
    if (layer != report_.layers.end()) layer->reason = rejected.reason;
  }
}

Result<quantize::QuantizeReport> QuantizeWhatGetsFaster(
    graph::Model& model, quantize::Calibrator& calibrator,
    const quantize::StaticQuantizeOptions& options, const Stopwatch& stopwatch) {
  CachedCalibrator cached(calibrator);
  TimedQuantization quantization({model, cached, options, stopwatch});
  SLIPWAY_TRY(quantization.Start());
  if (quantization.IsSlower()) {
    const std::vector<std::string> layers = Int8LayerNames(quantization.report());
    SLIPWAY_TRY(quantization.RejectSlower(layers));
    SLIPWAY_TRY(quantization.Finish());
  }
  model = quantization.model();
  return quantization.report();
}

}  // namespace slipway::search
