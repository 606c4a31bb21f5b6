// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "slipway/base/result.h"
#include "slipway/runtime/session.h"
#include "slipway/tensor/tensor.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace slipway::app {

/// What stands in for the sizes that a model leaves free.
struct SyntheticShapes {
  std::int64_t batch = 1;  ///< For a free first dimension.
  /// Whole shapes, the first dimension included, by the name of the input.
  std::map<std::string, std::vector<std::int64_t>> shapes = {};
};

/// An input that was made up.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// One tensor for each of `inputs`: float32 and float64 uniform in [0, 1) and the same on every
/// call, empty strings, 0 of other types. kInvalidArgument, with the name of the input, if a size
/// stays free, a shape does not fit or is for an input that is not there.
Result<std::vector<NamedTensor>> MakeSyntheticInputs(std::span<const runtime::TensorSpec> inputs,
                                                     const SyntheticShapes& shapes);

/// Adds "NAME:D1,D2,..." to `shapes`. kInvalidArgument if the text is not of that form.
Status AddShape(std::string_view text, SyntheticShapes& shapes);

}  // namespace slipway::app
