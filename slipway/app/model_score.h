// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/app/adapted_data.h"
#include "slipway/optimize/evaluate/latency.h"
#include "slipway/runtime/engine.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

namespace slipway::app {

/// How a model is scored.
struct ScoreOptions {
  DataFlags data;
  std::vector<std::size_t> latency_batches = {1, 32};
  std::size_t latency_runs = 200;  ///< Of each batch size.
  std::function<void(std::size_t done, std::size_t total)> progress = {};
};

/// How good, how fast and how big a model is.
struct ModelScore {
  std::size_t samples = 0;
  std::optional<double> top1;  ///< 0 to 1; absent if the data has no labels.
  /// The class of each sample; empty if there are no labels and the model gives no such scores.
  std::vector<std::int64_t> predictions;
  std::vector<evaluate::Latency> latencies;
  std::uint64_t file_bytes = 0;  ///< The model and its external data.
};

/// Loads the model at `path` and measures it on the data. Errors name the file that is wrong.
Result<ModelScore> ScoreModel(const runtime::Engine& engine, const std::filesystem::path& path,
                              const ScoreOptions& options);

}  // namespace slipway::app
