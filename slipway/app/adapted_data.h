// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/dataset/adapted_samples.h"
#include "slipway/dataset/labelled_data.h"
#include "slipway/runtime/session.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

namespace slipway::app {

/// Which data a command was given and how its pixels are to be read.
struct DataFlags {
  std::filesystem::path images;
  std::optional<std::filesystem::path> labels = std::nullopt;  ///< Absent: found by the usual name.
  dataset::PixelScale scale = dataset::PixelScale::kUnit;
  std::size_t max_samples = 0;  ///< To read, from the first on; 0: all.
};

/// Labelled data together with its samples in the form that a model takes.
struct AdaptedData {
  dataset::LabelledData data;
  std::unique_ptr<dataset::SampleSource> samples;  ///< Reads from `data`.
};

/// Loads the data and adapts it to the one input of a model with these `inputs`. kUnimplemented,
/// with their names, if there are several, since labelled data feeds one; other errors name the
/// file.
Result<AdaptedData> LoadAdaptedData(const DataFlags& flags,
                                    std::span<const runtime::TensorSpec> inputs);

}  // namespace slipway::app
