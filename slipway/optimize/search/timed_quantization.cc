// SPDX-License-Identifier: Apache-2.0
#include "slipway/optimize/search/timed_quantization.h"

#include "slipway/base/format.h"
#include "slipway/optimize/quantize/verify_quantized.h"
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

// Where a model is timed only, any range will do that begins at zero: the engine absorbs a Relu
// then.
class GuessedRanges final : public quantize::Calibrator {
 public:
  Result<quantize::RangesByValue> Ranges(const graph::Model& /*model*/,
                                         std::span<const std::string> values) override {
    quantize::RangesByValue ranges;
    for (const std::string& value : values) ranges[value] = {0, 1};
    return ranges;
  }
  Result<quantize::ChannelStatistics> Channels(
      const graph::Model& /*model*/, std::span<const quantize::ChannelValue> /*values*/) override {
    return quantize::ChannelStatistics();
  }
};

}  // namespace

Status TimedQuantization::Quantize(const Excluded& excluded) {
  quantize::StaticQuantizeOptions options = subject_.options;
  options.excluded_nodes = excluded;
  options.admits_slow_kinds = !admitted_.empty();
  for (const RejectedLayer& slow : slow_kinds_) options.excluded_nodes.insert(slow.layer);
  graph::Model quantized = subject_.model;
  SLIPWAY_TRY_ASSIGN(report_, quantize::QuantizeStatic(quantized, subject_.calibrator, options));
  model_ = std::move(quantized);
  return {};
}

// A model to time: as `Quantize` makes it, but that all slow kinds except `excluded` are int8.
Result<graph::Model> TimedQuantization::Guess(const Excluded& excluded) const {
  quantize::StaticQuantizeOptions options = subject_.options;
  options.excluded_nodes = excluded;
  options.admits_slow_kinds = true;
  options.equalization = quantize::Equalization::kNone;
  options.bias_correction = false;
  GuessedRanges ranges;
  graph::Model guess = subject_.model;
  SLIPWAY_TRY(quantize::QuantizeStatic(guess, ranges, options));
  return guess;
}

Result<double> TimedQuantization::Time(const graph::Model& model) const {
  Result<double> seconds = subject_.stopwatch(model);
  if (!seconds && &model != &subject_.model) return quantize::FailedCheck(seconds.error());
  return seconds;
}

// Of two models, run in turn (first, second, second, first): a machine that gets slower or faster
// meanwhile does so for both.
Result<TimedQuantization::Times> TimedQuantization::TimeInTurn(const graph::Model& first,
                                                               const graph::Model& second) const {
  SLIPWAY_TRY_ASSIGN(const double first_before, Time(first));
  SLIPWAY_TRY_ASSIGN(const double second_before, Time(second));
  SLIPWAY_TRY_ASSIGN(const double second_after, Time(second));
  SLIPWAY_TRY_ASSIGN(const double first_after, Time(first));
  return Times{.first = (first_before + first_after) / 2,
               .second = (second_before + second_after) / 2};
}

Status TimedQuantization::Start() {
  SLIPWAY_TRY_ASSIGN(float32_seconds_, Time(subject_.model));
  SLIPWAY_TRY(Quantize(excluded_));
  SLIPWAY_TRY_ASSIGN(seconds_, Time(model_));
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
    SLIPWAY_TRY_ASSIGN(const Times times, TimeInTurn(with, model_));
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

Status TimedQuantization::AdmitFaster() {
  for (const quantize::LayerReport& layer : report_.layers) {
    if (!layer.slow_kind.empty()) slow_kinds_.push_back({layer.name, layer.slow_kind});
  }
  if (slow_kinds_.empty()) return {};
  Excluded excluded = excluded_;
  for (const RejectedLayer& slow : slow_kinds_) excluded.insert(slow.layer);
  for (const RejectedLayer& slow : std::exchange(slow_kinds_, {})) {
    excluded.erase(slow.layer);
    SLIPWAY_TRY_ASSIGN(graph::Model guess, Guess(excluded));
    SLIPWAY_TRY_ASSIGN(const bool is_faster, IsFaster(guess, model_));
    if (is_faster) {
      model_ = std::move(guess);
      admitted_.insert(slow.layer);
    } else {
      excluded.insert(slow.layer);
      slow_kinds_.push_back(slow);
    }
  }
  if (!admitted_.empty()) SLIPWAY_TRY(Quantize(excluded_));
  ExplainLayers();
  return {};
}

// Times `model` once, and in turn with `without` only if it promises something.
Result<bool> TimedQuantization::IsFaster(const graph::Model& model, const graph::Model& without) {
  SLIPWAY_TRY_ASSIGN(const double seconds, Time(model));
  if (seconds >= seconds_) return false;
  SLIPWAY_TRY_ASSIGN(const Times times, TimeInTurn(model, without));
  if (times.first >= times.second * (1 - subject_.tolerance)) return false;
  seconds_ = times.first;
  return true;
}

Status TimedQuantization::Finish() {
  SLIPWAY_TRY_ASSIGN(const Times times, TimeInTurn(subject_.model, model_));
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
  for (const std::vector<RejectedLayer>* const layers : {&slow_kinds_, &rejected_}) {
    for (const RejectedLayer& rejected : *layers) {
      const auto layer =
          std::ranges::find(report_.layers, rejected.layer, &quantize::LayerReport::name);
      if (layer != report_.layers.end()) layer->reason = rejected.reason;
    }
  }
}

Result<quantize::QuantizeReport> QuantizeWhatGetsFaster(
    graph::Model& model, quantize::Calibrator& calibrator,
    const quantize::StaticQuantizeOptions& options, const Stopwatch& stopwatch) {
  CachedCalibrator cached(calibrator);
  TimedQuantization quantization({model, cached, options, stopwatch});
  SLIPWAY_TRY(quantization.Start());
  const bool is_slower = quantization.IsSlower();
  if (is_slower) {
    const std::vector<std::string> layers = Int8LayerNames(quantization.report());
    SLIPWAY_TRY(quantization.RejectSlower(layers));
  }
  SLIPWAY_TRY(quantization.AdmitFaster());
  if (is_slower) SLIPWAY_TRY(quantization.Finish());
  model = quantization.model();
  return quantization.report();
}

}  // namespace slipway::search
