// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/dataset/sample_source.h"
#include "slipway/optimize/quantize/calibrator.h"
#include "slipway/optimize/quantize/min_max_observer.h"
#include "slipway/optimize/quantize/sample_runner.h"
#include "slipway/runtime/engine.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace slipway::quantize {

/// How a dataset is used to find ranges.
struct CalibrationOptions {
  BatchLimits batches = {};
  /// How the range of each value is chosen; by default as the smallest that holds all it takes.
  RangeObserverFactory observer = [] { return std::make_unique<MinMaxObserver>(); };
  /// A file that `Ranges` goes on from, and that it writes at this interval and at its end, see
  /// `CalibrationCheckpoint`; empty: none. Of its first call: another set of values goes without.
  std::filesystem::path checkpoint = {};
  std::chrono::seconds checkpoint_interval{10};
};

/// Finds ranges by running the model on samples and observing the values as they stream by: memory
/// is that of one batch's activations, bounded by the options, and of the observers.
///
/// Not thread-safe; the engine and the samples outlive it.
class DatasetCalibrator final : public Calibrator {
 public:
  DatasetCalibrator(const runtime::Engine& engine, const dataset::SampleSource& samples,
                    CalibrationOptions options = {})
      : engine_(engine), samples_(samples), options_(std::move(options)) {}

  /// As promised by `Calibrator`; the message of an error names the value that is not finite.
  /// kInvalidArgument as well if the checkpoint is of something else, or has seen more samples than
  /// the options allow.
  Result<RangesByValue> Ranges(const graph::Model& model,
                               std::span<const std::string> values) override;
  Result<ChannelStatistics> Channels(const graph::Model& model,
                                     std::span<const ChannelValue> values) override;

 private:
  using Observers = std::vector<std::unique_ptr<RangeObserver>>;

  // Shows `observers` the samples from the first that they have not seen.
  Status Observe(const graph::Model& model, std::span<const std::string> values,
                 const Observers& observers) const;
  // Whether a checkpoint has seen no more samples than are wanted.
  Status CheckSeen(std::size_t seen) const;

  const runtime::Engine& engine_;
  const dataset::SampleSource& samples_;
  CalibrationOptions options_;
};

}  // namespace slipway::quantize
