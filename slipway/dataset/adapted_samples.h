// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/dataset/sample_source.h"

#include <cstdint>
#include <memory>
#include <span>

namespace slipway::dataset {

/// What becomes of uint8 pixels where a model takes float32.
enum class PixelScale : std::uint8_t {
  kUnit,  ///< pixel / 255: from 0 to 1.
  kRaw,   ///< From 0 to 255.
  kAsIs,  ///< They stay uint8, so the model has to take uint8.
};

/// What a model takes as its input.
struct WantedInput {
  DataType dtype = DataType::kFloat32;
  /// The sizes with the batch dimension first; -1 where the size is free.
  std::span<const std::int64_t> shape;
};

/// The samples of `source` in the type and shape that a model wants, converted as they are read,
/// one batch at a time. They can take a shape that differs from theirs only by a dimension of size
/// one in front or at the end ([28,28] as [1,28,28] or [28,28,1]), or be flattened ([784]).
///
/// `source` must outlive the result. kInvalidArgument with both shapes, or both types, if they do
/// not fit.
Result<std::unique_ptr<SampleSource>> AdaptSamples(const SampleSource& source,
                                                   const WantedInput& wanted,
                                                   PixelScale scale = PixelScale::kUnit);

}  // namespace slipway::dataset
