// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/optimize/quantize/quantize_static.h"
#include "slipway/optimize/search/judge.h"

#include <set>
#include <span>
#include <string>
#include <vector>

namespace slipway::search {

/// A layer that stays float32, and why.
struct RejectedLayer {
  std::string layer;
  std::string reason;
};

/// What is quantized how, and timed. All outlive the call.
struct TimedSubject {
  const graph::Model& model;
  quantize::Calibrator& calibrator;  ///< Asked again and again: see `CachedCalibrator`.
  const quantize::StaticQuantizeOptions& options;
  const Stopwatch& stopwatch;
  /// Measurements of the same thing differ by this share: a layer stays float32 if the model takes
  /// longer with it in int8 by more.
  double tolerance = 0.02;
};

/// Static quantization of a model on its way: which layers stay float32, the model that follows
/// from that, and how long it takes on this machine. Not thread-safe.
class TimedQuantization {
 public:
  explicit TimedQuantization(const TimedSubject& subject)
      : subject_(subject), excluded_(subject.options.excluded_nodes) {}

  /// Times the float32 model, and quantizes all layers that may be but those of a kind that mostly
  /// gets slower by it. Comes first.
  Status Start();
  /// Quantizes those of the latter as well with which the model is faster, timed with and without
  /// each in turn.
  Status AdmitFaster();
  /// Leaves in float32 those of `layers` without which the model is faster, timed with and without
  /// each in turn.
  Status RejectSlower(std::span<const std::string> layers);
  Status Reject(const std::string& layer, std::string reason);
  /// Times the outcome in turn with the float32 model: if it is slower as a whole it becomes the
  /// float32 model. Comes last.
  Status Finish();

  /// Whether what is quantized takes longer than the float32 model.
  bool IsSlower() const;
  bool IsRejected(const std::string& layer) const { return excluded_.contains(layer); }
  const graph::Model& model() const { return model_; }
  /// Its layers tell why they stay float32, once it is finished.
  const quantize::QuantizeReport& report() const { return report_; }
  const std::vector<RejectedLayer>& rejected() const { return rejected_; }
  double float32_seconds() const { return float32_seconds_; }
  double seconds() const { return seconds_; }

 private:
  using Excluded = std::set<std::string, std::less<>>;
  // In seconds, of two models.
  struct Times {
    double first = 0;
    double second = 0;
  };

  Status Quantize(const Excluded& excluded);
  Result<graph::Model> Guess(const Excluded& excluded) const;
  Result<double> Time(const graph::Model& model) const;
  Result<Times> TimeInTurn(const graph::Model& first, const graph::Model& second) const;
  Result<bool> IsFaster(const graph::Model& model, const graph::Model& without);
  void ExplainLayers();

  const TimedSubject subject_;
  Excluded excluded_;
  Excluded admitted_;                      // Of slow kinds, but faster here.
  std::vector<RejectedLayer> slow_kinds_;  // The others of these.
  graph::Model model_;
  quantize::QuantizeReport report_;
  std::vector<RejectedLayer> rejected_;
  double float32_seconds_ = 0;
  double seconds_ = 0;
};

/// Quantizes `model` statically, but for what gets slower by it on this machine: if the whole gets
/// slower, layer by layer stays float32 that does, and all of them if that does not help. Layers of
/// a kind that mostly gets slower are int8 if they make it faster here. Errors as of
/// `QuantizeStatic` and, for `model`, the stopwatch; what the stopwatch cannot run of what was
/// quantized fails its check: `quantize::FailedCheck`. They leave `model` as it was.
Result<quantize::QuantizeReport> QuantizeWhatGetsFaster(
    graph::Model& model, quantize::Calibrator& calibrator,
    const quantize::StaticQuantizeOptions& options, const Stopwatch& stopwatch);

}  // namespace slipway::search
